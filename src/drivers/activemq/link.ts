import type { Socket } from "node:net";
import type { Connection, EventContext } from "rhea";
import type { BrokerError } from "../../broker/errors.ts";
import { Emitter, type Event } from "../../broker/event.ts";
import { translateClose, type Place } from "./failures.ts";
import type { Dialect } from "./uri.ts";

/** Something that runs on a connection. */
export interface Dependent {
  /** Gives back what it holds. Never rejects. */
  end(reason: BrokerError | undefined): Promise<void>;
}

/** A connection that is open, or was. */
export class Link {
  readonly connection: Connection;
  readonly place: Place;
  /** Why it is closed; undefined while it is open. */
  closed: BrokerError | undefined;
  readonly onDidClose: Event<BrokerError>;
  /** What has to give something back before this connection closes. */
  readonly dependents = new Set<Dependent>();
  /** The socket can take more again. */
  readonly onDidDrain: Event<void>;
  readonly #closing = new Emitter<BrokerError>();
  readonly #draining = new Emitter<void>();
  #failure: unknown;

  constructor(connection: Connection, place: Place) {
    this.connection = connection;
    this.onDidDrain = this.#draining.event;
    socketOf(connection).on("drain", () => {
      this.#draining.fire();
    });
    this.place = place;
    this.onDidClose = this.#closing.event;
    connection.removeAllListeners();
    const note = ({ error }: EventContext): void => void (this.#failure ??= error);
    connection.on("connection_error", note);
    connection.on("error", (error: unknown) => (this.#failure ??= error));
    connection.on("protocol_error", (error: unknown) => (this.#failure ??= error));
    connection.on("disconnected", (context: EventContext) => {
      this.#end(context.error);
    });
    connection.on("connection_close", (context: EventContext) => {
      this.#end(context.error);
      socketOf(connection).end();
    });
    // Whatever a link or a session did not listen for must not end the process.
    for (const event of [
      "session_error",
      "session_close",
      "receiver_error",
      "receiver_close",
      "sender_error",
      "sender_close",
    ]) {
      connection.on(event, () => undefined);
    }
    for (const event of ["settled", "accepted", "released", "rejected", "modified", "sendable"]) {
      connection.on(event, () => undefined);
    }
  }

  /** Which broker it says to be. */
  get server(): {
    readonly dialect: Dialect | undefined;
    readonly product: string;
    readonly version: string | undefined;
  } {
    const { product, version } = (this.connection.properties ?? {}) as { product?: unknown; version?: unknown };
    const name = typeof product === "string" ? product : "";
    const dialect = /artemis/i.test(name) ? "artemis" : /activemq/i.test(name) ? "classic" : undefined;
    return {
      dialect,
      product:
        dialect === "artemis" ? "ActiveMQ Artemis" : dialect === "classic" ? "ActiveMQ Classic" : name || "AMQP 1.0",
      version: typeof version === "string" ? version : undefined,
    };
  }

  /** The socket below, for how much of what was sent waits in it. */
  get socket(): Socket {
    return socketOf(this.connection);
  }

  /**
   * Never rejects.
   * @param reason why it ends, when that was not asked for
   */
  async close(reason?: BrokerError): Promise<void> {
    await Promise.all([...this.dependents].map((each) => each.end(reason)));
    if (this.closed) return;
    await new Promise<void>((resolve) => {
      // A broker that does not answer must not keep us.
      const timer = setTimeout(() => {
        socketOf(this.connection).destroy();
        this.#end(undefined);
      }, closeTime);
      this.onDidClose(() => {
        clearTimeout(timer);
        resolve();
      });
      this.connection.close();
    });
  }

  #end(error: unknown): void {
    if (this.closed) return;
    this.closed = translateClose(this.#failure ?? error, this.place);
    this.#closing.fire(this.closed);
  }
}

// Milliseconds
const closeTime = 3000;

function socketOf(connection: Connection): Socket {
  return connection["socket"] as Socket;
}
