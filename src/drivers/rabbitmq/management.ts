/** The HTTP management API of RabbitMQ: requests, bounded and checked. */
import { t } from "@vscode/l10n";
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions as RequestTarget,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import { urlToHttpOptions } from "node:url";
import { createGunzip } from "node:zlib";
import type { Check, TlsSettings } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { isRecord, type JsonRecord } from "./json.ts";
import {
  notManagement,
  requestFailure,
  statusFailure,
  timedOut,
  tooLarge,
  withoutSecrets,
  type Asked,
} from "./managementFailures.ts";
import { readIdentity, readOverview, type Identity, type Overview } from "./managementShapes.ts";
import { toTlsOptions } from "../shared/tls.ts";

export interface ManagementOptions {
  /** The base URL, with a path prefix where a proxy has one: `https://example.com/rabbit`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly tls?: TlsSettings;
  /** Milliseconds that one request may take. */
  readonly timeout?: number;
  /** Bytes that one answer may have, unpacked. */
  readonly maxBytes?: number;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds, where the usual time is not right. */
  readonly timeout?: number;
  /** Whether the answer may come packed: worth it for a list, while unpacking costs more than a single record. */
  readonly packed?: boolean;
}

/** How many requests run at once; more wait for a socket. */
export const managementSockets = 8;

/** Milliseconds that a list of everything in a virtual host may take: there may be a hundred thousand. */
export const listTime = 30_000;

const mebibyte = 1024 * 1024;

/** A client for one management API. Every failure is a BrokerError with a sentence that holds no secret. */
export class Management {
  /** Base URL, to show. */
  readonly url: string;
  readonly #base: URL;
  readonly #asked: Asked;
  /** Taken apart once: for a single record this takes as long as to read the answer. */
  readonly #host: Pick<RequestTarget, "protocol" | "hostname" | "port">;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #packedHeaders: Readonly<Record<string, string>>;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #timeout: number;
  readonly #maxBytes: number;
  readonly #running = new Set<() => void>();
  #isClosed = false;

  /** @throws BrokerError `invalid` for a URL that is none */
  constructor({ url, user, password, tls, timeout = 10_000, maxBytes = 64 * mebibyte }: ManagementOptions) {
    this.#base = baseUrl(url);
    this.url = withoutSecrets(this.#base.href);
    this.#asked = { url: this.url, user };
    const { protocol, hostname, port } = urlToHttpOptions(this.#base);
    this.#host = { protocol, hostname, port };
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    this.#headers = { authorization, accept: "application/json", "accept-encoding": "identity" };
    this.#packedHeaders = { ...this.#headers, "accept-encoding": "gzip" };
    this.#timeout = timeout;
    this.#maxBytes = maxBytes;
    const sockets = { keepAlive: true, maxSockets: managementSockets, maxFreeSockets: managementSockets };
    this.#agent =
      this.#base.protocol === "https:"
        ? new HttpsAgent({ ...sockets, ...(tls && toTlsOptions(tls)) })
        : new HttpAgent(sockets);
  }

  /**
   * @param path below `/api/`, its parts already percent-encoded: see {@link apiPath}
   * @returns the checked JSON: an object or an array of objects
   */
  async get(path: string, options?: RequestOptions): Promise<JsonRecord | readonly JsonRecord[]> {
    for (let stale = 0; ; stale++) {
      try {
        return await this.#request("GET", path, options);
      } catch (error) {
        if (!(error instanceof StaleSocket)) throw error;
        if (stale === managementSockets) throw requestFailure(error.cause, this.#asked);
      }
    }
  }

  async getRecord(path: string, options?: RequestOptions): Promise<JsonRecord> {
    const answer = await this.get(path, options);
    if (!isRecord(answer)) throw notManagement(this.#asked);
    return answer;
  }

  async getRecords(path: string, options?: RequestOptions): Promise<readonly JsonRecord[]> {
    const answer = await this.get(path, { ...options, packed: true });
    if (isRecord(answer)) throw notManagement(this.#asked);
    return answer;
  }

  async delete(path: string, options?: RequestOptions): Promise<void> {
    await this.#request("DELETE", path, options);
  }

  /** Stops what runs and gives the sockets back. */
  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#running) cancel();
    this.#agent.destroy();
  }

  async #request(
    method: string,
    path: string,
    { signal: caller, timeout = this.#timeout, packed = false }: RequestOptions = {},
  ): Promise<JsonRecord | readonly JsonRecord[]> {
    if (this.#isClosed || caller?.aborted) throw cancelled();
    // Not AbortSignal: for a hundred requests at once it takes as long as all that is sent and received.
    let stop: (reason: Error) => void = () => undefined;
    const stopped = new Promise<never>((_, reject) => {
      stop = reject;
    });
    const cancel = (): void => {
      stop(cancelled());
    };
    const timer = setTimeout(() => {
      stop(timedOut(this.#asked, timeout / 1000));
    }, timeout);
    caller?.addEventListener("abort", cancel);
    this.#running.add(cancel);
    let exchange: Exchange | undefined;
    try {
      exchange = this.#send(method, path, packed);
      return this.#read(await Promise.race([exchange.answer, stopped]), method);
    } catch (error) {
      exchange?.end();
      if (error instanceof BrokerError || error instanceof StaleSocket) throw error;
      throw requestFailure(error, this.#asked);
    } finally {
      clearTimeout(timer);
      caller?.removeEventListener("abort", cancel);
      this.#running.delete(cancel);
    }
  }

  #send(method: string, path: string, packed: boolean): Exchange {
    const start = this.#base.protocol === "https:" ? httpsRequest : httpRequest;
    const request = start({
      ...this.#host,
      method,
      path: `${this.#base.pathname}api/${path}`,
      agent: this.#agent,
      headers: packed ? this.#packedHeaders : this.#headers,
    });
    const answer = new Promise<Answer>((resolve, reject) => {
      request.on("response", (response) => {
        this.#body(response).then((body) => {
          resolve({ response, body });
        }, reject);
      });
      request.on("error", (error) => {
        const isStale = request.reusedSocket && "code" in error && error.code === "ECONNRESET";
        reject(isStale && method === "GET" ? new StaleSocket(error) : error);
      });
    });
    request.end();
    return { answer, end: () => request.destroy() };
  }

  #read({ response, body }: Answer, method: string): JsonRecord | readonly JsonRecord[] {
    const status = response.statusCode ?? 0;
    const json = parseJson(body);
    if (status < 200 || status > 299) {
      throw statusFailure(status, response.headers, isRecord(json) ? json : undefined, this.#asked);
    }
    if (method !== "GET") return {};
    if (isRecord(json)) return json;
    if (Array.isArray(json) && json.every(isRecord)) return json;
    throw notManagement(this.#asked);
  }

  #body(response: IncomingMessage): Promise<Buffer> {
    const gzip = response.headers["content-encoding"] === "gzip";
    const unpacked: Readable = gzip ? response.pipe(createGunzip()) : response;
    const chunks: Buffer[] = [];
    let size = 0;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        reject(error);
        response.destroy();
        unpacked.destroy();
      };
      unpacked.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > this.#maxBytes) fail(tooLarge(this.#asked, Math.round(this.#maxBytes / mebibyte)));
        else chunks.push(chunk);
      });
      unpacked.on("end", () => {
        resolve(Buffer.concat(chunks, size));
      });
      unpacked.on("error", fail);
      // A pipe does not pass on that its source broke off.
      if (gzip) response.on("error", fail);
    });
  }
}

interface Exchange {
  readonly answer: Promise<Answer>;
  /** Gives it up. Nothing, when it is over. */
  end(): void;
}

interface Answer {
  readonly response: IncomingMessage;
  readonly body: Buffer;
}

function cancelled(): BrokerError {
  return new BrokerError("closed", t("The request was cancelled."));
}

/** `["queues", "/", "a b"]` → `queues/%2F/a%20b` */
export function apiPath(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join("/");
}

/** Who we talk to and who we are there. */
export async function introduce(
  management: Management,
  options: RequestOptions,
): Promise<{ readonly overview: Overview; readonly identity: Identity }> {
  const overview = readOverview(await management.getRecord("overview", options));
  if (!overview) throw notManagement({ url: management.url, user: "" });
  return { overview, identity: readIdentity(await management.getRecord("whoami", options)) };
}

/** The part of a connection test that is about the management API. Never rejects. */
export async function checkManagement(
  {
    management: url,
    user,
    password,
    tls,
  }: {
    readonly management: string;
    readonly user: string;
    readonly password: string;
    readonly tls?: TlsSettings;
  },
  signal: AbortSignal,
): Promise<Check> {
  const name = t("Management API");
  let management: Management | undefined;
  try {
    management = new Management({ url, user, password, ...(tls ? { tls } : {}) });
    const { overview, identity } = await introduce(management, { signal });
    const { product, version, cluster } = overview;
    const who = identity.tags.length > 0 ? `${user} (${identity.tags.join(", ")})` : user;
    return {
      name,
      ok: true,
      sentence:
        cluster === undefined
          ? t("{product} {version}, logged in as {who}.", { product, version, who })
          : t("{product} {version}, cluster {cluster}, logged in as {who}.", { product, version, cluster, who }),
    };
  } catch (error) {
    return { name, ok: false, sentence: sentenceOf(error) };
  } finally {
    management?.close();
  }
}

/** A kept socket that the server had closed meanwhile: nothing was answered, so asking again is harmless. */
class StaleSocket extends Error {
  constructor(cause: unknown) {
    super("stale socket", { cause });
  }
}

function baseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new BrokerError("invalid", t("The management URL is not an http or https address."), { field: "admin" });
  }
  url.username = "";
  url.password = "";
  url.search = "";
  url.hash = "";
  // What people copy from the browser or from the documentation of the API.
  url.pathname = `${url.pathname.replace(/\/+$/, "").replace(/\/api$/, "")}/`;
  return url;
}

/** undefined for what is no JSON: an HTML page of a proxy, nothing at all. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
