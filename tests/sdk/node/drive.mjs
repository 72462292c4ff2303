/**
 * Runs one scripted session of an unmodified @livekit/agents SDK, which uploads it to a Playhead.
 *
 *   node tests/sdk/node/drive.mjs --url=http://127.0.0.1:8000/p/demo --api-key=KEY --api-secret=SECRET
 *
 * Without these options: what LIVEKIT_OBSERVABILITY_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET say.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { AgentServer, ServerOptions, initializeLogger } from "@livekit/agents";
import { Signalling, newJob } from "./signalling.mjs";
import { pause } from "./sound.mjs";

const { LIVEKIT_OBSERVABILITY_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET } = process.env;
const { values: options } = parseArgs({
  options: {
    url: { type: "string", default: LIVEKIT_OBSERVABILITY_URL },
    "api-key": { type: "string", default: LIVEKIT_API_KEY },
    "api-secret": { type: "string", default: LIVEKIT_API_SECRET },
    rounds: { type: "string", default: "1" }, // how often the conversation is held; one takes 30 s
    "agent-name": { type: "string", default: "receptionist" },
  },
});
for (const name of ["url", "api-key", "api-secret"]) {
  if (!options[name]) throw new Error(`--${name} is missing`);
}

const credentials = { key: options["api-key"], secret: options["api-secret"] };
const job = newJob({ agentName: options["agent-name"], rounds: Number(options.rounds) });
const signalling = new Signalling(job, credentials);
const wsURL = await signalling.listen();
// The SDK's telemetry reads its settings from the environment only.
Object.assign(process.env, {
  LIVEKIT_URL: wsURL,
  LIVEKIT_API_KEY: credentials.key,
  LIVEKIT_API_SECRET: credentials.secret,
  LIVEKIT_OBSERVABILITY_URL: options.url,
});

initializeLogger({ pretty: false, level: "debug" });
const agent = fileURLToPath(new URL("agent.mjs", import.meta.url));
const server = new AgentServer(new ServerOptions({ agent, agentName: options["agent-name"], wsURL }));
const running = server.run();
while (!server.activeJobs.length) await pause(50);
await server.drain();
await server.close();
await running;
signalling.close();
console.log(JSON.stringify({ job_id: job.id, room_id: job.room.sid, room_name: job.room.name }));
process.exit(0);
