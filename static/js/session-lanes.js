import { Lifetime } from "./lifetime.js";
import { position } from "./playhead-position.js";

/** The overview. A click or a drag on it moves the playhead; everything on it is also in the transcript and the tables. */
export class SessionLanes extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    position.addEventListener("moved", this.#show, { signal });
    this.addEventListener("pointerdown", this.#grab, { signal });
    this.addEventListener("pointermove", this.#drag, { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.life.end();
  }

  #grab = (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    this.setPointerCapture(event.pointerId);
    this.#seek(event);
  };

  #drag = (event) => {
    if (this.hasPointerCapture(event.pointerId)) this.#seek(event);
  };

  #seek(event) {
    const track = this.querySelector(".lanes__over").getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - track.left) / track.width));
    position.seekTo(share * Number(this.dataset.lengthMs));
  }

  #show = () => {
    const share = `${Math.min(100, (100 * position.ms) / Number(this.dataset.lengthMs))}%`;
    const line = this.querySelector("[data-playhead]");
    line.setAttribute("x1", share);
    line.setAttribute("x2", share);
  };
}
