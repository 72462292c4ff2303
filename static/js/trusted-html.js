/** Where htmx reads HTML: into a document of its own, in which nothing runs. */
const READERS = new Set(["Document parseHTMLUnsafe", "DOMParser parseFromString"]);
/** Parts of our pages have none of these, and in what others wrote every "<" is escaped. */
const ACTIVE = /<(?:script|iframe|object|embed|base|meta|link|style)\b/i;

/** @returns {string|null} the HTML itself, or null: then the browser refuses it */
export function trustedHtml(html, _type, sink) {
  return READERS.has(sink) && !ACTIVE.test(html) ? html : null;
}

/**
 * Our own scripts never make markup out of text, and browsers see to it (docs/decisions/0021-trusted-types.md). htmx is the
 * exception, for what our server answers.
 */
export function trustServerHtml(trustedTypes = window.trustedTypes) {
  trustedTypes?.createPolicy("default", { createHTML: trustedHtml });
}
