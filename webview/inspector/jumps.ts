import { t } from "@vscode/l10n";
import type { ListPart } from "./listPart.ts";
import type { PageState } from "./pageState.ts";
import type { Remembered } from "./remembered.ts";

export interface JumpsOwner {
  /** The place of a message in the list; below 0 when the filter hides it. */
  locate(seq: number): Promise<number>;
  announce(sentence: string): void;
  failed(error: unknown): void;
}

/** Brings the user to a message, wherever the list stands. */
export class Jumps {
  readonly #part: ListPart;
  readonly #state: PageState;
  readonly #owner: JumpsOwner;

  constructor(part: ListPart, state: PageState, owner: JumpsOwner) {
    this.#part = part;
    this.#state = state;
    this.#owner = owner;
  }

  /** What was current and selected before the page was hidden is so again. */
  async restore({ current, selected }: Remembered): Promise<void> {
    if (current === undefined) return;
    const index = await this.#owner.locate(current);
    if (index >= 0) this.#part.list.restore({ index, seq: current }, selected);
  }

  async to(seq: number): Promise<void> {
    const index = await this.#owner.locate(seq);
    if (index < 0) {
      this.#owner.failed(new Error(t("The filter hides this message: clear the filter to see it.")));
      return;
    }
    // How many rows there is room for is known when the page was drawn once.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { list, element } = this.#part;
    list.setFollow(false);
    list.restore({ index, seq }, [seq]);
    element.focus();
  }

  /** The same, where nobody waits for it. */
  show(seq: number): void {
    this.to(seq).catch((error: unknown) => {
      this.#owner.failed(error);
    });
  }

  /** To the message that has been unsettled for longest. */
  toOldest(): void {
    const settling = this.#state.now?.summary.settling;
    if (settling?.oldest) this.show(settling.oldest.seq);
    else if (settling) this.#owner.announce(t("Nothing is unsettled."));
  }
}
