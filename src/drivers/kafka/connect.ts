/** One connection to one broker: made with a timeout, looked at from its first byte, closed for sure. */
import { t } from "@vscode/l10n";
import { Connection } from "@platformatic/kafka";
import type { Target } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { Emitter, type Event } from "../../broker/event.ts";
import { resolveTls, toTlsOptions, type TlsOptions } from "../shared/tls.ts";
import { foreignAnswer, responseOf, translate, translateConnect, type Place } from "./failures.ts";
import { apiVersions, type Request } from "./requests.ts";
import { parseUri, type KafkaUri } from "./uri.ts";
import { formatHost, type Host } from "../shared/uriParts.ts";

/** Everything that is needed to make connections. Holds secrets. */
export interface Endpoint {
  readonly uri: KafkaUri;
  readonly password: string;
  readonly tls?: TlsOptions;
  /** Milliseconds */
  readonly timeout: number;
}

/** @throws BrokerError `invalid` */
export async function toEndpoint(target: Target): Promise<Endpoint> {
  const uri = parseUri(target.uri);
  const timeout = Number(uri.options.get("connection_timeout") ?? 0);
  return {
    uri,
    password: target.password ?? uri.password ?? "",
    ...(uri.secure ? { tls: toTlsOptions(await resolveTls(target.tls, uri.options)) } : {}),
    timeout: timeout > 0 ? timeout : 10_000,
  };
}

/** A connection that is open, or was. */
export class Link {
  readonly place: Place;
  /** Why it is closed; undefined while it is open. */
  closed: BrokerError | undefined;
  readonly onDidClose: Event<BrokerError>;
  readonly #connection: Connection;
  readonly #versions: ReadonlyMap<number, readonly [least: number, most: number]>;
  readonly #closing = new Emitter<BrokerError>();

  constructor(
    connection: Connection,
    place: Place,
    versions: ReadonlyMap<number, readonly [least: number, most: number]>,
  ) {
    this.#connection = connection;
    this.#versions = versions;
    this.place = place;
    this.onDidClose = this.#closing.event;
    let failure: unknown;
    connection.on("error", (error: unknown) => (failure ??= error));
    connection.on("close", () => {
      if (this.closed) return;
      this.closed = new BrokerError("closed", t("The connection to {address} was lost.", { address: place.address }), {
        cause: failure,
      });
      this.#closing.fire(this.closed);
    });
    connection.socket.setKeepAlive(true, keepAlive);
  }

  /** Whether the broker knows any of these versions. */
  knows(versions: readonly Request<never, unknown>[]): boolean {
    return this.#best(versions) !== undefined;
  }

  /**
   * Sends a request in the best version that both sides know. Errors of single topics, partitions or groups are in the
   * response, not thrown.
   * @throws BrokerError
   */
  async ask<A extends readonly unknown[], R>(versions: readonly Request<A, R>[], ...args: A): Promise<R> {
    const request = this.#best(versions);
    if (!request)
      throw new BrokerError("unsupported", t("The broker at {address} is too old for this.", this.#where()));
    if (this.closed) throw this.closed;
    try {
      return await request.async(this.#connection, ...args);
    } catch (error) {
      const response = responseOf(error);
      if (response !== undefined) return response as R;
      throw this.#ended() ?? translate(error, this.place);
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.closed ??= new BrokerError("closed", t("The connection to {address} was closed.", this.#where()));
    await this.#connection.close().catch(() => undefined);
  }

  #best<R extends Request<never, unknown>>(versions: readonly R[]): R | undefined {
    return versions.find(({ key, version }) => {
      const range = this.#versions.get(key);
      return range !== undefined && version >= range[0] && version <= range[1];
    });
  }

  #ended(): BrokerError | undefined {
    return this.closed;
  }

  #where(): { readonly address: string } {
    return { address: this.place.address };
  }
}

// Milliseconds. A network that was cut without a word is noticed by the system's probes.
const keepAlive = 30_000;
const requestTimeout = 30_000;

/**
 * @param advertised whether the host is what a broker told of itself, not what the user wrote
 * @throws BrokerError `unreachable`, `refused`; `closed` when aborted
 */
export async function openLink(
  host: Host,
  endpoint: Endpoint,
  role: string,
  signal: AbortSignal,
  advertised = false,
): Promise<Link> {
  const { uri, password, tls, timeout } = endpoint;
  const place: Place = {
    address: formatHost(host),
    secure: uri.secure,
    timeout,
    advertised,
    ...(uri.user === undefined ? {} : { user: uri.user, mechanism: uri.mechanism }),
  };
  if (signal.aborted) throw cancelled(signal.reason);
  const connection = new Connection(`mq-workbench-${role}`, {
    connectTimeout: timeout,
    requestTimeout,
    maxInflights: 20,
    ...(tls ? { tls } : {}),
    ...(uri.user === undefined ? {} : { sasl: { mechanism: uri.mechanism, username: uri.user, password } }),
  });
  connection.on("error", () => undefined);
  const looks = { foreign: undefined as string | undefined };
  const abort = (): void => {
    connection.socket.destroy(new Error("aborted"));
  };
  signal.addEventListener("abort", abort);
  const stopped = (): boolean => signal.aborted;
  // The library waits for as many bytes as the first four say, whatever they are.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      connection.socket.destroy();
      reject(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" }));
    }, timeout);
  });
  try {
    const connecting = Promise.resolve(connection.connect(host.name, host.port));
    connection.socket.once("data", (chunk: Buffer) => {
      looks.foreign = foreignAnswer(chunk);
      if (looks.foreign !== undefined) connection.socket.destroy();
    });
    const handshake = connecting.then(() => askVersions(connection));
    handshake.catch(() => undefined);
    return new Link(connection, place, await Promise.race([handshake, late]));
  } catch (error) {
    connection.close().catch(() => undefined);
    if (stopped()) throw cancelled(error);
    throw translateConnect(error, place, looks.foreign);
  } finally {
    clearTimeout(timer);
    late.catch(() => undefined);
    signal.removeEventListener("abort", abort);
  }
}

/** Tries the bootstrap servers in their order. @throws BrokerError */
export async function openFirst(endpoint: Endpoint, role: string, signal: AbortSignal): Promise<Link> {
  const failures: BrokerError[] = [];
  for (const host of endpoint.uri.hosts) {
    try {
      return await openLink(host, endpoint, role, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof BrokerError)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first && failures.length === 1) throw first;
  const kind = failures.find((each) => each.kind === "refused")?.kind ?? "unreachable";
  const reasons = failures.map(sentenceOf).join(" ");
  throw new BrokerError(kind, t("None of the bootstrap servers can be used. {reasons}", { reasons }), {
    cause: failures,
  });
}

async function askVersions(
  connection: Connection,
): Promise<ReadonlyMap<number, readonly [least: number, most: number]>> {
  const [request] = apiVersions;
  const { apiKeys } = await request.async(connection, "mq-workbench", "1");
  return new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion]]));
}

function cancelled(cause: unknown): BrokerError {
  return cause instanceof BrokerError && cause.kind === "closed"
    ? cause
    : new BrokerError("closed", t("Connecting was cancelled."), { cause });
}
