/**
 * Moving and copying the messages of one source to one destination, of the same connection or another. Nothing in it asks
 * anything or knows the editor.
 */
import { t } from "@vscode/l10n";
import type { Consent, Delivery, Draft, Node, Receipt, Session } from "../broker/contract.ts";
import type { Header } from "../broker/values.ts";
import { matching } from "../inspect/matching.ts";
import { deliveredMessage } from "../inspect/transfer/writeJsonLine.ts";
import type { Journal } from "../journal/journal.ts";
import { drain, type DrainResult, type Kept } from "./drain.ts";
import { type Outgoing, sendMessages } from "./sendMessages.ts";

/** Counts how often a message was moved, so that two movers, or a route that leads back, do not go on for ever. */
export const movesHeader = "x-mq-moves";
/** A message that was moved so often stays where it is. */
export const mostMoves = 20;

export interface MoveJob {
  readonly from: { readonly session: Pick<Session, "watch">; readonly node: Node };
  readonly to: { readonly session: Pick<Session, "publish">; readonly node: Node };
  /** How many may be in hand at once. */
  readonly window: number;
  /** How many at most. */
  readonly most?: number;
  /** Only those that it lets through, in the language of the inspector; the others go back in the end. */
  readonly filter?: string;
  /** A move is written there first, in the name of this connection. Absent = no journal. */
  readonly journal?: { readonly journal: Journal; readonly connection: { readonly id: string; readonly name: string } };
  readonly consent?: Consent;
  readonly report: (done: number) => void;
  readonly signal: AbortSignal;
}

export interface MoveResult extends DrainResult {
  /** Stayed in the source, or went back to it, by what the target said. */
  readonly counts: Readonly<Record<Receipt["outcome"], number>>;
  /** Could not be sent as they are. */
  readonly failed: number;
  /** Why, each reason once. */
  readonly reasons: readonly string[];
}

/**
 * Moves what is ready now, in its order. A message is published confirmed and mandatory first, and acked only after the
 * target has confirmed and routed it: whenever this ends or is killed, it is in the source, in the target, or in both.
 * @throws BrokerError when it could not begin; what ended it later is in the result
 */
export async function moveQueue(job: MoveJob): Promise<MoveResult> {
  const { from, window, most, filter = "", journal, consent, report, signal } = job;
  const sending = new Sending(job.to);
  const { counts: ready } = from.node;
  const writer = await journal?.journal.begin({
    what: "move",
    connection: journal.connection,
    node: from.node,
    ...(ready?.ready === undefined ? {} : { expected: ready.ready }),
  });
  try {
    const result = await drain({
      session: from.session,
      node: from.node,
      window,
      ...(most === undefined ? {} : { most }),
      ...(consent ? { consent } : {}),
      keep: async (batch, left) => {
        const meant = (await matching(filter, batch)).slice(0, left);
        const movable = sending.movable(meant);
        const received = Date.now();
        await writer?.add(movable.map((delivery) => deliveredMessage(delivery, received)));
        return sending.send(movable);
      },
      report,
      signal,
    });
    return { ...result, ...sending.result };
  } finally {
    await writer?.close();
  }
}

/** The draft that moves a message on: with one more move in its header. */
export function movedDraft(delivery: Delivery): Draft {
  const { body, key, contentType, contentEncoding, persistent = true, headers, properties } = delivery;
  const moves: Header = { name: movesHeader, value: { type: "int32", value: String(movesOf(delivery) + 1) } };
  return {
    // Its driver may use the buffer again before this one is confirmed.
    body: Uint8Array.from(body),
    ...(key === undefined ? {} : { key }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    persistent,
    headers: [...headers.filter(({ name }) => name !== movesHeader), moves],
    properties,
  };
}

/** How often a message was moved before, as its header says. */
export function movesOf({ headers }: Pick<Delivery, "headers">): number {
  const value = headers.find(({ name }) => name === movesHeader)?.value;
  const count = value && "value" in value ? Number(value.value) : 0;
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** The publishing half of a move, and what became of it. */
class Sending {
  readonly #to: MoveJob["to"];
  readonly #counts: Record<Receipt["outcome"], number> = { routed: 0, returned: 0, refused: 0, blocked: 0, lost: 0 };
  readonly #reasons = new Set<string>();
  #failed = 0;

  constructor(to: MoveJob["to"]) {
    this.#to = to;
  }

  get result(): Pick<MoveResult, "counts" | "failed" | "reasons"> {
    return { counts: this.#counts, failed: this.#failed, reasons: [...this.#reasons] };
  }

  /** Those that were not moved too often. */
  movable(batch: readonly Delivery[]): readonly Delivery[] {
    const movable = batch.filter((delivery) => movesOf(delivery) < mostMoves);
    if (movable.length < batch.length) {
      this.#failed += batch.length - movable.length;
      this.#reasons.add(
        t("Moved {count} times already, as the header {header} says: does a route lead back? These stay.", {
          count: mostMoves,
          header: movesHeader,
        }),
      );
    }
    return movable;
  }

  async send(batch: readonly Delivery[]): Promise<Kept> {
    const { session, node } = this.#to;
    const safe: Delivery[] = [];
    const result = await sendMessages(session, outgoing(batch, node), {
      count: batch.length,
      perSecond: 0,
      // Cancelling ends the taking: what is in hand is sent, so that it needs not go back.
      signal: neverAborted,
      report: () => undefined,
      answered: ({ line }, receipt) => {
        this.#counts[receipt.outcome]++;
        if (receipt.outcome !== "routed") this.#reasons.add(receipt.reason);
        else {
          const delivery = batch[line];
          if (delivery) safe.push(delivery);
        }
      },
      failed: (_, reason) => {
        this.#failed++;
        this.#reasons.add(reason);
      },
    });
    const [why] = this.#reasons;
    return { safe, ...(result.stopped ? { stop: why ?? result.sentence } : {}) };
  }
}

const neverAborted = new AbortController().signal;

async function* outgoing(batch: readonly Delivery[], node: Node): AsyncGenerator<Outgoing, void> {
  for (const [line, delivery] of batch.entries()) yield { line, node, draft: movedDraft(delivery) };
}

/**
 * Copies what a browse shows of the source, in its order; nothing is taken out.
 * @param looked a look at the source, which ends by itself; it is closed here
 */
export async function copyLooked(
  job: Pick<MoveJob, "to" | "most" | "filter" | "report" | "signal">,
  looked: AsyncIterable<readonly Delivery[]>,
): Promise<Pick<MoveResult, "counts" | "failed" | "reasons" | "cancelled" | "stopped">> {
  const { to, most = Infinity, filter = "", report, signal } = job;
  const sending = new Sending(to);
  let stopped: string | undefined;
  let left = most;
  for await (const batch of looked) {
    const meant = (await matching(filter, batch)).slice(0, left);
    const { safe, stop } = await sending.send(meant);
    left -= safe.length;
    report(sending.result.counts.routed);
    if (stop !== undefined) stopped = stop;
    if (stopped !== undefined || left <= 0 || signal.aborted) break;
  }
  return {
    ...sending.result,
    cancelled: signal.aborted && stopped === undefined,
    ...(stopped === undefined ? {} : { stopped }),
  };
}
