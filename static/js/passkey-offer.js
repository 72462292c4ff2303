import { Lifetime } from "./lifetime.js";

const ADDRESS = /^\[|^[\d.]+$/;

/** Passkeys belong to a name: at an IP address every browser refuses them (Web Authentication, "RP ID"). */
export function hasPasskeys({ PublicKeyCredential, location }) {
  return Boolean(PublicKeyCredential) && !ADDRESS.test(location.hostname);
}

/** Shown where the browser has passkeys. What goes wrong with one is said here: allauth's script, which asks, only logs it. */
export class PasskeyOffer extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.hidden = !hasPasskeys(window);
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
