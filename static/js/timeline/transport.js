import { offsetText } from "../offset-text.js";

/** The bar with the buttons, and its menu where it is narrow: shows how things stand and tells which action was asked for. */
export class Transport {
  #root;
  #bar;
  #clock;
  #setSpeed;

  constructor(root, { act, setSpeed }, life) {
    this.#root = root;
    this.#bar = root.querySelector(".transport");
    this.#clock = this.#bar.querySelector("[data-clock]");
    this.#setSpeed = setSpeed;
    const { signal } = life;
    this.#bar.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (!button) return;
      if (button.hasAttribute("data-closes")) button.closest("[popover]").hidePopover();
      act(button.dataset.do);
    }, { signal });
    this.#bar.addEventListener("change", this.#changed, { signal });
  }

  showTime(ms) {
    const text = offsetText(ms, 2);
    if (this.#clock.textContent !== text) this.#clock.textContent = text;
  }

  /** @param {{player: any, control: any, model: any, canMute: boolean, reason: string}} state */
  show({ player, control, model, canMute, reason }) {
    const { isReady, isPlaying } = player;
    this.#root.toggleAttribute("data-playing", isPlaying);
    this.#each("[data-do=play]", (play) => {
      play.disabled = !isReady;
      play.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    });
    this.showFollowing(control.isFollowing);
    this.#each("[data-do=follow]", (button) => (button.hidden = !isReady && !model.isLive)); // nothing goes on there
    for (const channel of ["user", "agent"]) this.#showChannel(channel, isReady && canMute, player.isMuted(channel));
    this.#each("[data-speed]", (speed) => (speed.closest("label").hidden = !isReady));
    this.#each("[data-do^=issue]", (button) => (button.disabled = model.issues.length === 0));
    this.#each("[data-length]", (length) => (length.textContent = model.isLive ? "" : `/ ${offsetText(model.endMs, 2)}`));
    this.#each("[data-note]", (note) => (note.textContent = player.problem || (isReady ? "" : reason)));
  }

  showFollowing(isOn) {
    this.#each("[data-do=follow]", (button) => button.setAttribute("aria-pressed", String(isOn)));
  }

  #showChannel(channel, isThere, isMuted) {
    this.#each(`[data-do=mute-${channel}]`, (button) => {
      button.hidden = !isThere;
      button.setAttribute("aria-pressed", String(isMuted));
    });
  }

  /** With the mouse a speed is chosen and done with: then Space plays. */
  #changed = ({ target }) => {
    if (!target.matches("[data-speed]")) return;
    this.#each("[data-speed]", (speed) => (speed.value = target.value));
    this.#setSpeed(Number(target.value));
    if (!target.matches(":focus-visible")) target.blur();
  };

  #each(selector, show) {
    for (const element of this.#bar.querySelectorAll(selector)) show(element);
  }
}
