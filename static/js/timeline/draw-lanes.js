import { drawAgents } from "./draw-agents.js";
import { drawAnswers } from "./draw-answers.js";
import { drawFrame, drawLaneNames, drawLiveEdge } from "./draw-frame.js";
import { drawLogs } from "./draw-logs.js";
import { drawMinimap } from "./draw-minimap.js";
import { drawRuler } from "./draw-ruler.js";
import { drawSilences } from "./draw-silences.js";
import { drawSpans } from "./draw-spans.js";
import { drawTurnEnds } from "./draw-turn-ends.js";
import { drawTurns } from "./draw-turns.js";
import { drawVoice } from "./draw-waveform.js";
import { SPAN_LANES } from "./lane-names.js";

const PAINTERS = {
  minimap: drawMinimap,
  ruler: drawRuler,
  agents: drawAgents,
  turns: drawTurns,
  user: (pen, scene, box) => drawVoice(pen, scene, box, "user"),
  agent: (pen, scene, box) => drawVoice(pen, scene, box, "agent"),
  response: drawAnswers,
  eou: drawTurnEnds,
  logs: drawLogs,
};

/**
 * The lower canvas: everything that only changes with the data, the view or the theme.
 *
 * @typedef {{top: number, height: number, name: string, hasHead: boolean}} Box
 * @typedef {{model: any, view: any, whole: any, boxes: Record<string, Box>, heightPx: number, untilMs: number, isLive: boolean,
 *   peaks: any, allPeaks: any, recordingStartMs: number, selection: any, hoverMs: number|null, playheadMs: number,
 *   range: {fromMs: number, toMs: number}|null, hitsMs: number[]}} Scene `hitsMs` are moments that a search has found
 *
 * @param {import("./pen.js").Pen} pen
 * @param {Scene} scene
 */
export function drawLanes(pen, scene) {
  const { boxes } = scene;
  drawFrame(pen, scene);
  for (const [name, box] of Object.entries(boxes)) {
    if (name in SPAN_LANES) drawSpans(pen, scene, box, name);
    else PAINTERS[name]?.(pen, scene, box);
  }
  if (boxes.user && boxes.agent) drawSilences(pen, scene, boxes.user, boxes.agent);
  if (scene.isLive) drawLiveEdge(pen, scene);
  drawLaneNames(pen, boxes);
}
