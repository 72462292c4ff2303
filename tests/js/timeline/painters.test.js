import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { drawAnswers } from "../../../static/js/timeline/draw-answers.js";
import { drawAgents } from "../../../static/js/timeline/draw-agents.js";
import { drawLanes } from "../../../static/js/timeline/draw-lanes.js";
import { drawLogs } from "../../../static/js/timeline/draw-logs.js";
import { drawMinimap } from "../../../static/js/timeline/draw-minimap.js";
import { drawSelection } from "../../../static/js/timeline/draw-selection.js";
import { drawOver } from "../../../static/js/timeline/draw-over.js";
import { drawRulerTimes } from "../../../static/js/timeline/draw-ruler.js";
import { drawSilences } from "../../../static/js/timeline/draw-silences.js";
import { drawSpans } from "../../../static/js/timeline/draw-spans.js";
import { drawTurnEnds } from "../../../static/js/timeline/draw-turn-ends.js";
import { drawTurns } from "../../../static/js/timeline/draw-turns.js";
import { drawVoice } from "../../../static/js/timeline/draw-waveform.js";
import { Viewport } from "../../../static/js/timeline/viewport.js";
import { box, failure, fakePen, log, modelOf, sceneOf, span, turn } from "./fakes.js";

const rects = (pen, color) => pen.calls.filter(([name, fill]) => name === "fillRect" && (!color || fill === color)).map(([, , ...where]) => where);
/** Left edge and width of what was filled, with square corners or round ones. */
const bars = (pen, color) => pen.calls
  .filter(([name, fill], at) => fill === color && (name === "fillRect" || (name === "roundRect" && pen.calls[at + 1][0] === "fill")))
  .map(([, , x, , width]) => [x, width]);
/** So far out that the meter is a meter. */
const FAR = { view: new Viewport(0, 100_000, 1000) };
const answered = (index, startMs, e2eMs, more = {}) => turn(index, startMs, startMs + 900, { latency: { e2e_ms: e2eMs, ...more } });

test("a span that arrives late is painted where it belongs", () => {
  const model = modelOf({ spans: [span("second", "stt", 8000, 9000), span("first", "stt", 1000, 2000)] });
  const pen = fakePen();

  drawSpans(pen, sceneOf(model), box(0, 22), "stt");

  assert.deepEqual(bars(pen, "lane-stt"), [[100, 100], [800, 100]]);
});

test("a span is never so short that it cannot be seen", () => {
  const pen = fakePen();

  drawSpans(pen, sceneOf(modelOf({ spans: [span("a", "llm", 1000, 1000)] })), box(0, 22), "llm");

  assert.deepEqual(bars(pen, "lane-llm"), [[100, 2.5]]);
});

test("zoomed out a frame costs as much as the canvas is wide, not as there are spans", () => {
  const spans = Array.from({ length: 15_000 }, (_, at) => span("a", "llm", at * 240, at * 240 + 200));
  const model = modelOf({ spans, endMs: 3_600_000 });
  const pen = fakePen();

  drawSpans(pen, sceneOf(model, { view: new Viewport(0, 3_600_000, 1000) }), box(0, 22), "llm");

  assert.ok(rects(pen).length <= 1000, `${rects(pen).length}`);
});

test("a failure is never skipped", () => {
  const spans = Array.from({ length: 5000 }, (_, at) => span("a", "llm", at, at + 1, { is_error: at % 1000 === 999 }));
  const pen = fakePen();

  drawSpans(pen, sceneOf(modelOf({ spans }), { view: new Viewport(0, 10_000, 100) }), box(0, 22), "llm");

  assert.equal(bars(pen, "error").length, 5);
});

test("spans outside the view are not painted", () => {
  const model = modelOf({ spans: [span("a", "llm", 0, 10), span("b", "llm", 9000, 9010)] });
  const pen = fakePen();

  drawSpans(pen, sceneOf(model, { view: new Viewport(4000, 5000, 1000) }), box(0, 22), "llm");

  assert.deepEqual(pen.calls.filter(([name]) => name === "fillRect" || name === "roundRect"), []);
});

test("a span that still runs reaches to the live edge and no further", () => {
  const model = modelOf({ spans: [span("a", "tts", 1000, null)], status: "live" });
  const pen = fakePen();

  drawSpans(pen, sceneOf(model, { untilMs: 5000 }), box(0, 22), "tts");

  assert.deepEqual(bars(pen, "lane-tts")[0], [100, 400]);
});

test("a tool's name stands beside it only where it meets nothing", () => {
  const spans = [span("t", "tools", 1000, 1010, { label: "first" }), span("t", "tools", 1200, 1210, { label: "second" })];
  const pen = fakePen();

  drawSpans(pen, sceneOf(modelOf({ spans })), box(0, 22), "tools");

  assert.deepEqual(pen.texts(), ["second"]);
});

test("what callers say is painted as text, whatever it looks like", () => {
  const evil = "<img src=x onerror=alert(1)>";
  const pen = fakePen();

  drawSpans(pen, sceneOf(modelOf({ spans: [span("t", "tools", 1000, 1010, { label: evil })] })), box(0, 22), "tools");

  assert.deepEqual(pen.texts(), [evil]);
});

test("the meter shows slow answers above the target, and only the slowest with its unit", () => {
  const model = modelOf({ turns: [answered(1, 0, 800), answered(2, 30_000, 1500), answered(3, 60_000, 1800)], endMs: 90_000, figures: { slowest_turn: 3 } });
  const pen = fakePen();

  drawAnswers(pen, sceneOf(model, FAR), box(0, 56));

  assert.deepEqual(pen.texts(), ["1.80 s", "1.50", "0.80"]);
});

test("where no answer came the meter says none", () => {
  const pen = fakePen();

  drawAnswers(pen, sceneOf(modelOf({ turns: [turn(1, 0, 900, { no_answer: true })] }), FAR), box(0, 56));

  assert.deepEqual(pen.texts(), ["none"]);
});

test("figures that would lie on one another are left out, the small ones first", () => {
  const model = modelOf({ turns: [answered(1, 0, 800), answered(2, 50, 1000), answered(3, 100, 900)] });
  const pen = fakePen();

  drawAnswers(pen, sceneOf(model, FAR), box(0, 56));

  assert.deepEqual(pen.texts(), ["1.00"]);
});

test("near enough the silence itself is shown, part by part, with the reason", () => {
  const parts = [{ kind: "llm", start_ms: 100, end_ms: 900 }, { kind: "unexplained", start_ms: 900, end_ms: 1600 }];
  const model = modelOf({ turns: [answered(1, 0, 1500, { parts, reason: "the model had to be retried" })] });
  const pen = fakePen();

  drawAnswers(pen, sceneOf(model, { view: new Viewport(0, 5000, 1000) }), box(0, 56));

  assert.deepEqual(bars(pen, "lane-llm"), [[20, 159.25]]);
  assert.deepEqual(pen.texts().slice(-2), ["1.50 s", "the model had to be retried"]);
});

test("a reason that would run into the next silence is left out", () => {
  const reason = "book_table failed, the model was asked twice, and then again";
  const model = modelOf({ turns: [answered(1, 0, 1500, { reason }), answered(2, 1700, 900)] });
  const pen = fakePen();

  drawAnswers(pen, sceneOf(model, { view: new Viewport(0, 5000, 1000) }), box(0, 56));

  assert.deepEqual(pen.texts(), ["1.50 s", "900 ms"]);
});

test("a turn ends where the next begins, and tells its number if there is room", () => {
  const model = modelOf({ turns: [turn(1, 0, 5000), turn(2, 3000, 3200), turn(3, 4000, 4010)] });
  const pen = fakePen();

  drawTurns(pen, sceneOf(model), box(0, 24));

  assert.deepEqual(bars(pen, "surface-sunken").map(([, width]) => width), [299, 19]);
  assert.deepEqual(pen.texts(), ["Turn 1", "2"]);
});

test("a turn that still goes on reaches to the edge with a dashed rim", () => {
  const model = modelOf({ turns: [turn(1, 1000, 1200, { outcome: "pending" })], status: "live" });
  const pen = fakePen();

  drawTurns(pen, sceneOf(model, { untilMs: 6000 }), box(0, 24));

  assert.deepEqual(bars(pen, "surface-sunken"), [[100.5, 499]]);
  assert.deepEqual(pen.calls.filter(([name]) => name === "setLineDash")[0].slice(2), [[3, 3]]);
});

test("failed turns are red, and the words say cut off and thrown away", () => {
  const model = modelOf({ turns: [turn(1, 0, 4900, { failed: true }), turn(2, 5000, 9900, { preempted: true, interrupted: true })] });
  const pen = fakePen();

  drawTurns(pen, sceneOf(model), box(0, 24));

  assert.equal(bars(pen, "error-wash").length, 1);
  assert.deepEqual(pen.texts().slice(-1), ["an early answer was thrown away · cut off"]);
});

test("without peaks voices are bands, the user's above and the agent's below", () => {
  const model = modelOf({ turns: [turn(1, 1000, 2000)] });
  const pen = fakePen();

  drawVoice(pen, sceneOf(model), box(0, 52), "user");

  assert.deepEqual(rects(pen, "lane-user"), [[100, 3, 10, 49], [100, 3, 10, 2]]);
});

test("a silence without an answer is told in words where they fit, else by a cross", () => {
  const model = modelOf({ turns: [turn(1, 0, 900, { no_answer: true }), turn(2, 4000, 4500)] });
  const [wide, narrow] = [fakePen(), fakePen()];

  drawSilences(wide, sceneOf(model), box(0, 50), box(50, 50));
  drawSilences(narrow, sceneOf(model, { view: new Viewport(0, 100_000, 1000) }), box(0, 50), box(50, 50));

  assert.deepEqual([wide.texts(), narrow.texts()], [["no answer for 3.9 s"], ["×"]]);
});

test("a cut-off voice has a bolt, and two that lie together are one", () => {
  const cuts = [1000, 1010, 5000].map((atMs) => ({ at_ms: atMs, turn: 1, speech_id: "s", played_ms: null }));
  const pen = fakePen();

  drawSilences(pen, sceneOf(modelOf({ interruptions: cuts })), box(0, 50), box(50, 50));

  assert.equal(pen.calls.filter(([name, color]) => name === "stroke" && color === "slow").length, 2);
});

test("a doubtful end of turn is told, a sure one is a dot", () => {
  const wait = (atMs, probability) => ({ start_ms: atMs - 200, end_ms: atMs, outcome: "committed", probability, threshold: 0.15, decided_ms: atMs });
  const model = modelOf({ turns: [turn(1, 0, 900, { end_of_turn: [wait(1000, 0.87), wait(4000, 0.05), { ...wait(6000, null) }] })] });
  const pen = fakePen();

  drawTurnEnds(pen, sceneOf(model, FAR), box(0, 32));

  assert.deepEqual(pen.calls.filter(([name]) => name === "arc").map(([, fill, x]) => [fill, x]), [["ink-soft", 10], ["slow", 40]]);
  assert.deepEqual(pen.texts(), ["0.05"]);
});

test("log marks that lie together are one, and each level has its own shape", () => {
  const logs = [log(0, 1000), log(1, 1001), log(2, 3000, 13), log(3, 5000, 17), log(4, 7000, 5)];
  const pen = fakePen();

  drawLogs(pen, sceneOf(modelOf({ logs, errors: [failure("tts", 8000)] })), box(0, 22));

  assert.deepEqual([rects(pen, "ink-faint").length, rects(pen, "lane-rest").length], [1, 1]);
  assert.deepEqual(pen.calls.filter(([name]) => name === "fill").map(([, color]) => color), ["slow", "error", "error"]);
});

test("an agent's name stands in sight though its stretch began before", () => {
  const model = modelOf({ agents: [{ agent: "receptionist", start_ms: 0, end_ms: 9000 }], handoffs: [{ at_ms: 9000 }] });
  const pen = fakePen();

  drawAgents(pen, sceneOf(model, { view: new Viewport(4000, 6000, 1000) }), box(0, 24));

  assert.deepEqual(pen.calls.find(([name]) => name === "fillText").slice(2, 4), ["receptionist", 7]);
});

test("times on the ruler step aside for the playhead's flag", () => {
  const [free, covered] = [fakePen(), fakePen()];
  const model = modelOf({});

  drawRulerTimes(free, sceneOf(model, { playheadMs: -9000 }), box(0, 32));
  drawRulerTimes(covered, sceneOf(model, { playheadMs: 5000 }), box(0, 32));

  assert.ok(free.texts().includes("0:05"));
  assert.ok(!covered.texts().includes("0:05"));
});

test("the upper canvas shows playhead, selection, hairline and what a drag marks", () => {
  const model = modelOf({ spans: [span("a", "llm", 1000, 2000)] });
  const scene = sceneOf(model, {
    boxes: { minimap: box(0, 40), ruler: box(40, 30), llm: box(70, 22) }, playheadMs: 5000, hoverMs: 3000, selection: { row: 0, lane: "llm", turn: null },
    range: { fromMs: 6000, toMs: 7500 },
  });
  const pen = fakePen();

  drawOver(pen, scene);

  assert.ok(pen.texts().includes("0:05.00"));
  assert.ok(pen.texts().includes("1.50 s"));
  assert.deepEqual(rects(pen, "ink-faint"), [[300, 40, 1, 300]]);
  assert.equal(pen.calls.find(([name]) => name === "roundRect")[2], 98);
});

test("a selected span whose lane shows no bars is framed as high as the lane", () => {
  const model = modelOf({ spans: [span("user_turn", "turns", 1000, 2000), span("user_speaking", "user_speech", 3000, 4000)] });
  const frames = [0, 1].map((row) => {
    const pen = fakePen();
    drawOver(pen, sceneOf(model, { boxes: { turns: box(0, 24), user: box(24, 52) }, selection: { row, lane: "", turn: null }, playheadMs: -9000 }));
    return pen.calls.find(([name]) => name === "roundRect").slice(2, 6);
  });

  assert.deepEqual(frames, [[98, 2.75, 104, 18.5], [298, 26.75, 104, 46.5]]);
});

test("what a search has found is marked in the overview, wherever the lanes are, and once where hits lie together", () => {
  const scene = sceneOf(modelOf({}), { view: new Viewport(0, 1000, 1000), whole: new Viewport(0, 10_000, 1000), hitsMs: [2000, 2001, 9000] });
  const pen = fakePen();

  drawMinimap(pen, scene, box(0, 40));

  assert.deepEqual(bars(pen, "accent"), [[198.5, 3], [898.5, 3]]);
});

function outlinesOf(selection, parts = {}) {
  const pen = fakePen();
  const model = modelOf({ spans: [span("eou_wait", "eou", 1000, 2000), span("job", "session", 0, 9000), span("user_speaking", "user_speech", 500, 900)],
    turns: [turn(1, 500, 4000), turn(2, 3000, 5000)], logs: [log(0, 6000)], ...parts });
  drawSelection(pen, sceneOf(model, { boxes: { ruler: box(40, 30), turns: box(70, 24), user: box(94, 50), eou: box(144, 30), logs: box(174, 22) }, selection }));
  return { outlines: pen.calls.filter(([name]) => name === "roundRect").map(([, , ...place]) => place.slice(0, 4)), bars: rects(pen, "ink") };
}

test("a selected span that is no bar is outlined in the lane that shows what it is about", () => {
  assert.deepEqual(outlinesOf({ row: 0, lane: "eou", turn: null }).outlines, [[98, 146.75, 104, 24.5]]);
  assert.deepEqual(outlinesOf({ row: 2, lane: "user_speech", turn: null }).outlines, [[48, 96.75, 44, 44.5]]);
});

test("a selected span of no lane is a bar along the ruler", () => {
  assert.deepEqual(outlinesOf({ row: 1, lane: "session", turn: null }), { outlines: [], bars: [[0, 67, 900, 3]] });
});

test("a selected turn is outlined up to the next, a selected log line at its mark", () => {
  assert.deepEqual(outlinesOf({ turn: 1 }).outlines, [[48, 71.75, 254, 20.5]]);
  assert.deepEqual(outlinesOf({ turn: null, log: 0 }).outlines, [[592, 177, 16, 16]]);
});

test("a selection that this session has not is not drawn", () => {
  assert.deepEqual([outlinesOf(null), outlinesOf({ turn: 99 }), outlinesOf({ turn: null, log: 7 })].flatMap(({ outlines }) => outlines), []);
});

const BOXES = Object.fromEntries(
  ["minimap", "ruler", "agents", "turns", "user", "agent", "response", "eou", "stt", "llm", "realtime", "tts", "tools", "other", "stalls", "logs"]
    .map((name, at) => [name, { ...box(at * 30, 30, name), hasHead: false }]),
);

for (const view of [new Viewport(-2000, 160_000, 1000), new Viewport(20_000, 26_000, 1000), new Viewport(26_000, 26_050, 300)]) {
  test(`a real session is painted without a number that is none, ${view.lengthMs} ms wide`, () => {
    const { after } = JSON.parse(readFileSync(new URL("../../contract/python-session.json", import.meta.url), "utf8"));
    const model = modelOf({});
    model.show(after.timeline ?? after);
    const scene = sceneOf(model, { view, whole: new Viewport(0, model.endMs, 1000), boxes: BOXES, isLive: true, hoverMs: 1 });
    const pen = fakePen();

    drawLanes(pen, scene);
    drawOver(pen, scene);

    const wrong = pen.calls.filter(([, , ...given]) => given.some((value) => typeof value === "number" && !Number.isFinite(value)));
    assert.deepEqual(wrong, []);
  });
}
