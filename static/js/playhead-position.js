/** Where the playhead of this page stands, in milliseconds since the session began. Players move it, everything else follows. */
class PlayheadPosition extends EventTarget {
  ms = 0;

  /** By the running player. */
  advanceTo(ms) {
    this.ms = ms;
    this.dispatchEvent(new Event("moved"));
  }

  /** By a person. */
  seekTo(ms) {
    this.advanceTo(Math.max(0, ms));
    this.dispatchEvent(new Event("sought"));
  }
}

export const position = new PlayheadPosition();
