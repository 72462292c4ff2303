/** A page without its timeline does not wait for it longer. */
const LATEST_MS = 1500;

/**
 * Calls when the timeline has been painted, at once on a page that has none: for what would hold it up and nobody waits for.
 *
 * @param {() => void} call
 */
export function afterFirstPicture(call) {
  if (!document.querySelector("session-timeline")) return call();
  let isDue = true;
  const callOnce = () => {
    if (isDue) call();
    isDue = false;
  };
  document.addEventListener("timeline-ready", () => requestAnimationFrame(() => setTimeout(callOnce)), { once: true });
  setTimeout(callOnce, LATEST_MS);
}
