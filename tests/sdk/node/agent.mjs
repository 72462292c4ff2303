/** A voice agent like any other, whose caller, models and loudspeaker are scripted by ../conversation.json. */
import { defineAgent, llm, log, voice } from "@livekit/agents";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { HummingTTS, LoudnessVAD, PromptedSTT, ScriptedLLM, confidentTurnDetector } from "./models.mjs";
import { Loudspeaker, Microphone, pause } from "./sound.mjs";

const { greetings, turns } = JSON.parse(readFileSync(new URL("../conversation.json", import.meta.url), "utf8"));
const turnThat = (key, value) => turns.find((turn) => turn[key] === value);

const tools = [
  llm.tool({
    name: "room_price",
    description: "Price of a room.",
    parameters: z.object({ kind: z.string(), nights: z.number() }),
    execute: async ({ kind }) => {
      log().debug({ kind }, "looking up the price of a room");
      blockEventLoop(300);
      return turnThat("tool", "room_price").output;
    },
  }),
  llm.tool({
    name: "book_table",
    description: "Book a table in the restaurant.",
    parameters: z.object({ guests: z.number() }),
    execute: async () => {
      throw new llm.ToolError(turnThat("tool", "book_table").tool_error);
    },
  }),
  llm.tool({
    name: "transfer_to_billing",
    description: "Hand the caller over to billing.",
    parameters: z.object({}),
    execute: async () =>
      llm.handoff({ agent: new Desk("billing"), returns: turnThat("tool", "transfer_to_billing").output }),
  }),
];

/** Which the SDK reports as a stall; for Node it is the only metric there is. */
function blockEventLoop(ms) {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

/** A desk of the hotel; a call begins at the reception and may be handed to billing. */
class Desk extends voice.Agent {
  constructor(desk) {
    const pitchHz = { reception: 210, billing: 170 }[desk];
    super({ id: desk, instructions: `You are the ${desk} of a hotel.`, tools, tts: new HummingTTS({ pitchHz }) });
  }

  async onEnter() {
    log().info({ desk: this.id, vip: true, ratio: 0.5 }, `${this.id} answers`);
    this.session.generateReply({ instructions: "Greet the caller." });
  }
}

function scriptedReply({ items }) {
  const said = items.filter((item) => ["message", "function_call_output"].includes(item.type));
  const last = said.at(-1);
  if (last.type === "function_call_output") return { text: turnThat("tool", last.name).then };
  const turn = last.role === "user" && turnThat("say", last.textContent);
  if (turn) return { text: turn.answer, tool: turn.tool, arguments: turn.arguments, error: turn.model_error };
  const billing = said.some((item) => item.textContent?.includes("You are the billing"));
  return { text: greetings[billing ? "billing" : "reception"] };
}

async function converse(session, microphone, rounds) {
  await hasAnswered(session);
  for (const turn of Array(rounds).fill(turns).flat()) {
    await microphone.say(turn.say);
    if (turn.interrupted_after_s) {
      await reaches(session, "speaking");
      await pause(turn.interrupted_after_s * 1000);
    } else {
      await hasAnswered(session);
    }
  }
}

/** The agent has begun to answer and has then been quiet for a moment. */
async function hasAnswered(session) {
  await reaches(session, "thinking", "speaking");
  for (let quietMs = 0; quietMs < 350; await pause(50)) quietMs = session.agentState === "listening" ? quietMs + 50 : 0;
}

async function reaches(session, ...states) {
  const deadline = Date.now() + 10_000;
  while (!states.includes(session.agentState)) {
    if (Date.now() > deadline) throw new Error(`the agent is ${session.agentState}, not ${states.join(" or ")}`);
    await pause(20);
  }
}

export default defineAgent({
  entry: async (ctx) => {
    const microphone = new Microphone();
    const session = new voice.AgentSession({
      stt: new PromptedSTT(microphone),
      vad: new LoudnessVAD(),
      llm: new ScriptedLLM(scriptedReply),
      turnHandling: {
        turnDetection: confidentTurnDetector,
        endpointing: { minDelay: 300, maxDelay: 1000 },
        interruption: { minDuration: 300, mode: "vad" },
      },
      aecWarmupDuration: null,
    });
    session.input.audio = microphone;
    session.output.audio = new Loudspeaker();
    await session.start({ agent: new Desk("reception"), record: true });

    converse(session, microphone, Number(ctx.job.metadata))
      .catch((error) => log().error({ error }, "the conversation broke off"))
      .finally(() => {
        microphone.switchOff();
        ctx.shutdown("the caller hung up");
      });
  },
});
