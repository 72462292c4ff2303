const OPEN_LEVELS = 2;
const FEW = 24;

/** Objects and lists that hold something. */
export function isFoldable(value) {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/** What an object or list holds, by name or by place. @returns {[string, any][]} */
export function inside(value) {
  return Object.entries(value).map(([name, inner]) => [name, unfolded(inner)]);
}

/** SDKs put JSON as text into attributes (docs/contract.md §5.4); it is shown as what it means. */
function unfolded(value) {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    const meant = JSON.parse(value);
    return isFoldable(meant) ? meant : value;
  } catch {
    return value;
  }
}

/** The first levels, unless they are long. */
export function openedAtFirst(value, depth) {
  return depth === 0 || (depth < OPEN_LEVELS && Object.keys(value).length <= FEW);
}

export function sizeText(value) {
  const count = Object.keys(value).length;
  if (Array.isArray(value)) return count === 1 ? "1 item" : `${count} items`;
  return count === 1 ? "1 field" : `${count} fields`;
}

/** Empty text and empty lists are seen as such. */
export function valueText(value) {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
