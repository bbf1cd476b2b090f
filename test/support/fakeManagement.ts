/** An HTTP server that answers like a management API, or like something that is none. */
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface FakeAnswer {
  readonly status?: number;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** `hang` = never answers · `cut` = closes in the middle of the body. */
  readonly manner?: "hang" | "cut";
}

export interface FakeRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly authorization: string | undefined;
  /** Of the socket it came through. */
  readonly port: number | undefined;
}

export interface FakeManagement {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly FakeRequest[];
  /** The largest number of requests that were unanswered at once. */
  readonly most: () => number;
  /** Closes the sockets that wait for the next request. */
  dropIdle(): void;
  close(): Promise<void>;
}

/** What a broker tells about itself. */
export const overview = {
  management_version: "3.10.8",
  product_name: "RabbitMQ",
  product_version: "3.10.8",
  rabbitmq_version: "3.10.8",
  cluster_name: "rabbit@shop",
  exchange_types: [{ name: "direct" }, { name: "topic" }, { name: "fanout" }, { name: "headers" }],
};

/** Answers of a broker with nothing in it, for `answers` to be added to. */
export const usualAnswers: Readonly<Record<string, FakeAnswer>> = {
  "/api/overview": { json: overview },
  "/api/whoami": { json: { name: "guest", tags: ["administrator"] } },
};

/** @param answer by path without the query; undefined = 404 as the broker words it */
export async function startFakeManagement(
  answer: (path: string, request: FakeRequest) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>,
  tls?: { readonly cert: string; readonly key: string; readonly ca?: string; readonly requestCert?: boolean },
): Promise<FakeManagement> {
  const requests: FakeRequest[] = [];
  let open = 0;
  let most = 0;
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    const request: FakeRequest = {
      method: incoming.method ?? "",
      url: incoming.url ?? "",
      authorization: incoming.headers.authorization,
      port: incoming.socket.remotePort,
    };
    requests.push(request);
    most = Math.max(most, ++open);
    response.on("close", () => {
      open--;
    });
    void Promise.resolve(answer(request.url.replace(/\?.*/, ""), request)).then((found) => {
      send(response, found ?? { status: 404, json: { error: "Object Not Found", reason: "Not Found" } });
    });
  };
  const server: Server = tls ? createHttps({ ...tls, rejectUnauthorized: true }, listener) : createHttp(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    requests,
    most: () => most,
    dropIdle: () => {
      server.closeIdleConnections();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, { status = 200, json, body, headers = {}, manner }: FakeAnswer): void {
  if (manner === "hang") return;
  const type = json === undefined ? "text/html" : "application/json";
  const plain = Buffer.from(body ?? (json === undefined ? "" : JSON.stringify(json)));
  const gzip = headers["content-encoding"] === "gzip";
  const bytes = gzip ? gzipSync(plain) : plain;
  response.writeHead(status, { "content-type": type, ...headers });
  if (manner === "cut") {
    response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy());
    return;
  }
  response.end(bytes);
}
