import { Lifetime } from "./lifetime.js";

/** Shown where the browser has passkeys. What goes wrong with one is said here: allauth's script, which asks, only logs it. */
export class PasskeyOffer extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.hidden = !window.PublicKeyCredential;
    document.addEventListener("allauth.error", this.#tell, { signal: this.life.signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  #tell = (event) => {
    event.preventDefault();
    this.querySelector("[data-problem]").hidden = false;
  };
}
