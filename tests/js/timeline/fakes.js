/** What the tests of the timeline share: a canvas that remembers, and small sessions written by hand. */
import { TimelineModel } from "../../../static/js/timeline/timeline-model.js";
import { Pen } from "../../../static/js/timeline/pen.js";
import { Viewport } from "../../../static/js/timeline/viewport.js";

/** Remembers every call as [name, colour, …arguments]; the colour is the fill, which the colours below make a token's name. */
export function fakeContext() {
  const calls = [];
  const state = { canvas: { width: 0, height: 0 }, fillStyle: "", strokeStyle: "", globalAlpha: 1 };
  return new Proxy(state, {
    get(target, name) {
      if (name === "calls") return calls;
      if (name === "measureText") return (text) => ({ width: text.length * 6 });
      if (name === "createLinearGradient") return () => ({ addColorStop() {} });
      if (name in target) return target[name];
      return (...given) => void calls.push([name, name.startsWith("stroke") ? target.strokeStyle : target.fillStyle, ...given]);
    },
  });
}

/** Each token's colour is its own name. */
export const COLORS = new Proxy({ font: "sans" }, { get: (target, name) => target[name] ?? name });

export function fakePen() {
  const ctx = fakeContext();
  const pen = new Pen(ctx, COLORS);
  return Object.assign(pen, { texts: () => ctx.calls.filter(([name]) => name === "fillText").map(([, , text]) => text), calls: ctx.calls });
}

let spans = 0;

export function span(name, lane, startMs, endMs, more = {}) {
  spans += 1;
  const id = spans.toString(16).padStart(16, "0");
  return {
    span_id: id, trace_id: "ab".repeat(16), parent_span_id: "", parent_known: true, depth: 0, name, lane, start_ms: startMs, end_ms: endMs,
    self_ms: 0, label: "", is_error: false, error: "", turn: null, first_ms: null, ...more,
  };
}

export function turn(index, startMs, endMs, more = {}) {
  const { latency = {}, ...rest } = more;
  return {
    index, outcome: "answered", start_ms: startMs, end_ms: endMs, user_text: "", user_start_ms: startMs, user_end_ms: startMs + 100,
    user_speaking: [{ start_ms: startMs, end_ms: startMs + 100 }], committed_ms: null, confidence: null, end_of_turn: [], answer_text: "",
    answer_start_ms: null, answer_end_ms: null, agent: "desk", interrupted: false, preempted: false, failed: false, no_answer: false,
    latency: { e2e_ms: null, parts: [], reason: "", ...latency }, ...rest,
  };
}

export function log(index, atMs, severity = 9, body = "") {
  return { index, key: `10c${index}`, at_ms: atMs, severity_number: severity, severity_text: "", logger: "agent", body, turn: null };
}

export function failure(kind, atMs, more = {}) {
  return { kind, message: "", error_type: "", at_ms: atMs, turn: null, span_ids: [], log_indexes: [], attempts: 1, recovered: null, ...more };
}

export function session(parts = {}) {
  const { status = "ended", endMs = 10_000, ...lists } = parts;
  return {
    session: { status, start_unix_ns: "1795336557567651072", start_ms: 0, end_ms: status === "live" ? null : endMs, last_ms: endMs },
    figures: { slowest_turn: null }, recording: null, turns: [], speeches: [], agents: [], handoffs: [], interruptions: [], errors: [],
    spans: [], logs: [], ...lists,
  };
}

export function modelOf(parts) {
  const model = new TimelineModel();
  model.show(session(parts));
  return model;
}

/** One pixel is ten milliseconds, unless said otherwise. */
export function sceneOf(model, more = {}) {
  const view = more.view ?? new Viewport(0, 10_000, 1000);
  return {
    model, view, whole: view, boxes: {}, heightPx: 300, untilMs: model.endMs, isLive: model.isLive, peaks: null, allPeaks: null,
    recordingStartMs: 0, selection: null, hoverMs: null, playheadMs: 0, range: null, hitsMs: [], ...more,
  };
}

export const box = (top, height, name = "") => ({ top, height, name, hasHead: true });
