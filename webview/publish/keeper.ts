import type { DraftText } from "../../src/protocol/publish.ts";
import type { Page } from "../page.ts";

/** What outlives a hidden page. */
export interface Remembered {
  /** Written, and not yet in the host's hands. */
  readonly unkept?: DraftText;
  readonly many?: Many;
}

export interface Many {
  readonly count: string;
  readonly perSecond: string;
}

/** Milliseconds of rest before a draft goes to the host. */
const rest = 250;

/** Brings what is written to the host without asking it at every key, and loses nothing when the page goes. */
export class Keeper {
  readonly #page: Pick<Page<Remembered>, "remember">;
  readonly #keep: (draft: DraftText) => Promise<void>;
  #unkept: DraftText | undefined;
  #many: Many | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Page<Remembered>, keep: (draft: DraftText) => Promise<void>) {
    this.#page = page;
    this.#keep = keep;
    this.#many = page.state?.many;
    const flush = (): void => {
      void this.flush();
    };
    window.addEventListener("blur", flush);
    window.addEventListener("pagehide", flush);
    document.addEventListener("visibilitychange", flush);
  }

  changed(draft: DraftText): void {
    this.#unkept = draft;
    this.#remember();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), rest);
  }

  many(many: Many): void {
    this.#many = many;
    this.#remember();
  }

  /** Gives the host what it does not have yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    const draft = this.#unkept;
    if (!draft) return;
    try {
      await this.#keep(draft);
    } catch {
      // It stays remembered, and goes with the next change.
      return;
    }
    if (this.#unkept !== draft) return;
    this.#unkept = undefined;
    this.#remember();
  }

  #remember(): void {
    this.#page.remember({
      ...(this.#unkept ? { unkept: this.#unkept } : {}),
      ...(this.#many ? { many: this.#many } : {}),
    });
  }
}
