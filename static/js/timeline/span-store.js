/** @typedef {{span_id: string, trace_id: string, parent_span_id: string, name: string, lane: string, start_ms: number,
 *   end_ms: number|null, label: string, is_error: boolean, error: string, turn: number|null, first_ms: number|null}} SpanRecord */

export const keyOf = (span) => `${span.trace_id}:${span.span_id}`;

/**
 * Spans in columns, in order of arrival. A row is only an index: painters walk plain numbers, and what the page says about
 * a span is looked up by row. A span that was taken back leaves an empty row.
 */
export class SpanStore {
  #capacity;
  #rowByKey = new Map();
  #rowById = new Map();

  constructor(capacity = 1024) {
    this.#capacity = capacity;
    this.count = 0;
    this.startMs = new Float64Array(capacity);
    this.endMs = new Float64Array(capacity);
    this.firstMs = new Float32Array(capacity);
    this.isError = new Uint8Array(capacity);
    /** @type {(SpanRecord|null)[]} */
    this.records = [];
  }

  /**
   * Brings the store up to date with a whole list. What has not changed is the same object as before and costs a look.
   *
   * @param {SpanRecord[]} spans
   */
  show(spans) {
    const gone = new Set(this.records);
    gone.delete(null);
    for (const span of spans) if (!gone.delete(span)) this.put(span);
    for (const span of gone) if (this.records[this.#rowByKey.get(keyOf(span))] === span) this.remove(keyOf(span));
  }

  get size() {
    return this.#rowByKey.size;
  }

  /** Adds a span, or brings it up to date when its key is known. */
  put(span) {
    const key = keyOf(span);
    const row = this.#rowByKey.get(key) ?? this.#append(key, span.span_id);
    this.startMs[row] = span.start_ms;
    this.endMs[row] = span.end_ms ?? Infinity; // still running
    this.firstMs[row] = span.first_ms ?? NaN;
    this.isError[row] = span.is_error ? 1 : 0;
    this.records[row] = span;
    return row;
  }

  remove(key) {
    const row = this.#rowByKey.get(key);
    if (row === undefined) return;
    this.#rowByKey.delete(key);
    this.#rowById.delete(this.records[row].span_id);
    this.records[row] = null;
    this.endMs[row] = this.startMs[row] = NaN;
  }

  /** @returns {number|undefined} */
  rowOf(key) {
    return this.#rowByKey.get(key);
  }

  /** For links and messages that name a span by its id alone. @returns {number|undefined} */
  rowOfId(spanId) {
    return this.#rowById.get(spanId);
  }

  /** Row of the parent if it has arrived; a parent that has not is no problem. */
  parentRow(row) {
    const span = this.records[row];
    return span.parent_span_id ? this.#rowByKey.get(`${span.trace_id}:${span.parent_span_id}`) : undefined;
  }

  #append(key, spanId) {
    if (this.count === this.#capacity) this.#grow();
    const row = this.count;
    this.count += 1;
    this.#rowByKey.set(key, row);
    this.#rowById.set(spanId, row);
    return row;
  }

  #grow() {
    this.#capacity *= 2;
    for (const column of ["startMs", "endMs", "firstMs", "isError"]) {
      const wider = new this[column].constructor(this.#capacity);
      wider.set(this[column]);
      this[column] = wider;
    }
  }
}
