/**
 * The lanes in which spans are bars, with what is particular to each.
 *
 * `outermost`: a call consists of spans that lie exactly below one another (node, request, run), so only the outermost is
 * drawn, and over it what failed inside. In the other lanes everything is shown, and what overlaps is stacked.
 */
export const SPAN_LANES = {
  stt: { name: "STT", color: "lane-stt", ink: "on-lane", leastPx: 2.5, outermost: true },
  llm: { name: "LLM", color: "lane-llm", ink: "on-lane", leastPx: 2.5, outermost: true },
  realtime: { name: "Realtime", color: "lane-llm", ink: "on-lane", leastPx: 2.5, outermost: true },
  tts: { name: "TTS", color: "lane-tts", ink: "on-lane-bright", leastPx: 2.5, outermost: true },
  tools: { name: "Tools", color: "lane-tool", ink: "on-lane-bright", leastPx: 5, labelled: true },
  other: { name: "Own spans", color: "lane-hook", ink: "ink", leastPx: 3, labelled: true },
  stalls: { name: "Stalls", color: "slow", ink: "on-lane-bright", leastPx: 4, labelled: true },
};

const OTHER_LANES = {
  session: "Session",
  agent: "Agent",
  turns: "Turns",
  user_speech: "User",
  agent_speech: "Agent",
  eou: "Turn end",
  evaluations: "Evaluations",
};

/** Also of those in which spans are no bars. */
export const laneName = (lane) => SPAN_LANES[lane]?.name ?? OTHER_LANES[lane] ?? lane;

/** More overlapping spans than this share the last row of their lane. */
export const MOST_ROWS = 4;
