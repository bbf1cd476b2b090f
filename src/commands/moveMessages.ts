/** Sends kept messages on, in their order, and takes them out of their source only once they are safe elsewhere. */
import { t } from "@vscode/l10n";
import type { Receipt } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import type { KeptMessage } from "../inspect/messageReader.ts";
import type { ReportProgress } from "./prompts.ts";
import { grouped } from "./transferWords.ts";

/** What is to be sent, and how. */
export interface Transfer {
  readonly seqs: readonly number[];
  /** undefined = no longer kept. */
  message(seq: number): KeptMessage | undefined;
  publish(message: KeptMessage): Promise<Receipt>;
  /** Takes messages out of their source. Absent = they stay: a copy. @returns how many could be taken out */
  readonly settle?: (seqs: readonly number[]) => Promise<number>;
  readonly report: ReportProgress;
  /** Begins no more; what is on its way is still waited for. */
  readonly signal: AbortSignal;
}

/** What became of each of them. */
export interface TransferResult {
  readonly asked: number;
  readonly routed: number;
  /** Of those that were routed: taken out of the source. */
  readonly settled: number;
  readonly returned: number;
  readonly refused: number;
  readonly blocked: number;
  readonly lost: number;
  /** Could not be sent as they are. */
  readonly invalid: number;
  /** Kept cut, because they are very large. */
  readonly cut: number;
  /** No longer kept, or settled already. */
  readonly gone: number;
  readonly unsent: number;
  readonly cancelled: boolean;
  /** Why some failed, each reason once. */
  readonly reasons: readonly string[];
}

/** How much may be on its way without an answer. */
const window = 256;
const windowBytes = 8 * 1024 * 1024;
/** How many are settled together. */
const settleTogether = 100;
/** Milliseconds between two reports. */
const reportEvery = 100;

/** Never rejects: what goes wrong is in the result. */
export function transferMessages(transfer: Transfer): Promise<TransferResult> {
  return new Run(transfer).run();
}

class Run {
  readonly #transfer: Transfer;
  readonly #counts = { routed: 0, returned: 0, refused: 0, blocked: 0, lost: 0, invalid: 0, cut: 0, gone: 0 };
  readonly #reasons = new Set<string>();
  #begun = 0;
  #inFlight = 0;
  #inFlightBytes = 0;
  #stopped = false;
  #wake: (() => void) | undefined;
  /** Safe elsewhere, not yet taken out. */
  #safe: number[] = [];
  #settled = 0;
  #settling: Promise<void> = Promise.resolve();
  #reportedAt = performance.now();
  #reported = 0;

  constructor(transfer: Transfer) {
    this.#transfer = transfer;
  }

  async run(): Promise<TransferResult> {
    const { seqs, signal } = this.#transfer;
    for (const seq of seqs) {
      if (this.#isOver()) break;
      const message = this.#take(seq);
      if (!message) continue;
      const size = message.draft.body.length;
      while (this.#inFlight > 0 && !this.#mayBegin(size, sentApart(message))) await this.#landing();
      if (this.#isOver()) {
        this.#begun--;
        break;
      }
      this.#begin(message, size);
      if (sentApart(message)) await this.#allLanded();
    }
    await this.#allLanded();
    this.#settleSafe(1);
    await this.#settling;
    this.#report(performance.now());
    const unsent = seqs.length - this.#begun;
    return {
      asked: seqs.length,
      ...this.#counts,
      settled: this.#settled,
      unsent,
      cancelled: signal.aborted && unsent > 0,
      reasons: [...this.#reasons],
    };
  }

  #isOver(): boolean {
    return this.#stopped || this.#transfer.signal.aborted;
  }

  /** The message, if it is there to be sent. */
  #take(seq: number): KeptMessage | undefined {
    this.#begun++;
    const { settle } = this.#transfer;
    const message = this.#transfer.message(seq);
    if (!message || (settle && message.state !== "pending")) this.#counts.gone++;
    else if (!message.whole) this.#counts.cut++;
    else return message;
    return undefined;
  }

  #mayBegin(size: number, alone: boolean): boolean {
    return !alone && this.#inFlight < window && this.#inFlightBytes + size <= windowBytes;
  }

  #begin(message: KeptMessage, size: number): void {
    this.#inFlight++;
    this.#inFlightBytes += size;
    this.#transfer
      .publish(message)
      .then(
        (receipt) => {
          this.#onReceipt(message.seq, receipt);
        },
        (error: unknown) => {
          this.#onError(error);
        },
      )
      .finally(() => {
        this.#inFlight--;
        this.#inFlightBytes -= size;
        this.#wake?.();
        const now = performance.now();
        if (now - this.#reportedAt >= reportEvery) this.#report(now);
      });
  }

  #onReceipt(seq: number, receipt: Receipt): void {
    this.#counts[receipt.outcome]++;
    if (receipt.outcome === "routed") {
      this.#safe.push(seq);
      this.#settleSafe(settleTogether);
      return;
    }
    this.#reasons.add(receipt.reason);
    if (receipt.outcome === "blocked" || receipt.outcome === "lost") this.#stopped = true;
  }

  #onError(error: unknown): void {
    this.#counts.invalid++;
    this.#reasons.add(sentenceOf(error));
    // What is wrong with one message need not be wrong with the next.
    if (!(error instanceof BrokerError) || error.kind !== "invalid") this.#stopped = true;
  }

  /** When there are enough of them. One run after the other, so that the broker settles in order. */
  #settleSafe(enough: number): void {
    const { settle } = this.#transfer;
    if (!settle || this.#safe.length < enough) return;
    const safe = this.#safe;
    this.#safe = [];
    this.#settling = this.#settling
      .then(async () => {
        this.#settled += await settle(safe);
      })
      .catch((error: unknown) => {
        // They are safe in both places now. No more are sent that could not be taken out either.
        this.#reasons.add(sentenceOf(error));
        this.#stopped = true;
      });
  }

  #landing(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #allLanded(): Promise<void> {
    while (this.#inFlight > 0) await this.#landing();
  }

  #report(now: number): void {
    const { seqs, report } = this.#transfer;
    const done = this.#begun - this.#inFlight;
    report(
      t("{done} of {count}", { done: grouped(done), count: grouped(seqs.length) }),
      ((done - this.#reported) / seqs.length) * 100,
    );
    this.#reportedAt = now;
    this.#reported = done;
  }
}

/** Drivers may send these on a way of their own, where they would overtake others or be overtaken. */
function sentApart({ draft }: KeptMessage): boolean {
  const { userId, replyTo } = draft.properties;
  return userId !== undefined || replyTo !== undefined;
}

/** What became of them as sentences, the good news first. `to` = the name of where they went. */
export function transferSentence(result: TransferResult, kind: "move" | "copy", to: string): string {
  const { asked, routed, settled, returned, refused, blocked, lost, invalid, cut, gone, unsent } = result;
  const done = kind === "move" ? settled : routed;
  const counts = { done: grouped(done), count: grouped(asked), to };
  const sentences = [
    kind === "move"
      ? done === asked
        ? t("Moved to {to}: {done}. Each was confirmed and routed there first.", counts)
        : t("Moved to {to}: {done} of {count}.", counts)
      : done === asked
        ? t("Sent to {to}: {done}, all confirmed and routed.", counts)
        : t("Sent to {to}: {done} of {count}, confirmed and routed.", counts),
  ];
  const say = (number: number, sentence: (count: string) => string): void => {
    if (number > 0) sentences.push(sentence(grouped(number)));
  };
  if (kind === "move")
    say(routed - settled, (count) =>
      t("Now in both places: {count}. They were taken there, but could not be acknowledged here any more.", { count }),
    );
  say(returned, (count) => t("Returned, because nobody gets them there: {count}.", { count }));
  say(refused, (count) => t("Refused by the broker: {count}.", { count }));
  say(blocked, (count) => t("Met a broker that blocks publishing: {count}.", { count }));
  say(lost, (count) => t("Without an answer, so that the broker may or may not have them: {count}.", { count }));
  say(invalid, (count) => t("Could not be sent: {count}.", { count }));
  say(cut, (count) => t("Too large to be kept whole here, and not sent for that reason: {count}.", { count }));
  say(gone, (count) =>
    kind === "move"
      ? t("Settled already or no longer kept: {count}.", { count })
      : t("No longer kept here: {count}.", { count }),
  );
  say(unsent, (count) =>
    result.cancelled ? t("Not sent, because you cancelled: {count}.", { count }) : t("Not sent: {count}.", { count }),
  );
  if (kind === "move" && done + gone < asked && routed - settled < asked)
    sentences.push(t("What was not moved stays unsettled here."));
  return [...sentences, ...result.reasons.slice(0, 3)].join(" ");
}
