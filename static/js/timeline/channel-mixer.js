const CHANNELS = ["user", "agent"]; // left, right

/**
 * Mutes one of the two voices. Built when it is first asked for: a page on which nobody mutes anything has no audio graph,
 * and browsers allow one only after a click.
 */
export class ChannelMixer {
  #audio;
  #context = null;
  #gains = new Map();
  #muted = new Set();

  constructor(audio, life) {
    this.#audio = audio;
    life.onEnd(() => this.#context?.close());
  }

  /** How much later than told the sound is heard. */
  get latencyMs() {
    return ((this.#context?.baseLatency ?? 0) + (this.#context?.outputLatency ?? 0)) * 1000;
  }

  isMuted(channel) {
    return this.#muted.has(channel);
  }

  setMuted(channel, isMuted) {
    if (!this.#context) this.#connect();
    this.resume();
    if (isMuted) this.#muted.add(channel);
    else this.#muted.delete(channel);
    const gain = this.#gains.get(channel).gain;
    gain.setTargetAtTime(isMuted ? 0 : 1, this.#context.currentTime, SMOOTH_S); // a jump would click
  }

  resume() {
    if (this.#context?.state === "suspended") this.#context.resume();
  }

  #connect() {
    const context = new AudioContext();
    const splitter = context.createChannelSplitter(CHANNELS.length);
    const merger = context.createChannelMerger(CHANNELS.length);
    context.createMediaElementSource(this.#audio).connect(splitter);
    CHANNELS.forEach((channel, at) => {
      const gain = context.createGain();
      splitter.connect(gain, at).connect(merger, 0, at);
      this.#gains.set(channel, gain);
    });
    merger.connect(context.destination);
    this.#context = context;
  }
}

const SMOOTH_S = 0.01;
