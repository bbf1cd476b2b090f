/** rhea, below what its types tell. */
import type { Receiver, Session } from "rhea";

/** A receiver from inside. */
export interface Inner {
  credit: number;
  issue_flow: boolean;
  readonly delivery_count: number;
  on_flow(frame: { readonly performative: { readonly drain?: boolean; readonly delivery_count?: number } }): void;
  readonly connection: { _register(): void };
}

interface TransferFrame {
  readonly performative: { message_format: number };
}

interface InnerSession {
  readonly incoming: { process(session: Session): void };
  on_transfer(frame: TransferFrame): void;
  _get_link(frame: TransferFrame): Inner;
}

/** How many more it may get. */
export function credit(receiver: Receiver): number {
  return (receiver as unknown as Inner).credit;
}

/** Also takes back what was given. */
export function setCredit(receiver: Receiver, value: number): void {
  const inner = receiver as unknown as Inner;
  inner.credit = value;
  inner.issue_flow = true;
  inner.connection._register();
}

/** rhea looks after its sessions when it is told to: else their windows fill. */
export function register(receiver: Receiver): void {
  (receiver as unknown as Inner).connection._register();
}

/** Sends what was settled, at once. */
export function flush(session: Session): void {
  (session as unknown as InnerSession).incoming.process(session);
}

/** rhea decodes messages of the standard format, and loses types: of any other it hands over the bytes. */
export function giveRaw(session: Session): void {
  const inner = session as unknown as InnerSession;
  const handOver = inner.on_transfer.bind(session);
  inner.on_transfer = (frame) => {
    frame.performative.message_format = 1;
    const receiver = inner._get_link(frame);
    // What was on its way when credit was taken back: rhea would complain on the console.
    if (receiver.credit === 0) receiver.credit = 1;
    handOver(frame);
  };
}
