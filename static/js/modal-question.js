/** A question that the server sent: it opens at once, and when it is closed nothing of it stays. */
export class ModalQuestion extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.dialog.addEventListener("close", this.#closed, { once: true });
    this.dialog.showModal();
    // htmx looks for it as well, once the swap has settled, and would take the focus back from whoever has moved on.
    this.dialog.querySelector("[autofocus]")?.removeAttribute("autofocus");
  }

  /** What led here may have gone with its menu; the menu's button is still there. */
  #closed = () => {
    document.querySelector(`[popovertarget="${this.getAttribute("for")}"]`)?.focus();
    this.remove();
  };
}
