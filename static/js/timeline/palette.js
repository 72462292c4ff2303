/** Tokens that the painters use. They are registered with @property, so computed values are resolved colours. */
const NAMES = [
  "ink", "ink-soft", "ink-faint", "surface", "surface-sunken", "line", "line-strong", "accent", "slow", "slow-ink", "slow-wash",
  "error", "error-ink", "error-wash", "lane-user", "lane-agent", "lane-stt", "lane-eou", "lane-llm", "lane-tts", "lane-tool",
  "lane-hook", "lane-rest", "lane-handoff", "on-lane", "on-lane-bright",
];

/** @returns {Record<string, string>} colours by token name, and `font` */
export function readPalette(element) {
  const style = getComputedStyle(element);
  const colors = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  return { ...colors, font: style.fontFamily };
}

/** Calls `changed` whenever the theme turns, be it the system's or the one chosen on the page. */
export function followTheme(changed, life) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed, { signal: life.signal });
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  life.onEnd(() => observer.disconnect());
}
