/** Hits and answers for the tests of the search. */
export function hit(kind, atMs, more = {}) {
  return { kind, key: `${kind}-${atMs}`, at_ms: atMs, turn: null, title: "", place: "", excerpt: "", ...more };
}

/** As the server answers; totals are of what is there, unless there was more. */
export function answer(q, hits, totals = {}) {
  const count = (kind) => hits.filter((one) => one.kind === kind).length;
  return { q, hits, totals: { words: count("words"), span: count("span"), log: count("log"), ...totals } };
}
