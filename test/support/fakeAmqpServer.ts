/** Servers that are not what a client hopes for. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

export interface FakeServer {
  readonly port: number;
  /** How many connections there were. */
  readonly connections: number;
  /** Cuts every connection and listens no more. */
  stop(): Promise<void>;
}

/** Does with every connection what `behave` says. */
export async function startFakeServer(behave: (socket: Socket) => void): Promise<FakeServer> {
  return listen(createServer(), behave);
}

/** Accepts and never says a word. */
export function startSilentServer(): Promise<FakeServer> {
  return startFakeServer((socket) => socket.resume());
}

/** Answers whatever comes with these bytes, and hangs up. */
export function startAnsweringServer(bytes: Uint8Array | string): Promise<FakeServer> {
  return startFakeServer((socket) => socket.once("data", () => socket.end(bytes)));
}

/** Hangs up as soon as somebody speaks. */
export function startRefusingServer(): Promise<FakeServer> {
  return startFakeServer((socket) => socket.once("data", () => socket.destroy()));
}

/** A port of this machine where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await startSilentServer();
  await server.stop();
  return server.port;
}

export interface Proxy extends FakeServer {
  /** From now on nothing passes, but the connections stay. */
  freeze(): void;
  /** The next answer of the server is cut after so many bytes, and the connection with it. */
  cutAfter(bytes: number): void;
}

/** Stands between a client and the server at `target`; with TLS towards the client when `tls` is given. */
export async function startProxy(target: number, tls?: TlsOptions): Promise<Proxy> {
  let frozen = false;
  let left = Infinity;
  const front = await listen(tls ? createTlsServer(tls) : createServer(), (socket) => {
    const back = connect({ port: target, host: "127.0.0.1" });
    back.on("error", () => socket.destroy());
    back.on("close", () => socket.destroy());
    socket.on("close", () => back.destroy());
    socket.on("data", (chunk: Buffer) => {
      if (!frozen) back.write(chunk);
    });
    back.on("data", (chunk: Buffer) => {
      if (frozen) return;
      socket.write(chunk.subarray(0, left));
      if (left === Infinity) return;
      left -= chunk.length;
      if (left > 0) return;
      left = Infinity;
      socket.end();
    });
  });
  return {
    port: front.port,
    get connections() {
      return front.connections;
    },
    stop: () => front.stop(),
    freeze: () => {
      frozen = true;
    },
    cutAfter: (bytes) => {
      left = bytes;
    },
  };
}

async function listen(server: Server, behave: (socket: Socket) => void): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("tlsClientError", () => undefined);
  server.on(eventOf(server), (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // Whoever breaks it off: that is what these servers are for.
    socket.on("error", () => undefined);
    behave(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A TLS server has a plain connection first. */
function eventOf(server: Server): string {
  return "addContext" in server ? "secureConnection" : "connection";
}
