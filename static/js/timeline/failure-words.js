/** How LiveKit's Python SDK writes APIStatusError: the repr of its message, then its other fields. */
const API_ERROR = /^((?:[^=]*: )?)message=(?:'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)+)")(?:, ([a-z_]+=.*))?$/s;
const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([nrt'"\\]))/g;
const ESCAPED = { n: "\n", r: "\r", t: "\t" };
const LAST_LETTER = 0x10ffff;
/** What the SDK says of every tool that failed. */
const CLASS_NOT_TOLD = "tool_error";

/**
 * The sentence of an error, and what else the SDK told; as failure_words.py says it (tests/pages/failure_words.json).
 * The whole text if it does not look like an error of the SDK.
 * @param {string} told
 */
export function failureWords(told) {
  const [, before, single, double, rest = ""] = API_ERROR.exec(told) ?? [];
  if (before === undefined) return { text: told, rest: "" };
  return { text: before + (single ?? double).replace(ESCAPE, letter), rest };
}

function letter(escape, two, four, eight, plain) {
  if (plain) return ESCAPED[plain] ?? plain;
  const number = Number.parseInt(two ?? four ?? eight, 16);
  const isNone = number > LAST_LETTER || (number >= 0xd800 && number < 0xe000);
  return isNone ? escape : String.fromCodePoint(number);
}

/** Why a span failed: a tool by its exception's class and message, as its Details say. */
export function whySpanFailed(span, errors) {
  const error = span.name === "function_tool" && errors.find(({ span_ids: ids }) => ids.includes(span.span_id));
  if (!error) return failureWords(classTold(span.error)).text || "without a reason";
  const prefix = `${span.label}: `;
  const said = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
  return [classTold(error.error_type), failureWords(said || "failed without a reason").text].filter(Boolean).join(": ");
}

/** Nothing for the class that tells nothing. */
export const classTold = (errorType) => (errorType === CLASS_NOT_TOLD ? "" : errorType);
