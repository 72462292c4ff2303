import { offsetText } from "../offset-text.js";

/** The bar with the buttons: shows how things stand and tells which action was asked for. */
export class Transport {
  #root;
  #bar;
  #clock;

  constructor(root, { act, setSpeed }, life) {
    this.#root = root;
    this.#bar = root.querySelector(".transport");
    this.#clock = this.#bar.querySelector("[data-clock]");
    const { signal } = life;
    this.#bar.addEventListener("click", (event) => {
      const action = event.target.closest("[data-do]")?.dataset.do;
      if (action) act(action);
    }, { signal });
    const speed = this.#bar.querySelector("[data-speed]");
    speed.addEventListener("change", () => setSpeed(Number(speed.value)), { signal });
  }

  showTime(ms) {
    const text = offsetText(ms, 2);
    if (this.#clock.textContent !== text) this.#clock.textContent = text;
  }

  /** @param {{player: any, control: any, model: any, canMute: boolean, reason: string}} state */
  show({ player, control, model, canMute, reason }) {
    const { isReady, isPlaying } = player;
    this.#root.toggleAttribute("data-playing", isPlaying);
    this.#root.toggleAttribute("data-live", model.isLive);
    const play = this.#button("play");
    play.disabled = !isReady;
    play.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    this.showFollowing(control.isFollowing);
    for (const channel of ["user", "agent"]) {
      const button = this.#button(`mute-${channel}`);
      button.hidden = !isReady || !canMute;
      button.setAttribute("aria-pressed", String(player.isMuted(channel)));
    }
    this.#bar.querySelector("[data-speed]").hidden = !isReady;
    this.#button("issue-next").disabled = model.issues.length === 0;
    this.#bar.querySelector("[data-length]").textContent = model.isLive ? "" : `/ ${offsetText(model.endMs, 1)}`;
    this.#bar.querySelector("[data-note]").textContent = player.problem || (isReady ? "" : reason);
  }

  showFollowing(isOn) {
    this.#button("follow").setAttribute("aria-pressed", String(isOn));
  }

  /** @returns {HTMLButtonElement} */
  #button(action) {
    return this.#bar.querySelector(`[data-do="${action}"]`);
  }
}
