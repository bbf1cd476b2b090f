/** One connection to one Redis server. */
import { isIP, Socket } from "node:net";
import { t } from "@vscode/l10n";
import { createClient, RESP_TYPES } from "@redis/client";
import type { Target, TlsSettings } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Emitter, type Event } from "../../broker/event.ts";
import { resolveTls, toTlsOptions, type TlsOptions } from "../shared/tls.ts";
import { closedBy, isReply, translate, translateConnect, withoutTls, wrongServer, type Place } from "./failures.ts";
import type { Arg, Reply } from "./reply.ts";
import { parseUri, type RedisUri } from "./uri.ts";
import { formatHost, type Host } from "../shared/uriParts.ts";

/** Everything that is needed to make connections. Holds secrets. */
export interface Endpoint {
  readonly uri: RedisUri;
  readonly password?: string;
  /** Absent = no TLS. */
  readonly tls?: TlsOptions;
  readonly tlsSettings: TlsSettings;
  /** Milliseconds */
  readonly timeout: number;
}

/** @throws BrokerError `invalid` */
export async function toEndpoint(target: Target): Promise<Endpoint> {
  const uri = parseUri(target.uri);
  const timeout = Number(uri.options.get("connection_timeout") ?? 0);
  const tlsSettings = await resolveTls(target.tls, uri.options);
  const password = target.password ?? uri.password;
  return {
    uri,
    ...(password === undefined || password === "" ? {} : { password }),
    ...(uri.secure ? { tls: toTlsOptions(tlsSettings) } : {}),
    tlsSettings,
    timeout: timeout > 0 ? timeout : 10_000,
  };
}

/** How one connection differs from the endpoint. */
export interface WireOptions {
  /** Shown in the server's list of clients. */
  readonly role: string;
  /** Of a sentinel: no database is chosen, and there may be no password. */
  readonly bare?: "anonymous" | "login";
}

type Client = ReturnType<typeof plainClient>;

/** A connection that is open, or was. Commands go out together at the end of the running task: what is asked at once costs one round trip. */
export class Wire {
  readonly host: Host;
  readonly place: Place;
  /** Why it is closed; undefined while it is open. */
  closed: BrokerError | undefined;
  readonly onDidClose: Event<BrokerError>;
  readonly #client: Client;
  readonly #closing = new Emitter<BrokerError>();

  constructor(client: Client, host: Host, place: Place) {
    this.#client = client;
    this.host = host;
    this.place = place;
    this.onDidClose = this.#closing.event;
    client.on("error", (error: unknown) => {
      // Also what the decoder could not read: nothing on this connection can be trusted any more.
      this.#end(closedBy(error, place));
    });
    client.on("end", () => {
      this.#end(closedBy(undefined, place));
    });
  }

  /**
   * Carries out one command.
   * @param key its key, for the sentence when it fails
   * @throws BrokerError
   */
  async call(args: readonly Arg[], key = ""): Promise<Reply> {
    try {
      return await this.raw(args);
    } catch (error) {
      throw translate(error, this.place, key);
    }
  }

  /** The same, with the client's own errors. */
  raw(args: readonly Arg[]): Promise<Reply> {
    if (this.closed) return Promise.reject(this.closed);
    return this.#client.sendCommand<Reply>(args, asBytes);
  }

  /** Calls `listener` for every message of a channel, a pattern or a sharded channel, with views of the bytes that came. */
  async subscribe(
    how: "plain" | "pattern" | "shard",
    name: Buffer,
    listener: (message: Buffer, channel: Buffer) => void,
  ): Promise<void> {
    // The client takes names as text and keeps its listeners by them.
    const text = name.toString();
    try {
      if (how === "pattern") await this.#client.pSubscribe(text, listener, true);
      else if (how === "shard") await this.#client.sSubscribe(text, listener, true);
      else await this.#client.subscribe(text, listener, true);
    } catch (error) {
      throw translate(error, this.place, text);
    }
  }

  /** Never rejects. What was not answered yet is rejected. */
  close(): void {
    this.#end(new BrokerError("closed", t("The connection is closed. Connect again.")));
  }

  #end(reason: BrokerError): void {
    if (this.closed) return;
    this.closed = reason;
    this.#client.destroy();
    this.#closing.fire(reason);
  }
}

/** @throws BrokerError `unreachable`, `refused`; `closed` when aborted */
export async function openWire(
  host: Host,
  endpoint: Endpoint,
  { role, bare }: WireOptions,
  signal: AbortSignal,
): Promise<Wire> {
  const { uri, timeout } = endpoint;
  const place: Place = {
    address: formatHost(host),
    secure: uri.secure,
    timeout,
    ...(uri.user === undefined ? {} : { user: uri.user }),
  };
  const isStopped = (): boolean => signal.aborted;
  if (isStopped()) throw cancelled(signal.reason);
  const client = plainClient(host, endpoint, role, bare);
  let failure: unknown;
  const failed = new Promise<never>((_, reject) => {
    client.on("error", (error: unknown) => {
      failure ??= error;
      reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
  failed.catch(() => undefined);
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(cancelled(signal.reason)), { once: true });
  });
  stopped.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })), timeout);
  });
  // Redis waits for the end of a line that a TLS handshake does not have: it is asked plainly when it does not answer.
  let probe: NodeJS.Timeout | undefined;
  const plain = new Promise<never>((_, reject) => {
    if (!uri.secure) return;
    probe = setTimeout(
      () => {
        void answersPlainly(host).then((does) => {
          if (does) reject(withoutTls(place));
        });
      },
      Math.min(1500, timeout / 2),
    );
  });
  plain.catch(() => undefined);
  try {
    await Promise.race([login(client), failed, stopped, late, plain]);
    return new Wire(client, host, place);
  } catch (error) {
    client.destroy();
    if (isStopped()) throw cancelled(error);
    if (error instanceof BrokerError || isReply(error)) throw translateConnect(error, place);
    const found = uri.secure ? undefined : await sniff(host);
    if (found) throw wrongServer(found, place, error);
    throw translateConnect(failure ?? error, place);
  } finally {
    clearTimeout(timer);
    clearTimeout(probe);
  }
}

/** The first answer shows that it is a Redis that lets us in: without a password nothing was asked before. */
async function login(client: Client): Promise<void> {
  await client.connect();
  await client.sendCommand(["PING"]);
}

const asBytes = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer }, timeout: 0 };

function plainClient(host: Host, endpoint: Endpoint, role: string, bare: WireOptions["bare"]) {
  const { uri, password, tls, timeout } = endpoint;
  const secured = tls && {
    ...tls,
    tls: true as const,
    // The name that the certificate has to be for; an address is compared as it is.
    ...(tls.servername === undefined && isIP(host.name) === 0 ? { servername: host.name } : {}),
  };
  const client = createClient({
    RESP: 2,
    ...(password === undefined || bare === "anonymous" ? {} : { password }),
    ...(uri.user === undefined || bare === "anonymous" ? {} : { username: uri.user }),
    ...(bare === undefined ? { database: uri.database, name: `mq-workbench:${role}` } : {}),
    socket: {
      host: host.name,
      port: host.port,
      connectTimeout: timeout,
      keepAliveInitialDelay: 20_000,
      // The session decides what happens after a loss: a client that connects again by itself hides it.
      reconnectStrategy: false,
      ...secured,
    },
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    commandOptions: { timeout: 0 },
  });
  return client;
}

/** Whether a port answers as Redis does without TLS. */
async function answersPlainly(host: Host): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const done = (does: boolean): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(does);
    };
    const late = setTimeout(() => done(false), 2000);
    socket.once("error", () => done(false));
    socket.once("close", () => done(false));
    socket.once("data", (bytes) => done(/^(\+PONG|-)/.test(bytes.toString("latin1"))));
    socket.connect(host.port, host.name, () => {
      socket.write("PING\r\n");
    });
  });
}

/** Asks a port that did not answer as Redis does what it is. */
async function sniff(host: Host): Promise<"http" | "amqp" | "tls" | "other" | undefined> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const done = (found: "http" | "amqp" | "tls" | "other" | undefined): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(found);
    };
    const late = setTimeout(() => done(undefined), 2000);
    socket.once("error", () => done(undefined));
    socket.once("close", () => done(undefined));
    socket.once("data", (bytes) => {
      const text = bytes.toString("latin1");
      if (text.startsWith("HTTP/")) done("http");
      else if (text.startsWith("AMQP") || text.includes("\0\0AMQP")) done("amqp");
      else if (bytes[0] === 0x15 || bytes[0] === 0x16) done("tls");
      else if (/^[+\-:$*]/.test(text)) done(undefined);
      else done("other");
    });
    socket.connect(host.port, host.name, () => {
      socket.write("GET / HTTP/1.0\r\n\r\n");
    });
  });
}

function cancelled(cause: unknown): BrokerError {
  return cause instanceof BrokerError && cause.kind === "closed"
    ? cause
    : new BrokerError("closed", t("Connecting was cancelled."), { cause });
}
