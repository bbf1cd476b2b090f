/** One AMQP 1.0 connection: made with a timeout, watched from the first moment, closed for sure. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { t } from "@vscode/l10n";
import rhea from "rhea";
import type { ConnectionDetails, EventContext } from "rhea";
import type { Target, TlsSettings } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { certificateSubject, resolveTls, toTlsOptions, type TlsOptions } from "../shared/tls.ts";
import { isForeignAnswer, translateConnect, wrongServer, type Place } from "./failures.ts";
import { Link } from "./link.ts";
import { sniff } from "./sniff.ts";
import { parseUri, type ActivemqUri } from "./uri.ts";
import { formatHost, type Host } from "../shared/uriParts.ts";

/** Everything that is needed to make connections. Holds secrets. */
export interface Endpoint {
  readonly uri: ActivemqUri;
  /** The empty text: nobody in particular. */
  readonly user: string;
  readonly password: string;
  /** Of AMQP; absent = no TLS. */
  readonly tls?: TlsOptions;
  /** Also for Jolokia, which may be on HTTPS while AMQP is plain. */
  readonly tlsSettings: TlsSettings;
  /** Milliseconds */
  readonly timeout: number;
  /** Seconds */
  readonly idle: number;
}

/** @throws BrokerError `invalid` */
export async function toEndpoint(target: Target): Promise<Endpoint> {
  const uri = parseUri(target.uri);
  const idle = Number(uri.options.get("idle_timeout") ?? 0);
  const timeout = Number(uri.options.get("connection_timeout") ?? 0);
  const tlsSettings = await resolveTls(target.tls, uri.options);
  return {
    uri,
    user: uri.user ?? "",
    password: target.password ?? uri.password ?? "",
    ...(uri.secure ? { tls: toTlsOptions(tlsSettings) } : {}),
    tlsSettings,
    timeout: timeout > 0 ? timeout : 10_000,
    idle: idle > 0 && idle < longestIdle ? idle : longestIdle,
  };
}

/**
 * Tries the hosts in their order.
 * @param role shown in the broker's list of connections
 * @throws BrokerError `unreachable`, `refused`; `closed` when aborted
 */
export async function openLink(endpoint: Endpoint, role: string, signal: AbortSignal): Promise<Link> {
  const failures: BrokerError[] = [];
  for (const host of endpoint.uri.hosts) {
    try {
      return await openAt(host, endpoint, role, signal);
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
    { cause: failures },
  );
}

// Seconds
const longestIdle = 20;
async function openAt(host: Host, endpoint: Endpoint, role: string, signal: AbortSignal): Promise<Link> {
  const { uri, user, timeout, idle, tls } = endpoint;
  const address = formatHost(host);
  const mechanism = uri.options.get("auth_mechanism")?.toLowerCase() ?? (user === "" ? "anonymous" : "plain");
  const shown = mechanism === "external" ? certificateSubject(endpoint.tlsSettings) : user || t("(nobody)");
  const place: Place = { address, user: shown, secure: uri.secure, timeout };
  if (signal.aborted) throw cancelled(undefined);
  const container = rhea.create_container({ id: `MQ Workbench (${role}) ${crypto.randomUUID()}` });
  let socket: Socket | undefined;
  const connection = container.create_connection({
    ...loginOptions(mechanism, endpoint),
    host: host.name,
    port: host.port,
    hostname: host.name,
    reconnect: false,
    idle_time_out: idle * 1000,
    max_frame_size: 128 * 1024,
    all_errors_non_fatal: false,
    ...(tls ? { transport: "tls", ...withName(tls, host) } : {}),
    connection_details: (): ConnectionDetails => ({
      host: host.name,
      port: host.port,
      connect: (port: number, name: string, _options: unknown, connected: () => void) => {
        socket = tls ? connectTls({ ...withName(tls, host), host: name, port }) : connectTcp({ host: name, port });
        socket.setNoDelay(true);
        socket.once(tls ? "secureConnect" : "connect", connected);
        return socket;
      },
    }),
  });
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(translateConnect(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" }), place));
      }, timeout);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        act();
      };
      const abort = (): void => {
        settle(() => {
          reject(cancelled(undefined));
        });
      };
      const fail = (error: unknown): void => {
        settle(() => {
          reject(new Failed(error));
        });
      };
      signal.addEventListener("abort", abort);
      connection.once("connection_open", () => {
        settle(resolve);
      });
      connection.on("connection_error", (context: EventContext) => {
        fail(context.error ?? connection.error);
      });
      connection.on("protocol_error", fail);
      connection.on("error", fail);
      connection.on("connection_close", (context: EventContext) => {
        fail(context.error);
      });
      connection.on("disconnected", (context: EventContext) => {
        fail(context.error);
      });
      connection.connect();
    });
    return new Link(connection, place);
  } catch (error) {
    socket?.destroy();
    if (!(error instanceof Failed)) throw error;
    if (isForeignAnswer(error.cause)) {
      const found = await sniff(host);
      if (found && !(found === "tls" && uri.secure) && !(found === "amqp" && !uri.secure))
        throw wrongServer(found, place, error.cause);
    }
    throw translateConnect(error.cause, place);
  }
}

/** What rhea said when connecting failed, not looked at yet. */
class Failed extends Error {
  constructor(cause: unknown) {
    super("connecting failed", { cause });
  }
}

function loginOptions(mechanism: string, { user, password }: Endpoint): object {
  const { sasl } = rhea.create_container() as unknown as {
    sasl: {
      client_mechanisms(): {
        enable_plain(user: string, password: string): void;
        enable_anonymous(user: string): void;
        enable_external(): void;
      };
    };
  };
  const mechanisms = sasl.client_mechanisms();
  if (mechanism === "external") mechanisms.enable_external();
  else if (mechanism === "anonymous") mechanisms.enable_anonymous("anonymous");
  else mechanisms.enable_plain(user, password);
  return { sasl_mechanisms: mechanisms };
}

function cancelled(cause: unknown): BrokerError {
  return cause instanceof BrokerError && cause.kind === "closed"
    ? cause
    : new BrokerError("closed", t("Connecting was cancelled."), { cause });
}

function withName(tls: TlsOptions, host: Host): TlsOptions {
  return tls.servername === undefined && isIP(host.name) === 0 ? { ...tls, servername: host.name } : tls;
}
