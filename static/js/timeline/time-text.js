/** "254 ms", "1.36 s", "2 min 5 s". A missing figure is a dash. */
export function durationText(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  if (Math.abs(ms) < 10) return `${Number(ms.toFixed(1))} ms`;
  if (Math.abs(ms) < 999.5) return `${Math.round(ms)} ms`;
  if (Math.abs(ms) < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** "1.36": the figure alone, where the unit stands elsewhere. */
export function secondsFigure(ms) {
  return (ms / 1000).toFixed(2);
}

const two = (number) => String(number).padStart(2, "0");

/** The reader's wall clock: "08:36:51", with tenths if asked. */
export function clockText(unixMs, decimals = 0) {
  const at = new Date(unixMs);
  const tenths = decimals ? `.${Math.floor(at.getMilliseconds() / 100)}` : "";
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}${tenths}`;
}

/** "UTC", "CET": the zone in which the wall clock is told. */
export function zoneText(unixMs, locale = "en-GB") {
  const parts = new Intl.DateTimeFormat(locale, { timeZoneName: "short" }).formatToParts(new Date(unixMs));
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
