/** Index of the first value that is not below `wanted` in ascending numbers; the length if all are below. */
export function firstAtLeast(values, wanted, count = values.length) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the value nearest to `wanted` in ascending numbers; -1 if there is none. */
export function nearestTo(values, wanted) {
  const after = firstAtLeast(values, wanted);
  if (after === 0) return values.length ? 0 : -1;
  if (after === values.length) return after - 1;
  return wanted - values[after - 1] <= values[after] - wanted ? after - 1 : after;
}
