import { PeaksSource } from "./peaks-source.js";

/** What the timeline fetches for itself, from the addresses in its attributes: the waveform. */
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

  loadPeaks() {
    const { peaksSrc } = this.#timeline.dataset;
    const changed = () => this.#timeline.soundChanged();
    this.#peaks = peaksSrc ? new PeaksSource(peaksSrc, this.#life, changed) : null;
  }
}
