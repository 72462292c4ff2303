import { morphChildren } from "./morph.js";

/** Makes `hx-swap="morph"` known to htmx: the target's inside is brought up to date instead of replaced. */
export function registerMorph(htmx) {
  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap(style, target, fragment) {
      if (style !== "morph") return false;
      morphChildren(target, fragment);
      return [target];
    },
  });
}
