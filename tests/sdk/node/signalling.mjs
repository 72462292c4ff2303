/** The half of a LiveKit server that an agent worker signs on to: it offers one job. No rooms, no media. */
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { WebSocketServer } from "ws";

// The messages and tokens of the very release that the SDK itself uses.
const sdk = createRequire(createRequire(import.meta.url).resolve("@livekit/agents"));
const { AvailabilityRequest, Job, JobAssignment, JobStatus, JobType } = sdk("@livekit/protocol");
const { RegisterWorkerResponse, ServerMessage, WorkerMessage, WorkerPong } = sdk("@livekit/protocol");
const { AccessToken } = sdk("livekit-server-sdk");

export class Signalling {
  #job;
  #key;
  #secret;

  constructor(job, { key, secret }) {
    this.#job = job;
    this.#key = key;
    this.#secret = secret;
  }

  /** Serves on a free port and returns the LIVEKIT_URL that leads to it. */
  async listen() {
    this.server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    this.server.on("connection", (socket) => {
      socket.on("message", async (bytes) => {
        for (const [name, value] of await this.#answersTo(WorkerMessage.fromBinary(new Uint8Array(bytes)).message)) {
          socket.send(new ServerMessage({ message: { case: name, value } }).toBinary());
        }
      });
    });
    await new Promise((resolve) => this.server.once("listening", resolve));
    return `ws://127.0.0.1:${this.server.address().port}`;
  }

  close() {
    for (const socket of this.server.clients) socket.terminate();
    this.server.close();
  }

  async #answersTo({ case: name, value }) {
    if (name === "register") {
      const welcome = new RegisterWorkerResponse({ workerId: newId("AW"), serverInfo: {} });
      return [["register", welcome], ["availability", new AvailabilityRequest({ job: this.#job })]];
    }
    if (name === "availability") {
      const token = await this.#roomToken(value.participantIdentity);
      return [["assignment", new JobAssignment({ job: this.#job, token })]];
    }
    if (name === "ping") return [["pong", new WorkerPong({ lastTimestamp: value.timestamp })]];
    return [];
  }

  #roomToken(identity) {
    const token = new AccessToken(this.#key, this.#secret, { identity });
    token.addGrant({ roomJoin: true, room: this.#job.room.name, agent: true });
    return token.toJwt();
  }
}

export function newJob({ agentName, rounds }) {
  const id = newId("AJ");
  const nowMs = Date.now();
  return new Job({
    id,
    type: JobType.JT_ROOM,
    dispatchId: newId("AD"),
    room: { sid: newId("RM"), name: `hotel-${id.slice(-6)}`, creationTime: BigInt(Math.floor(nowMs / 1000)) },
    agentName,
    metadata: String(rounds),
    enableRecording: true,
    state: { status: JobStatus.JS_RUNNING, startedAt: BigInt(nowMs) * 1_000_000n },
  });
}

function newId(kind) {
  return `${kind}_${randomBytes(6).toString("hex")}`;
}
