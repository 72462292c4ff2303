import { PeaksSource } from "./peaks-source.js";

/** Where the timeline's data come from when nobody brings them: the addresses in its attributes. */
export class Sources {
  #timeline;
  #life;
  #peaks = null;

  constructor(timeline, life) {
    this.#timeline = timeline;
    this.#life = life;
    this.loadPeaks();
  }

  /** For the lanes as they are zoomed, and for the overview. */
  peaksFor(view, recordingStartMs) {
    return { peaks: this.#peaks?.for(view, recordingStartMs) ?? null, allPeaks: this.#peaks?.whole ?? null };
  }

  /** One voice cannot be muted in a recording in which both share a channel. */
  get canMute() {
    return this.#peaks?.channelCount !== 1;
  }

  async loadSnapshot() {
    const { src } = this.#timeline.dataset;
    if (!src) return;
    try {
      const response = await fetch(src, { signal: this.#life.signal, headers: { accept: "application/json" } });
      if (response.ok) this.#timeline.show(await response.json());
      else this.#timeline.announce("The timeline could not be loaded.");
    } catch (error) {
      if (error.name !== "AbortError") this.#timeline.announce("The timeline could not be loaded.");
    }
  }

  loadPeaks() {
    const { peaksSrc } = this.#timeline.dataset;
    const changed = () => this.#timeline.soundChanged();
    this.#peaks = peaksSrc ? new PeaksSource(peaksSrc, this.#life, changed) : null;
  }
}
