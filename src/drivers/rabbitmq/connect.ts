/** One AMQP connection: made with a timeout, watched from the first moment, closed for sure. */
import { isIP } from "node:net";
import { t } from "@vscode/l10n";
import { connect, credentials, type Channel, type ChannelModel, type Options, type SocketOptions } from "amqplib";
import type { Target, TlsSettings } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { Emitter, type Event } from "../../broker/event.ts";
import { keepRawProperties } from "./exactHeaders.ts";
import {
  alarmSentence,
  isForeignAnswer,
  isVhostRefusal,
  translateClose,
  translateConnect,
  wrongServer,
  type Place,
} from "./failures.ts";
import { askRefusal, sniff } from "./probe.ts";
import { certificateSubject, resolveTls, toTlsOptions, type TlsOptions } from "../shared/tls.ts";
import { parseUri, type AmqpUri } from "./uri.ts";
import { formatHost, type Host } from "../shared/uriParts.ts";

/** Everything that is needed to make connections. Holds secrets. */
export interface Endpoint {
  readonly uri: AmqpUri;
  readonly user: string;
  readonly password: string;
  /** Of AMQP; absent = no TLS. */
  readonly tls?: TlsOptions;
  /** Also for the management API, which may be on HTTPS while AMQP is plain. */
  readonly tlsSettings: TlsSettings;
  /** Milliseconds */
  readonly timeout: number;
  /** Seconds */
  readonly heartbeat: number;
}

/** @throws BrokerError `invalid` */
export async function toEndpoint(target: Target): Promise<Endpoint> {
  const uri = parseUri(target.uri);
  const user = uri.user ?? "guest";
  const heartbeat = Number(uri.options.get("heartbeat") ?? 0);
  const timeout = Number(uri.options.get("connection_timeout") ?? 0);
  const tlsSettings = await resolveTls(target.tls, uri.options);
  return {
    uri,
    user,
    password: target.password ?? uri.password ?? (user === "guest" ? "guest" : ""),
    ...(uri.secure ? { tls: toTlsOptions(tlsSettings) } : {}),
    tlsSettings,
    timeout: timeout > 0 ? timeout : 10_000,
    heartbeat: heartbeat > 0 && heartbeat < longestHeartbeat ? heartbeat : longestHeartbeat,
  };
}

/** Something that runs on a connection. */
export interface Dependent {
  /** Gives back what it holds. Never rejects. */
  end(reason: BrokerError | undefined): Promise<void>;
}

/** A connection that is open, or was. */
export class Link {
  readonly model: ChannelModel;
  readonly place: Place;
  /** Why it is closed; undefined while it is open. */
  closed: BrokerError | undefined;
  /** Why the broker takes no messages on this connection, as a sentence; undefined while it does. */
  blocked: string | undefined;
  readonly onDidClose: Event<BrokerError>;
  readonly onDidBlock: Event<string | undefined>;
  /** What has to give something back before this connection closes. */
  readonly dependents = new Set<Dependent>();
  readonly #closing = new Emitter<BrokerError>();
  readonly #blocking = new Emitter<string | undefined>();
  #failure: unknown;

  constructor(model: ChannelModel, place: Place) {
    this.model = model;
    this.place = place;
    this.onDidClose = this.#closing.event;
    this.onDidBlock = this.#blocking.event;
    // An error without a listener would end the process; what closed it comes with `close` or before it.
    model.on("error", (error) => (this.#failure = error));
    model.on("close", (error) => {
      this.#setBlocked(undefined);
      this.closed = translateClose(error ?? this.#failure, place);
      this.#closing.fire(this.closed);
    });
    model.on("blocked", (reason: string) => {
      this.#setBlocked(alarmSentence(reason));
    });
    model.on("unblocked", () => {
      this.#setBlocked(undefined);
    });
    keepRawProperties(model);
  }

  /** "RabbitMQ 3.10.8" in two parts, as the broker says. */
  get server(): { readonly product: string; readonly version: string | undefined } {
    const { product, version } = this.model.connection.serverProperties as { product?: string; version?: string };
    return { product: product ?? "AMQP", version };
  }

  /**
   * Never rejects.
   * @param reason why it ends, when that was not asked for
   */
  async close(reason?: BrokerError): Promise<void> {
    await Promise.all([...this.dependents].map((each) => each.end(reason)));
    if (this.closed) return;
    await new Promise<void>((resolve) => {
      // amqplib does not answer when the connection breaks meanwhile.
      this.onDidClose(() => {
        resolve();
      });
      this.model.close().catch(() => {
        resolve();
      });
    });
  }

  #setBlocked(reason: string | undefined): void {
    if (this.blocked === reason) return;
    this.blocked = reason;
    this.#blocking.fire(reason);
  }
}

/**
 * Tries the hosts in their order.
 * @param role shown in the broker's list of connections
 * @throws BrokerError `unreachable`, `refused`; `closed` when aborted
 */
export async function openLink(endpoint: Endpoint, vhost: string, role: string, signal: AbortSignal): Promise<Link> {
  const failures: BrokerError[] = [];
  for (const host of endpoint.uri.hosts) {
    try {
      return await openAt(host, endpoint, vhost, role, signal);
    } catch (error) {
      if (signal.aborted) throw cancelled(error);
      failures.push(error as BrokerError);
    }
  }
  const [first] = failures;
  if (first && failures.length === 1) throw first;
  const reasons = failures.map(sentenceOf).join(" ");
  throw new BrokerError(
    failures.find(({ kind }) => kind === "refused")?.kind ?? "unreachable",
    t("None of the hosts can be used. {reasons}", { reasons }),
    {
      cause: failures,
    },
  );
}

/** Errors of a channel need a listener from the first moment, else they take the connection along. */
export function watchChannel(channel: Channel): { readonly error: unknown } {
  const failure: { error: unknown } = { error: undefined };
  channel.on("error", (error) => (failure.error ??= error));
  return failure;
}

/** Resolves also when the connection breaks meanwhile. Never rejects. */
export async function closeChannel(channel: Channel): Promise<void> {
  await new Promise<void>((resolve) => {
    channel.once("close", () => {
      resolve();
    });
    channel.close().catch(() => {
      resolve();
    });
  });
}

const longestHeartbeat = 20;

async function openAt(host: Host, endpoint: Endpoint, vhost: string, role: string, signal: AbortSignal): Promise<Link> {
  const { uri, user, password, tls, timeout, heartbeat } = endpoint;
  const address = formatHost(host);
  const byCertificate = uri.options.get("auth_mechanism")?.toLowerCase() === "external";
  const shown = byCertificate ? certificateSubject(endpoint.tlsSettings) : user;
  const place: Place = { address, user: shown, byCertificate, vhost, secure: uri.secure, timeout };
  const login = byCertificate ? credentials.external() : credentials.plain(user, password);
  const stop = abortAfter(timeout, signal);
  // `signal` is not in amqplib's types: Node's sockets take it, and amqplib hands its options on.
  const socket: SocketOptions & { readonly signal: AbortSignal } = {
    ...tls,
    signal: stop.signal,
    noDelay: true,
    credentials: login,
    clientProperties: { connection_name: `MQ Workbench (${role})`, product: "MQ Workbench" },
  };
  try {
    const model = await connect(
      {
        protocol: uri.secure ? "amqps" : "amqp",
        hostname: host.name,
        port: host.port,
        vhost: encodeURIComponent(vhost),
        heartbeat,
        ...limits(uri),
      },
      socket,
    );
    return new Link(model, place);
  } catch (error) {
    if (signal.aborted) throw cancelled(error);
    if (stop.signal.aborted) throw translateConnect(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" }), place);
    if (isVhostRefusal(error)) {
      const refusal = await askRefusal({
        host,
        vhost,
        mechanism: login.mechanism,
        response: login.response(),
        ...(tls ? { tls: withName(tls, host) } : {}),
      });
      throw translateConnect(error, place, refusal);
    }
    if (isForeignAnswer(error)) {
      const found = await sniff(host);
      if (found && !(found === "tls" && uri.secure) && !(found === "amqp" && !uri.secure))
        throw wrongServer(found, place, error);
    }
    throw translateConnect(error, place);
  } finally {
    stop.dispose();
  }
}

/** A signal for the time of connecting only: an abort afterwards leaves the open socket alone. */
function abortAfter(milliseconds: number, outer: AbortSignal): { readonly signal: AbortSignal; dispose(): void } {
  const inner = new AbortController();
  const abort = (): void => {
    inner.abort();
  };
  const timer = setTimeout(abort, milliseconds);
  outer.addEventListener("abort", abort);
  if (outer.aborted) abort();
  return {
    signal: inner.signal,
    dispose: () => {
      clearTimeout(timer);
      outer.removeEventListener("abort", abort);
    },
  };
}

function cancelled(cause: unknown): BrokerError {
  return cause instanceof BrokerError && cause.kind === "closed"
    ? cause
    : new BrokerError("closed", t("Connecting was cancelled."), { cause });
}

function limits({ options }: AmqpUri): Pick<Options.Connect, "frameMax" | "channelMax"> {
  const frameMax = Number(options.get("frame_max") ?? 0);
  const channelMax = Number(options.get("channel_max") ?? 0);
  return { ...(frameMax > 0 ? { frameMax } : {}), ...(channelMax > 0 ? { channelMax } : {}) };
}

function withName(tls: TlsOptions, host: Host): TlsOptions {
  return tls.servername === undefined && isIP(host.name) === 0 ? { ...tls, servername: host.name } : tls;
}
