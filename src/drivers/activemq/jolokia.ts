/** The HTTP bridge to the broker's management beans: requests, bounded and checked. */
import { t } from "@vscode/l10n";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { TlsSettings } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { toTlsOptions } from "../shared/tls.ts";
import {
  answerFailure,
  notJolokia,
  requestFailure,
  statusFailure,
  timedOut,
  tooLarge,
  withoutSecrets,
  type Asked,
} from "./jolokiaFailures.ts";

export interface JolokiaOptions {
  /** The URL of Jolokia itself. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly tls?: TlsSettings;
  /** Milliseconds that one request may take. */
  readonly timeout?: number;
  /** Bytes that one answer may have. */
  readonly maxBytes?: number;
}

/** As Jolokia takes them. */
export type JolokiaRequest =
  | { readonly type: "search"; readonly mbean: string }
  | { readonly type: "read"; readonly mbean: string; readonly attribute?: string | readonly string[] }
  | {
      readonly type: "exec";
      readonly mbean: string;
      /** With the types of its arguments where there are several of this name: `retryMessage(long)`. */
      readonly operation: string;
      readonly arguments?: readonly unknown[];
    };

export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds, where the usual time is not right. */
  readonly timeout?: number;
}

/** Milliseconds that a list of everything may take. */
export const listTime = 30_000;

const mebibyte = 1024 * 1024;
const late = new Error("late");
const sockets = 4;

/** A client for one Jolokia. Every failure is a BrokerError with a sentence that holds no secret. */
export class Jolokia {
  /** To show. */
  readonly url: string;
  readonly #url: URL;
  readonly #asked: Asked;
  readonly #authorization: string | undefined;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #timeout: number;
  readonly #maxBytes: number;
  readonly #running = new Set<() => void>();
  /** Jolokia wants one against forged requests of browsers, and may know its own host only by this name. */
  #origin: string;
  #isClosed = false;

  constructor({ url, user, password, tls, timeout = 10_000, maxBytes = 64 * mebibyte }: JolokiaOptions) {
    this.#url = new URL(url);
    this.url = withoutSecrets(url);
    this.#asked = { url: this.url, user };
    this.#authorization = user === "" ? undefined : `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    this.#origin = this.#url.origin;
    this.#timeout = timeout;
    this.#maxBytes = maxBytes;
    const keep = { keepAlive: true, maxSockets: sockets, maxFreeSockets: sockets };
    this.#agent =
      this.#url.protocol === "https:"
        ? new HttpsAgent({ ...keep, ...(tls && toTlsOptions(tls)) })
        : new HttpAgent(keep);
  }

  /** The value of one request. @throws BrokerError also for what the bean complains about */
  async ask(request: JolokiaRequest, options?: AskOptions): Promise<unknown> {
    return valueOf(await this.#post(request, options), this.#asked);
  }

  /** Several at once; each answer is its value, or why there is none. */
  async askAll(requests: readonly JolokiaRequest[], options?: AskOptions): Promise<readonly unknown[]> {
    if (requests.length === 0) return [];
    const answers = await this.#post(requests, options);
    if (!Array.isArray(answers) || answers.length !== requests.length) throw notJolokia(this.#asked);
    return answers.map((answer) => {
      try {
        return valueOf(answer, this.#asked);
      } catch (error) {
        return error;
      }
    });
  }

  /** Stops what runs and gives the sockets back. */
  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#running) cancel();
    this.#agent.destroy();
  }

  async #post(body: unknown, options?: AskOptions): Promise<unknown> {
    try {
      return await this.#request(body, options);
    } catch (error) {
      // The usual policy of Artemis lets in only its own host name, whatever name it is called by.
      if (!(error instanceof WrongOrigin)) throw error;
      if (this.#origin === localOrigin) throw error.cause;
      this.#origin = localOrigin;
      try {
        return await this.#request(body, options);
      } catch (again) {
        throw again instanceof WrongOrigin ? again.cause : again;
      }
    }
  }

  async #request(body: unknown, { signal: caller, timeout = this.#timeout }: AskOptions = {}): Promise<unknown> {
    const abort = new AbortController();
    const cancel = (): void => {
      abort.abort();
    };
    const timer = setTimeout(() => {
      abort.abort(late);
    }, timeout);
    caller?.addEventListener("abort", cancel);
    this.#running.add(cancel);
    if (this.#isClosed || caller?.aborted) cancel();
    try {
      return await this.#read(await this.#send(JSON.stringify(body), abort.signal));
    } catch (error) {
      if (error instanceof BrokerError || error instanceof WrongOrigin) throw error;
      if (abort.signal.reason === late) throw timedOut(this.#asked, timeout / 1000);
      if (abort.signal.aborted) throw new BrokerError("closed", t("The request was cancelled."));
      throw requestFailure(error, this.#asked);
    } finally {
      clearTimeout(timer);
      caller?.removeEventListener("abort", cancel);
      this.#running.delete(cancel);
    }
  }

  #send(body: string, signal: AbortSignal): Promise<IncomingMessage> {
    const start = this.#url.protocol === "https:" ? httpsRequest : httpRequest;
    const headers = {
      ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
      accept: "application/json",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      origin: this.#origin,
    };
    return new Promise((resolve, reject) => {
      const request = start(this.#url, { method: "POST", agent: this.#agent, signal, headers }, resolve);
      request.on("error", reject);
      request.end(body);
    });
  }

  async #read(response: IncomingMessage): Promise<unknown> {
    const text = (await this.#body(response)).toString("utf8");
    const status = response.statusCode ?? 0;
    const json = parseJson(text);
    if (status === 403 && /origin/i.test(text))
      throw new WrongOrigin(statusFailure(status, response.headers, text, this.#asked));
    if (isRecord(json) && json["status"] === 403 && /origin/i.test(String(json["error"]))) {
      throw new WrongOrigin(statusFailure(403, response.headers, text, this.#asked));
    }
    if (status < 200 || status > 299) throw statusFailure(status, response.headers, text, this.#asked);
    if (json === undefined) throw notJolokia(this.#asked);
    return json;
  }

  async #body(response: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > this.#maxBytes) {
        response.destroy();
        throw tooLarge(this.#asked, Math.round(this.#maxBytes / mebibyte));
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
  }
}

/**
 * Where Jolokia is below what the user entered: the web console, or Jolokia itself.
 * @throws BrokerError `invalid` for a URL that is none
 */
export function jolokiaAt(admin: string, path: string): string {
  const url = URL.canParse(admin) ? new URL(admin) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new BrokerError("invalid", t("The URL of the web console is not an http or https address."), {
      field: "admin",
    });
  }
  url.username = "";
  url.password = "";
  url.search = "";
  url.hash = "";
  const base = url.pathname.replace(/\/+$/, "");
  // What people copy from the browser: the address of a page of the console.
  const root = base.replace(/\/(console|admin)(\/(?!jolokia).*)?$/, "");
  url.pathname = /jolokia$/.test(base) ? `${base}/` : `${root}/${path}/`;
  return url.href;
}

const localOrigin = "http://localhost";

class WrongOrigin extends Error {
  constructor(cause: BrokerError) {
    super("wrong origin", { cause });
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueOf(answer: unknown, asked: Asked): unknown {
  if (!isRecord(answer) || typeof answer["status"] !== "number") throw notJolokia(asked);
  if (answer["status"] === 200) return answer["value"];
  throw answerFailure(answer["status"], typeof answer["error"] === "string" ? answer["error"] : "", asked);
}

/** undefined for what is no JSON: an HTML page, nothing at all. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
