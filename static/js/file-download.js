/** A link to a file that is fetched by itself as soon as it is on the page, and again by whoever presses it. */
export class FileDownload extends HTMLElement {
  connectedCallback() {
    this.querySelector("a").click();
  }
}
