import { t } from "@vscode/l10n";
import type { Channel } from "amqplib";
import { BrokerError } from "../../broker/errors.ts";

export interface UntilEmptyDeps {
  readonly channel: Channel;
  readonly queue: string;
  /** How many messages were ready when it began. */
  readonly most: number;
  /** Whether the broker may send more, as far as the window goes. */
  hasRoom(): boolean;
  /** Everything has been handed out, or the rest went to others; with an error, it cannot be had. */
  finish(error?: BrokerError): void;
}

/**
 * Knows when a consumer has got what was ready when it began. It counts; and because others may be faster, it asks for
 * what is left when nothing has come for a while.
 */
export class UntilEmpty {
  readonly #deps: UntilEmptyDeps;
  #received = 0;
  /** How often it was asked in vain, since something came. */
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(deps: UntilEmptyDeps) {
    this.#deps = deps;
  }

  /** How many may still be handed out. */
  get left(): number {
    return this.#deps.most - this.#received;
  }

  /** To be told of each message. @returns false when it came later than what was ready, and is to go back */
  take(): boolean {
    if (this.#over || this.left <= 0) return false;
    this.#received++;
    this.#asked = 0;
    return true;
  }

  /** Something happened: it is over now, or what is left is asked for later. */
  touch(): void {
    clearTimeout(this.#timer);
    if (this.#over) return;
    if (this.left > 0) this.#timer = setTimeout(() => void this.#ask(), silence);
    else this.#finish();
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const { channel, queue } = this.#deps;
    // Settling makes room, and wakes this up again.
    if (!this.#deps.hasRoom()) return;
    const before = this.#received;
    let ready: number;
    try {
      ready = (await channel.checkQueue(queue)).messageCount;
    } catch {
      // The channel is gone, and says why itself.
      return;
    }
    if (this.#over || before !== this.#received) return;
    if (ready === 0) this.#finish();
    else if (++this.#asked < mostAsked) this.touch();
    else this.#finish(withheld(queue, ready));
  }

  #finish(error?: BrokerError): void {
    this.stop();
    this.#deps.finish(error);
  }
}

// Milliseconds
const silence = 300;
const mostAsked = 20;

function withheld(queue: string, count: number): BrokerError {
  return new BrokerError(
    "unsupported",
    t(
      "“{queue}” holds {count} messages that the broker does not give to this consumer. Is another one its single active consumer, or is the queue without a leader?",
      { queue, count },
    ),
  );
}
