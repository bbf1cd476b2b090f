/** What the user does that the host carries out. */
import { t } from "@vscode/l10n";
import type { HeldOutcome } from "../../src/broker/contract.ts";
import type { FilterAnswer, TimeRange } from "../../src/protocol/filter.ts";
import type { InspectorHostCalls, InspectorViewCalls, SettleRequest } from "../../src/protocol/inspector.ts";
import type { Peer } from "../../src/protocol/peer.ts";
import type { MessageList } from "./messageList.ts";
import type { PageState } from "./pageState.ts";
import type { Selection } from "./selection.ts";
import { settledSentence } from "./words.ts";

export interface CommandsOwner {
  /** Something is to be drawn anew. */
  changed(): void;
  announce(sentence: string): void;
  failed(error: unknown): void;
}

export class Commands {
  readonly #peer: Peer<InspectorViewCalls, InspectorHostCalls>;
  readonly #list: MessageList;
  readonly #state: PageState;
  readonly #owner: CommandsOwner;
  #windowProblem: string | undefined;
  #filters = 0;
  /** How many are not answered. */
  #filtering = 0;
  #told: { readonly selection: Selection; readonly current: number | undefined } | undefined;

  constructor(
    peer: Peer<InspectorViewCalls, InspectorHostCalls>,
    list: MessageList,
    state: PageState,
    owner: CommandsOwner,
  ) {
    this.#peer = peer;
    this.#list = list;
    this.#state = state;
    this.#owner = owner;
  }

  /** What is wrong with the number in the prefetch field. */
  get windowProblem(): string | undefined {
    return this.#windowProblem;
  }

  /** Tells the host what is selected, if that is something else than it was told. */
  tellSelection(): void {
    const { selection, current } = this.#list;
    const same = this.#told?.selection === selection && this.#told.current === current?.seq;
    if (same || !this.#state.now) return;
    this.#told = { selection, current: current?.seq };
    this.#do(
      this.#peer.call("selected", {
        all: selection.all,
        seqs: selection.all ? [] : [...selection.seqs],
        ...(current?.seq === undefined ? {} : { current: current.seq }),
      }),
    );
  }

  reattach(): void {
    this.#do(this.#peer.call("reattach"));
  }

  clear(): void {
    this.#list.renew();
    this.#do(this.#peer.call("clear"));
  }

  open(): void {
    const seq = this.#list.current?.seq;
    if (seq !== undefined) this.#do(this.#peer.call("openBody", { seq }));
  }

  copy(part: "body" | "headers" | "message"): void {
    const seq = this.#list.current?.seq;
    if (seq === undefined) return;
    this.#do(this.#peer.call("copy", { seq, part }), () => {
      this.#owner.announce(t("Copied."));
    });
  }

  resend(): void {
    const seq = this.#list.current?.seq;
    if (seq !== undefined) this.#do(this.#peer.call("resend", { seq }));
  }

  pause(): void {
    const state = this.#state.now;
    if (!state || state.ended) return;
    const paused = !state.paused;
    this.#do(this.#peer.call("setPaused", { paused }), () => {
      this.#state.change({ paused });
      this.#owner.announce(paused ? t("Paused.") : t("Resumed."));
    });
  }

  /** The selected messages. */
  settle(outcome: HeldOutcome): void {
    const state = this.#state.now;
    if (!state?.outcomes.includes(outcome) || state.ended?.failed) return;
    const { selection } = this.#list;
    if (selection.all) this.#settle({ what: "all", outcome });
    else if (selection.seqs.size > 0) this.#settle({ what: "these", seqs: [...selection.seqs], outcome });
  }

  settleAll(outcome: HeldOutcome): void {
    this.#settle({ what: "all", outcome });
  }

  setWindow(text: string): void {
    const window = Number(text);
    if (!/^\d{1,6}$/.test(text) || window < 1) {
      this.#windowProblem = t("The prefetch is a whole number of at least 1.");
      this.#owner.changed();
      return;
    }
    this.#windowProblem = undefined;
    this.#do(this.#peer.call("setWindow", { window }), () => {
      this.#state.change({ window });
    });
  }

  /** What the summaries of the host say is about another view than the list's, until this is answered. */
  get isFiltering(): boolean {
    return this.#filtering > 0;
  }

  /** Gives up what the filter before was doing. With a mistake in it, the list stays as it is. */
  async setFilter(text: string, range: TimeRange | undefined): Promise<void> {
    const current = this.#list.current?.seq;
    const asked = ++this.#filters;
    this.#state.filtering(text, range);
    this.#filtering++;
    let answer: FilterAnswer;
    try {
      answer = await this.#peer.call("setFilter", { text, ...(range && { range }) });
    } finally {
      this.#filtering--;
    }
    if (asked !== this.#filters) return;
    if (!answer.filterMistake) this.#list.renew();
    this.#state.filtered(answer);
    if (answer.filterMistake || current === undefined) return;
    const index = await this.#peer.call("locate", { seq: current });
    if (index >= 0 && asked === this.#filters && !this.#list.current)
      this.#list.restore({ index, seq: current }, [current]);
  }

  #settle(request: SettleRequest): void {
    this.#do(this.#peer.call("settle", request), (result) => {
      // What arrives from now on was not meant.
      if (request.what === "all") this.#list.selectCurrent();
      this.#owner.announce(settledSentence(request.outcome, result));
    });
  }

  #do<T>(work: Promise<T>, then?: (result: T) => void): void {
    work.then(
      (result) => {
        then?.(result);
        this.#owner.changed();
      },
      (error: unknown) => {
        this.#owner.failed(error);
      },
    );
  }
}
