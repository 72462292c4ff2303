/** A transcript as plain text: one line of it, or all of them with their times in a column. */

/**
 * @typedef {object} Line
 * @property {string} kind user, agent, note, call, handoff, config or failure
 * @property {string} at
 * @property {string} [who]
 * @property {string} [text]
 * @property {string} [cut] words of an interruption mark
 * @property {string} [state] what is not certain about the words yet
 * @property {string} [name] of a tool
 * @property {string} [failed]
 * @property {string} [took]
 * @property {string} [arguments]
 * @property {string} [result]
 */

/** @param {Line[]} lines */
export function transcriptText(lines) {
  const width = Math.max(0, ...lines.map((line) => line.at.length));
  return lines.map((line) => inColumn(line.at.padStart(width), wordsOf(line))).join("\n");
}

function inColumn(at, words) {
  const indent = " ".repeat(at.length + 2);
  return `${at}  ${words.trim().split(/\r?\n/).join(`\n${indent}`)}`;
}

function wordsOf(line) {
  if (line.kind === "call") return callText(line);
  if (line.kind === "handoff") return `Handoff: ${line.text}`;
  if (line.kind === "config") return `Agent changed: ${line.text}`;
  const said = [line.who, line.text].filter(Boolean).join(": ");
  return [said, ...[line.cut, line.state].filter(Boolean).map((mark) => `[${mark}]`)].join(" ");
}

function callText(line) {
  const head = [`Tool ${line.name}`, line.failed && "failed", line.took].filter(Boolean).join(", ");
  return [head, below("Arguments", line.arguments), below("Result", line.result)].join("\n");
}

function below(name, value) {
  return `${name}: ${value.trim().split(/\r?\n/).join("\n  ")}`;
}
