/** Stand-ins for the models of a voice agent, written against the SDK's public plugin classes. */
import { APIStatusError, VAD, VADEventType, VADStream, llm, shortuuid, stt, tts } from "@livekit/agents";
import { AudioFrame } from "@livekit/rtc-node";
import { LOUDSPEAKER_HZ, MICROPHONE_HZ, durationMs, hum, isLoud, pause } from "./sound.mjs";

/** How long it has been loud, and then quiet; speech is over after `patienceMs` of quiet. */
class Hearing {
  heardMs = 0;
  speechMs = 0;
  silenceMs = 0;

  constructor(patienceMs) {
    this.patienceMs = patienceMs;
  }

  hear(frame) {
    const beforeMs = this.speechMs;
    const loud = isLoud(frame);
    this.heardMs += durationMs(frame);
    this.speechMs += loud ? durationMs(frame) : 0;
    this.silenceMs = loud ? 0 : this.silenceMs + durationMs(frame);
    if (loud && !beforeMs) return "started";
    if (this.speechMs && this.silenceMs >= this.patienceMs) {
      this.speechMs = 0;
      return "ended";
    }
    return this.speechMs ? "speaking" : "quiet";
  }
}

export class LoudnessVAD extends VAD {
  label = "playhead.LoudnessVAD";

  constructor() {
    super({ updateInterval: 20 });
  }

  stream() {
    return new LoudnessStream(this);
  }
}

class LoudnessStream extends VADStream {
  constructor(vad) {
    super(vad);
    this.#listen();
  }

  async #listen() {
    const hearing = new Hearing(300);
    let speech = [];
    while (!this.closed) {
      const { done, value: frame } = await this.inputReader.read();
      if (done) return;
      if (!(frame instanceof AudioFrame)) continue;
      const change = hearing.hear(frame);
      speech = change === "quiet" ? [] : [...speech, frame];
      if (change === "started") this.#tell(VADEventType.START_OF_SPEECH, hearing, speech);
      if (change === "ended") this.#tell(VADEventType.END_OF_SPEECH, hearing, speech);
      this.#tell(VADEventType.INFERENCE_DONE, hearing, [frame]);
    }
  }

  #tell(type, hearing, frames) {
    this.sendVADEvent({
      type,
      samplesIndex: Math.floor((hearing.heardMs / 1000) * MICROPHONE_HZ),
      timestamp: Date.now(),
      speechDuration: hearing.speechMs,
      silenceDuration: hearing.silenceMs,
      frames,
      probability: hearing.silenceMs ? 0 : 1,
      inferenceDuration: 0,
      speaking: hearing.speechMs > 0,
      rawAccumulatedSpeech: hearing.speechMs,
      rawAccumulatedSilence: hearing.silenceMs,
    });
  }
}

/** Hears when somebody speaks, and is told by the microphone what. */
export class PromptedSTT extends stt.STT {
  label = "playhead.PromptedSTT";
  model = "prompted-stt";
  provider = "playhead";

  constructor(microphone) {
    super({ streaming: true, interimResults: false });
    this.microphone = microphone;
  }

  stream(options) {
    return new PromptedStream(this, options?.connOptions);
  }
}

class PromptedStream extends stt.SpeechStream {
  label = "playhead.PromptedStream";

  constructor(prompted, connOptions) {
    super(prompted, MICROPHONE_HZ, connOptions);
    this.microphone = prompted.microphone;
  }

  async run() {
    const hearing = new Hearing(150);
    for await (const frame of this.input) {
      if (!(frame instanceof AudioFrame)) continue;
      const change = hearing.hear(frame);
      if (change === "started") this.#tell({ type: stt.SpeechEventType.START_OF_SPEECH });
      if (change !== "ended") continue;
      const words = { language: "en", text: this.microphone.words, confidence: 0.94, startTime: 0, endTime: 0 };
      this.#tell({ type: stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives: [words] });
      this.#tell({ type: stt.SpeechEventType.END_OF_SPEECH });
    }
  }

  #tell(event) {
    if (!this.queue.closed) this.queue.put(event);
  }
}

/** Holds every pause for the end of the turn. */
export const confidentTurnDetector = {
  model: "confident-eou",
  provider: "playhead",
  unlikelyThreshold: async () => 0.15,
  supportsLanguage: async () => true,
  predictEndOfTurn: async () => 0.87,
};

/** `replyTo` gets the chat context and returns `{text, tool, arguments, error}`, each optional. */
export class ScriptedLLM extends llm.LLM {
  model = "scripted-llm";
  provider = "playhead";

  constructor(replyTo) {
    super();
    this.replyTo = replyTo;
  }

  label() {
    return "playhead.ScriptedLLM";
  }

  chat({ chatCtx, toolCtx, connOptions = { maxRetry: 0, retryIntervalMs: 100, timeoutMs: 10_000 } }) {
    return new ScriptedLLMStream(this, { chatCtx, toolCtx, connOptions });
  }
}

class ScriptedLLMStream extends llm.LLMStream {
  constructor(scripted, options) {
    super(scripted, options);
    this.replyTo = scripted.replyTo;
  }

  async run() {
    const reply = this.replyTo(this.chatCtx);
    await pause(reply.error ? 500 : 150); // an error so late that the agent is seen to think
    if (reply.error) throw new APIStatusError({ message: reply.error, options: { statusCode: 400, retryable: false } });
    for (const content of (reply.text ?? "").match(/\S+\s*/g) ?? []) this.#tell({ delta: { role: "assistant", content } });
    if (reply.tool) {
      const call = { callId: shortuuid("call_"), name: reply.tool, args: JSON.stringify(reply.arguments) };
      this.#tell({ delta: { role: "assistant", toolCalls: [llm.FunctionCall.create(call)] } });
    }
    this.#tell({ usage: { promptTokens: 100, completionTokens: 20, promptCachedTokens: 0, totalTokens: 120 } });
  }

  #tell(chunk) {
    if (!this.queue.closed) this.queue.put({ id: "scripted", ...chunk });
  }
}

export class HummingTTS extends tts.TTS {
  label = "playhead.HummingTTS";
  model = "humming-tts";
  provider = "playhead";

  constructor({ pitchHz }) {
    super(LOUDSPEAKER_HZ, 1, { streaming: true });
    this.pitchHz = pitchHz;
  }

  stream(options) {
    return new HummingStream(this, options?.connOptions);
  }
}

class HummingStream extends tts.SynthesizeStream {
  label = "playhead.HummingStream";

  constructor(humming, connOptions) {
    super(humming, connOptions);
    this.pitchHz = humming.pitchHz;
  }

  async run() {
    let text = "";
    for await (const part of this.input) if (typeof part === "string") text += part;
    if (text.trim()) await this.#speak(hum(text, { rateHz: LOUDSPEAKER_HZ, pitchHz: this.pitchHz }));
    if (!this.queue.closed) this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }

  async #speak(samples) {
    const ids = { requestId: shortuuid(), segmentId: shortuuid() };
    const size = LOUDSPEAKER_HZ / 10;
    this.markStarted();
    await pause(100);
    for (let start = 0; start < samples.length && !this.queue.closed; start += size) {
      const part = samples.slice(start, start + size);
      const frame = new AudioFrame(part, LOUDSPEAKER_HZ, 1, part.length);
      this.queue.put({ ...ids, frame, final: start + size >= samples.length });
    }
  }
}
