import { t } from "@vscode/l10n";
import type { Draft, Node, Receipt, Session } from "../broker/contract.ts";
import { sentenceOf } from "../broker/errors.ts";
import type { ManyResult } from "../protocol/publish.ts";
import { outcomeSentences, stopSentence, unsentSentences } from "./outcomeWords.ts";
import type { ReportProgress } from "./prompts.ts";
import { grouped } from "./transferWords.ts";

export interface ManyOptions {
  readonly count: number;
  /** 0 = as fast as the broker confirms. */
  readonly perSecond: number;
  /** Stops sending at once; what is on its way is still waited for. */
  readonly signal: AbortSignal;
  readonly report: ReportProgress;
}

/** How many may be on their way without an answer. */
const window = 1000;
/** Waiting for a place ends here, not at the first free one: sending in runs lets the socket take many at once. */
const lowWater = 500;
/** Milliseconds between two reports. */
const reportEvery = 100;
/** Milliseconds of the schedule that are made up for after a stall; a longer one moves the schedule. */
const catchUp = 1000;

/**
 * Sends one message `count` times. Stops early when the broker blocks, the connection goes, or a message cannot be sent;
 * why is in the result. Never rejects.
 */
export function publishMany(
  session: Pick<Session, "publish">,
  node: Node,
  draft: Draft,
  options: ManyOptions,
): Promise<ManyResult> {
  return new Run(options).run(() => session.publish(node, draft));
}

class Run {
  readonly #options: ManyOptions;
  readonly #counts: Record<Receipt["outcome"], number> = { routed: 0, returned: 0, refused: 0, blocked: 0, lost: 0 };
  readonly #reasons = new Map<Receipt["outcome"], string>();
  #sent = 0;
  #inFlight = 0;
  /** Were never sent, see {@link Session.publish}. */
  #failed = 0;
  #stopped: string | undefined;
  /** While waiting for answers: down to how many on their way. */
  #waitingFor = -1;
  #wake: (() => void) | undefined;
  #reportedAt = performance.now();
  #reported = 0;

  constructor(options: ManyOptions) {
    this.#options = options;
  }

  async run(publish: () => Promise<Receipt>): Promise<ManyResult> {
    const { signal } = this.#options;
    const onAbort = (): void => {
      if (this.#waitingFor !== 0) this.#wakeUp();
    };
    signal.addEventListener("abort", onAbort);
    await this.#send(publish);
    if (this.#inFlight > 0) await this.#until(0);
    signal.removeEventListener("abort", onAbort);
    this.#report(performance.now());
    return this.#result();
  }

  async #send(publish: () => Promise<Receipt>): Promise<void> {
    const { count, perSecond, signal } = this.#options;
    let start = performance.now();
    while (this.#sent < count && this.#stopped === undefined && !signal.aborted) {
      if (this.#inFlight >= window) {
        await this.#until(lowWater);
        continue;
      }
      if (perSecond > 0) {
        // Each one is due at a time of its own, so that late timers do not add up.
        const late = performance.now() - start - (this.#sent * 1000) / perSecond;
        if (late < 0) {
          await this.#pause(-late);
          continue;
        }
        if (late > catchUp) start += late - catchUp;
      }
      this.#sent++;
      this.#inFlight++;
      publish().then(this.#onReceipt, this.#onError);
    }
  }

  readonly #onReceipt = (receipt: Receipt): void => {
    this.#counts[receipt.outcome]++;
    if (receipt.outcome !== "routed" && !this.#reasons.has(receipt.outcome)) {
      this.#reasons.set(receipt.outcome, receipt.reason);
    }
    if (receipt.outcome === "blocked" || receipt.outcome === "lost") this.#stop(stopSentence(receipt));
    this.#landed();
  };

  readonly #onError = (error: unknown): void => {
    this.#failed++;
    this.#stop(sentenceOf(error));
    this.#landed();
  };

  #landed(): void {
    this.#inFlight--;
    if (this.#inFlight <= this.#waitingFor) this.#wakeUp();
    const now = performance.now();
    if (now - this.#reportedAt >= reportEvery) this.#report(now);
  }

  #stop(sentence: string): void {
    this.#stopped ??= sentence;
    if (this.#waitingFor !== 0) this.#wakeUp();
  }

  #report(now: number): void {
    const { count, report } = this.#options;
    const done = this.#sent - this.#inFlight;
    report(
      t("{done} of {count}", { done: grouped(done), count: grouped(count) }),
      ((done - this.#reported) / count) * 100,
    );
    this.#reportedAt = now;
    this.#reported = done;
  }

  #until(level: number): Promise<void> {
    this.#waitingFor = level;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #wakeUp(): void {
    this.#waitingFor = -1;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #result(): ManyResult {
    const { count, signal } = this.#options;
    const cancelled = signal.aborted && this.#sent < count;
    return { asked: count, ...this.#counts, cancelled, sentence: this.#sentences(cancelled).join(" ") };
  }

  #sentences(cancelled: boolean): string[] {
    const { count } = this.#options;
    const { routed } = this.#counts;
    if (routed === count) return [t("All {count} messages were confirmed and routed.", { count: grouped(count) })];
    const sentences = [
      t("{routed} of {count} messages were confirmed and routed.", { routed: grouped(routed), count: grouped(count) }),
    ];
    sentences.push(...outcomeSentences(this.#counts, this.#reasons));
    if (this.#stopped !== undefined) sentences.push(this.#stopped);
    const unsent = count - this.#sent + this.#failed;
    sentences.push(...unsentSentences(unsent, cancelled));
    return sentences;
  }
}
