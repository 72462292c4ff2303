/**
 * What goes along with the playhead: the timeline, the transcript. Each lets go when someone looks elsewhere in it, so one may
 * follow and the other not.
 */
export class Followers {
  #all = new Set();

  /** @param {{isFollowing: boolean, setFollowing: (isOn: boolean) => void}} follower */
  add(follower, life) {
    this.#all.add(follower);
    life.onEnd(() => this.#all.delete(follower));
  }

  setAll(isOn) {
    for (const follower of this.#all) follower.setFollowing(isOn);
  }

  /** All of them, unless all do already. */
  toggle() {
    this.setAll(![...this.#all].every((follower) => follower.isFollowing));
  }
}

export const followers = new Followers();
