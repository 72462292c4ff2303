const STEPS_MS = [
  10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000,
];
/** An offset with its wall clock below needs this much. */
const LEAST_PX = 68;

/** Decimals of a label, so that two neighbours never read the same. */
export function decimalsFor(stepMs) {
  if (stepMs >= 1000) return 0;
  return stepMs >= 100 ? 1 : 2;
}

export function stepFor(viewport) {
  return STEPS_MS.find((stepMs) => stepMs * viewport.pxPerMs >= LEAST_PX) ?? STEPS_MS.at(-1);
}

/** Multiples of `stepMs` on screen, none before the session; counted, not added up, so that they do not drift. */
export function ticksEvery(stepMs, viewport) {
  const ticks = [];
  const first = Math.max(0, Math.ceil(viewport.startMs / stepMs));
  for (let n = first; n * stepMs <= viewport.endMs; n += 1) ticks.push(n * stepMs);
  return ticks;
}
