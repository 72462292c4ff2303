import { SPAN_LANES } from "./lane-names.js";
import { zoneText } from "./time-text.js";

const ALWAYS = ["minimap", "ruler"];

/** Which lanes a session has something for: lane → its height in rows. Lanes that it lacks are not drawn. */
export function lanesPresent(model) {
  const present = new Map(ALWAYS.map((name) => [name, 1]));
  const has = (name, isThere) => isThere && present.set(name, 1);
  const hasVoice = model.recording?.present || model.speaking.user.length > 0 || model.speaking.agent.length > 0;
  has("agents", model.agents.length > 0);
  has("turns", model.turns.length > 0);
  has("user", hasVoice);
  has("agent", hasVoice);
  has("response", model.answers.length > 0);
  has("eou", model.turns.some((turn) => turn.end_of_turn.length > 0));
  has("logs", model.logs.size > 0 || model.errors.length > 0);
  for (const name of Object.keys(SPAN_LANES)) {
    const lane = model.lanes.get(name);
    if (lane) present.set(name, heightIn(lane, SPAN_LANES[name]));
  }
  return present;
}

/** Two spans above one another fit into one row, unless their names shall stand beside them. */
function heightIn(lane, { labelled }) {
  return labelled ? lane.stack.length : Math.max(1, lane.stack.length * 0.6);
}

/** What stands in a lane's head beside or instead of its name: zone, target, threshold. */
export function laneHints(model) {
  const thresholds = model.turns.flatMap((turn) => turn.end_of_turn.map((wait) => wait.threshold));
  const threshold = thresholds.find((value) => value !== null);
  return {
    ruler: zoneText(model.startUnixMs),
    response: (model.targetMs / 1000).toFixed(2),
    eou: threshold === undefined ? "" : threshold.toFixed(2),
    logs: model.logs.size ? "Logs" : "Errors",
  };
}
