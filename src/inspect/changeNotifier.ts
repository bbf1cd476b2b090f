import type { Disposable } from "../broker/event.ts";

export interface NotifierOptions {
  /** Tells the page; settles when the page has answered. */
  send(): Promise<unknown>;
  /** The least time between two, in milliseconds. */
  readonly interval?: number;
  readonly now?: () => number;
  readonly setTimer?: (run: () => void, milliseconds: number) => Disposable;
}

/**
 * Slows down telling a page that something changed: the first change at once, then at most one in `interval`, never a
 * second one while the page has not answered, none while it is hidden. Whatever happens, the last change is told.
 */
export class ChangeNotifier {
  readonly #send: () => Promise<unknown>;
  readonly #interval: number;
  readonly #now: () => number;
  readonly #setTimer: (run: () => void, milliseconds: number) => Disposable;
  #changed = false;
  #unanswered = false;
  #visible = true;
  #last = -Infinity;
  #timer: Disposable | undefined;
  #page = 0;
  #disposed = false;

  constructor(options: NotifierOptions) {
    this.#send = () => options.send();
    this.#interval = options.interval ?? 100;
    this.#now = options.now ?? (() => performance.now());
    this.#setTimer = options.setTimer ?? realTimer;
  }

  notify(): void {
    this.#changed = true;
    this.#go();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#go();
    else this.#stopTimer();
  }

  /** The page started anew and was told everything: what the one before did not answer will never be answered. */
  restart(): void {
    this.#page++;
    this.#unanswered = false;
    this.#changed = false;
  }

  dispose(): void {
    this.#disposed = true;
    this.#stopTimer();
  }

  #go(): void {
    if (!this.#changed || this.#unanswered || !this.#visible || this.#timer || this.#disposed) return;
    const wait = this.#last + this.#interval - this.#now();
    if (wait > 0) {
      this.#timer = this.#setTimer(() => {
        this.#timer = undefined;
        this.#go();
      }, wait);
      return;
    }
    this.#changed = false;
    this.#unanswered = true;
    this.#last = this.#now();
    const page = this.#page;
    const answered = (): void => {
      if (page !== this.#page) return;
      this.#unanswered = false;
      this.#go();
    };
    // A page that went away is told everything when it starts again.
    this.#send().then(answered, answered);
  }

  #stopTimer(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }
}

function realTimer(run: () => void, milliseconds: number): Disposable {
  const timer = setTimeout(run, milliseconds);
  return {
    dispose: () => {
      clearTimeout(timer);
    },
  };
}
