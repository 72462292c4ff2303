const two = (number) => String(number).padStart(2, "0");
const parts = (seconds) => [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];

/** "254 ms", "1.36 s", "2:05", "1:02:22", as the pages say it (wording.py). A missing figure is a dash. */
export function durationText(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  if (Math.abs(ms) < 9.95) return `${ms.toFixed(1)} ms`;
  if (Math.abs(ms) < 999.5) return `${Math.round(ms)} ms`;
  if (Math.abs(ms) < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  const [hours, minutes, seconds] = parts(Math.round(ms / 1000));
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** "1.36": the figure alone, where the unit stands elsewhere. */
export function secondsFigure(ms) {
  return (ms / 1000).toFixed(2);
}

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
