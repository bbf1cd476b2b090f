import { t } from "@vscode/l10n";
import type { Draft, Node, Receipt, Session } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import { outcomeSentences, stopSentence, unsentSentences } from "./outcomeWords.ts";
import { grouped } from "./transferWords.ts";

/** A message on its way from a file. */
export interface Outgoing {
  /** Its line in the file. */
  readonly line: number;
  readonly node: Node;
  readonly draft: Draft;
}

export interface SendOptions {
  /** How many there are, as far as is known: for the bar and the sentences. */
  readonly count: number;
  /** 0 = as fast as the broker confirms. */
  readonly perSecond: number;
  /** Stops sending at once; what is on its way is still waited for. */
  readonly signal: AbortSignal;
  /** Called now and then with how many are answered. */
  report(done: number): void;
  /** Told of each answer. */
  answered?(message: Outgoing, receipt: Receipt): void;
  /** Told of each that could not be sent at all. */
  failed?(message: Outgoing, reason: string): void;
}

/** What became of the messages. The counts do not overlap. */
export interface SendResult {
  readonly counts: Readonly<Record<Receipt["outcome"], number>>;
  /** Could not be sent at all, each for a reason of its own. */
  readonly failed: number;
  /** Were not tried, because sending ended before. */
  readonly untried: number;
  readonly cancelled: boolean;
  /** Sending ended early for a reason that holds for the others too. */
  readonly stopped: boolean;
  /** Everything that is to be known of it, as sentences. */
  readonly sentence: string;
}

/** How many may be on their way without an answer, and their bytes. */
const window = 1000;
const windowBytes = 16 * 1024 * 1024;
/** Waiting for a place ends at this part of it, so that sending goes on in runs. */
const lowWater = 0.5;
/** A body of this size is sent alone: its driver may take another way for it, and the order is to be kept. */
const large = 1024 * 1024;
/** How many reasons of messages that could not be sent are told. */
const toldFailures = 5;
/** Milliseconds between two reports. */
const reportEvery = 100;
/** Milliseconds of the schedule that are made up for after a stall. */
const catchUp = 1000;

/**
 * Sends messages one after the other, in their order, confirmed, many at a time. One that is wrong in itself is told and
 * does not stop the others; a broker that blocks, a connection that goes, or a target that is gone does.
 * @throws what reading the messages throws, after the answers for those on their way came
 */
export async function sendMessages(
  session: Pick<Session, "publish">,
  messages: AsyncIterable<Outgoing>,
  options: SendOptions,
): Promise<SendResult> {
  return new Sending(session, options).run(messages);
}

class Sending {
  readonly #session: Pick<Session, "publish">;
  readonly #options: SendOptions;
  readonly #counts: Record<Receipt["outcome"], number> = { routed: 0, returned: 0, refused: 0, blocked: 0, lost: 0 };
  readonly #reasons = new Map<Receipt["outcome"], string>();
  readonly #failures: string[] = [];
  /** Nodes that a message was sent to: the first one opens the way and is waited for. */
  readonly #open = new Set<string>();
  #failed = 0;
  #sent = 0;
  #inFlight = 0;
  #bytes = 0;
  #stopped: string | undefined;
  /** While waiting: for no more than this many, and their bytes, on their way. */
  #waitingFor: { readonly messages: number; readonly bytes: number } | undefined;
  #wake: (() => void) | undefined;
  #reportedAt = performance.now();
  #start = 0;

  constructor(session: Pick<Session, "publish">, options: SendOptions) {
    this.#session = session;
    this.#options = options;
  }

  async run(messages: AsyncIterable<Outgoing>): Promise<SendResult> {
    const { signal } = this.#options;
    const onAbort = (): void => {
      // What is on its way at the end is waited for in any case.
      if (this.#waitingFor?.messages !== 0) this.#wakeUp();
    };
    signal.addEventListener("abort", onAbort);
    try {
      this.#start = performance.now();
      for await (const message of messages) {
        if (this.#isOver || !(await this.#turn(message))) break;
        await this.#send(message);
      }
    } finally {
      await this.#until(0, 0);
      signal.removeEventListener("abort", onAbort);
      this.#options.report(this.#done);
    }
    return this.#result();
  }

  get #isOver(): boolean {
    return this.#stopped !== undefined || this.#options.signal.aborted;
  }

  get #done(): number {
    return this.#sent - this.#inFlight;
  }

  /** Waits until this one is due and there is room for it. @returns false when sending ended meanwhile */
  async #turn({ draft }: Outgoing): Promise<boolean> {
    const size = draft.body.length;
    if (size >= large) await this.#until(0, 0);
    else if (this.#inFlight >= window || this.#bytes + size > windowBytes)
      await this.#until(window * lowWater, windowBytes * lowWater);
    const { perSecond } = this.#options;
    while (perSecond > 0 && !this.#isOver) {
      const late = performance.now() - this.#start - (this.#sent * 1000) / perSecond;
      if (late > catchUp) this.#start += late - catchUp;
      if (late >= 0) break;
      await this.#pause(-late);
    }
    return !this.#isOver;
  }

  async #send(message: Outgoing): Promise<void> {
    const { line, node, draft } = message;
    const size = draft.body.length;
    this.#sent++;
    this.#inFlight++;
    this.#bytes += size;
    const landed = this.#session
      .publish(node, draft)
      .then(
        (receipt) => {
          this.#options.answered?.(message, receipt);
          this.#received(receipt);
        },
        (error: unknown) => {
          this.#options.failed?.(message, sentenceOf(error));
          this.#refused(line, error);
        },
      )
      .then(() => {
        this.#landed(size);
      });
    if (size < large && this.#open.has(node.id)) return;
    this.#open.add(node.id);
    await landed;
  }

  #received(receipt: Receipt): void {
    const { outcome } = receipt;
    this.#counts[outcome]++;
    if (outcome === "routed") return;
    if (!this.#reasons.has(outcome)) this.#reasons.set(outcome, receipt.reason);
    if (receipt.outcome === "blocked" || receipt.outcome === "lost") this.#stop(stopSentence(receipt));
  }

  #refused(line: number, error: unknown): void {
    const reason = sentenceOf(error);
    this.#failed++;
    if (this.#failures.length < toldFailures)
      this.#failures.push(t("Line {line}: {reason}", { line: grouped(line), reason }));
    // What is wrong with a message is no reason to keep the others back.
    if (!(error instanceof BrokerError) || error.kind !== "invalid") this.#stop("");
  }

  #landed(size: number): void {
    this.#inFlight--;
    this.#bytes -= size;
    const target = this.#waitingFor;
    if (target && this.#inFlight <= target.messages && this.#bytes <= target.bytes) this.#wakeUp();
    const now = performance.now();
    if (now - this.#reportedAt < reportEvery) return;
    this.#reportedAt = now;
    this.#options.report(this.#done);
  }

  #stop(sentence: string): void {
    this.#stopped ??= sentence;
    if (this.#waitingFor?.messages !== 0) this.#wakeUp();
  }

  async #until(messages: number, bytes: number): Promise<void> {
    if (this.#inFlight <= messages && this.#bytes <= bytes) return;
    this.#waitingFor = { messages, bytes };
    await new Promise<void>((resolve) => {
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
    this.#waitingFor = undefined;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #result(): SendResult {
    const { count, signal } = this.#options;
    const untried = Math.max(0, count - this.#sent);
    const cancelled = signal.aborted && untried > 0;
    return {
      counts: this.#counts,
      failed: this.#failed,
      untried,
      cancelled,
      stopped: this.#stopped !== undefined,
      sentence: this.#sentences(untried, cancelled).join(" "),
    };
  }

  #sentences(untried: number, cancelled: boolean): readonly string[] {
    const { routed } = this.#counts;
    const total = grouped(this.#options.count);
    if (routed === this.#options.count) {
      return [
        routed === 1
          ? t("The message was confirmed and routed.")
          : t("All {count} messages were confirmed and routed.", { count: total }),
      ];
    }
    const sentences = [
      t("{routed} of {count} messages were confirmed and routed.", { routed: grouped(routed), count: total }),
    ];
    sentences.push(...outcomeSentences(this.#counts, this.#reasons));
    if (this.#stopped !== undefined && this.#stopped !== "") sentences.push(this.#stopped);
    if (this.#failed > 0) {
      sentences.push(t("{failed} could not be sent.", { failed: grouped(this.#failed) }), ...this.#failures);
      if (this.#failed > this.#failures.length) sentences.push(t("And so on."));
    }
    sentences.push(...unsentSentences(untried, cancelled));
    return sentences;
  }
}
