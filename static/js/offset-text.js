/** "0:54.15", "1:02:22.00": time since the session began. */
export function offsetText(ms, decimals = 2) {
  const size = Math.abs(ms);
  const hours = Math.floor(size / 3_600_000);
  const minutes = Math.floor(size / 60_000) % 60;
  const seconds = (Math.floor(size / 10 ** (3 - decimals)) / 10 ** decimals) % 60;
  const secondsText = seconds.toFixed(decimals).padStart(decimals ? decimals + 3 : 2, "0");
  const minutesText = hours ? `${hours}:${String(minutes).padStart(2, "0")}` : String(minutes);
  return `${ms < 0 ? "−" : ""}${minutesText}:${secondsText}`;
}
