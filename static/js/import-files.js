import { Lifetime } from "./lifetime.js";

const UNITS = ["bytes", "KB", "MB", "GB"];

/** `3.4 MB`, in steps of 1024 as the server counts. */
export function sizeInWords(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${step ? (bytes / 1024 ** step).toFixed(1) : bytes} ${UNITS[step]}`;
}

/** What is told while files are sent: `sent` from 0 to 1. All sent, the server looks through them. */
export function progressInWords(sent) {
  return sent < 1 ? `Sending: ${Math.floor(sent * 100)} %` : "Sent. The server looks through the files and keeps them.";
}

/**
 * Files that are chosen or dropped, and how far their way to the server is. What became of them the server writes; what it
 * cannot tell, that it does not answer or that they are too much for it, stands in templates.
 */
export class ImportFiles extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    this.addEventListener("change", this.#tellChosen, { signal });
    for (const name of ["dragenter", "dragover"]) this.addEventListener(name, this.#welcome, { signal });
    this.addEventListener("dragleave", this.#leave, { signal });
    this.addEventListener("drop", this.#drop, { signal });
    this.addEventListener("htmx:beforeRequest", this.#begin, { signal });
    this.addEventListener("htmx:xhr:progress", this.#progress, { signal });
    this.addEventListener("htmx:afterRequest", this.#end, { signal });
    this.addEventListener("htmx:responseError", this.#lose, { signal });
    this.addEventListener("htmx:sendError", this.#lose, { signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  get #input() {
    return this.querySelector("input[type=file]");
  }

  get #zone() {
    return this.querySelector("[data-drop]");
  }

  #welcome = (event) => {
    event.preventDefault();
    this.#zone.toggleAttribute("data-over", true);
  };

  #leave = ({ relatedTarget }) => {
    if (!this.contains(relatedTarget)) this.#zone.removeAttribute("data-over");
  };

  #drop = (event) => {
    event.preventDefault();
    this.#zone.removeAttribute("data-over");
    if (event.dataTransfer.files.length === 0) return;
    this.#input.files = event.dataTransfer.files;
    this.#tellChosen();
  };

  #tellChosen = () => {
    const rows = [...this.#input.files].map((file) => {
      const row = document.createElement("li");
      row.textContent = `${file.name}, ${sizeInWords(file.size)}`;
      return row;
    });
    this.querySelector("[data-chosen]").replaceChildren(...rows);
  };

  /** What is too much is told here: a browser that is refused while it sends hears nothing of the reason. */
  #begin = (event) => {
    const files = [...this.#input.files];
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    if (files.length > Number(this.dataset.maxFiles) || bytes > Number(this.dataset.maxBytes)) {
      event.preventDefault();
      this.#tell("template[data-too-much]");
      return;
    }
    this.querySelector("#import-results").replaceChildren();
    this.#show(0);
  };

  #progress = ({ detail }) => {
    if (detail.lengthComputable && !this.querySelector("[data-progress]").hidden) this.#show(detail.loaded / detail.total);
  };

  #show(sent) {
    const progress = this.querySelector("[data-progress]");
    const [label, bar] = [progress.querySelector("[data-label]"), progress.querySelector("progress")];
    if (!progress.hidden && !bar.hasAttribute("value")) return;
    progress.hidden = false;
    label.textContent = progressInWords(sent);
    if (sent < 1) bar.value = sent;
    else bar.removeAttribute("value");
  }

  #end = ({ detail }) => {
    const progress = this.querySelector("[data-progress]");
    progress.hidden = true;
    progress.querySelector("progress").value = 0;
    if (detail.successful) this.querySelector("[data-told]")?.focus();
  };

  #lose = () => this.#tell("template[data-lost]");

  #tell(template) {
    const told = this.querySelector(template).content.cloneNode(true);
    this.querySelector("#import-results").replaceChildren(told);
  }
}
