import { t } from "@vscode/l10n";
import type { Delivery } from "../../broker/contract.ts";
import type { BrokerError } from "../../broker/errors.ts";
import type { Reading } from "./looking.ts";
import { shownName } from "./names.ts";
import type { ChannelRef } from "./nodeRef.ts";
import type { Servers } from "./servers.ts";

/** What is kept for a reader that is slower than the publishers: Redis cannot be told to wait. */
const mostMessages = 10_000;
const mostBytes = 64 * 1024 * 1024;

/** Messages of a channel, of the channels of a pattern, or of a sharded channel, from now on. */
export class ChannelReading implements Reading {
  readonly facts;
  /** Messages that came while too many waited. */
  dropped = 0;
  readonly #close: () => void;
  #waiting: { readonly channel: Buffer; readonly body: Buffer }[] = [];
  #bytes = 0;
  #end: { readonly error?: BrokerError } | undefined;
  #wake: (() => void) | undefined;

  constructor(ref: ChannelRef, close: () => void) {
    const label = { plain: t("Channel"), pattern: t("Pattern"), shard: t("Sharded channel") }[ref.how];
    this.facts = [
      { label, value: shownName(ref.name) },
      {
        label: t("Kept for a slow reader"),
        value: t("{count} messages", { count: mostMessages.toLocaleString("en") }),
      },
    ];
    this.#close = close;
  }

  add(body: Buffer, channel: Buffer): void {
    if (this.#end) return;
    if (this.#waiting.length >= mostMessages || this.#bytes + body.length > mostBytes) {
      this.dropped += 1;
      return;
    }
    this.#bytes += body.length;
    // The bytes are a view of what the socket read: kept for long, they would keep all of that.
    this.#waiting.push({ channel, body: Buffer.from(body) });
    this.#wakeUp();
  }

  fail(error: BrokerError): void {
    this.#end ??= { error };
    this.#wakeUp();
  }

  async read(count: number, tag: () => number): Promise<readonly Delivery[] | undefined> {
    for (;;) {
      if (this.#waiting.length > 0) {
        // Never fewer than a batch is worth: the reader asks for its window, which may be 1.
        const batch = this.#waiting.splice(0, Math.max(count, 1));
        return batch.map(({ channel, body }) => {
          this.#bytes -= body.length;
          return {
            tag: tag(),
            origin: shownName(channel),
            redelivered: false,
            persistent: false,
            headers: [],
            properties: {},
            body,
          };
        });
      }
      if (this.#end) {
        if (this.#end.error) throw this.#end.error;
        return undefined;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async end(): Promise<void> {
    this.#end ??= {};
    this.#close();
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

/** Subscribes on a connection of its own. @throws BrokerError */
export async function tapChannel(servers: Servers, ref: ChannelRef): Promise<ChannelReading> {
  // Every node of a cluster passes plain messages on; a sharded channel lives where its name belongs.
  const wire = await servers.open(ref.how === "shard" ? ref.name : undefined, { role: "tap" });
  const reading = new ChannelReading(ref, () => {
    wire.close();
  });
  wire.onDidClose((reason) => {
    reading.fail(reason);
  });
  try {
    await wire.subscribe(ref.how, ref.name, (body, channel) => {
      reading.add(body, channel);
    });
    return reading;
  } catch (error) {
    wire.close();
    throw error;
  }
}
