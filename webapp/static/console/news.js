// News: the server says that something has changed. While nobody says so, the page has to ask more often.
const AGAIN_MS = 10000;

/** Calls `changed` for each piece of news, and when news may have been missed; `alive`: whether they come. */
export class News {
  alive = false;
  #changed;
  #source = null;
  #again = null;

  constructor(changed) {
    this.#changed = changed;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#close() : this.#open()));
    if (!document.hidden) this.#open();
  }

  #open() {
    this.#close();
    this.#source = new EventSource("/console/events");
    this.#source.addEventListener("open", () => {
      this.alive = true;
      this.#changed();
    });
    this.#source.addEventListener("changed", () => this.#changed());
    this.#source.addEventListener("error", () => {
      this.alive = false;
      this.#changed();
      // Otherwise the browser connects again by itself.
      if (this.#source.readyState === EventSource.CLOSED) this.#again ??= setTimeout(() => this.#open(), AGAIN_MS);
    });
  }

  #close() {
    clearTimeout(this.#again);
    this.#again = null;
    this.#source?.close();
    this.alive = false;
  }
}
