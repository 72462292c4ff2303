/** Calls at once, then at most once in `everyMs`; what came in between is made up for at the end of the pause. */
export class Trailing {
  #call;
  #everyMs;
  #timer = null;
  #isDue = false;

  constructor(call, everyMs) {
    this.#call = call;
    this.#everyMs = everyMs;
  }

  request() {
    this.#isDue = true;
    if (this.#timer === null) this.#run();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#isDue = false;
  }

  #run = () => {
    this.#timer = null;
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#timer = setTimeout(this.#run, this.#everyMs);
    this.#call();
  };
}
