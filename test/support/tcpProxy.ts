import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";

/** Stands between a client and a server on this machine, so that a test can break their connections. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #refused: (() => void) | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Listens on `port` of 127.0.0.1 and passes everything on to the other port. */
  static async start(port: number, to: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, port);
    server.on("connection", (socket) => proxy.#pass(socket, to));
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  /** Breaks every connection, and each new one until nobody has tried for a moment. */
  async drop(): Promise<void> {
    const silence = new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      this.#refused = () => {
        clearTimeout(timer);
        timer = setTimeout(resolve, 300);
      };
    });
    for (const socket of this.#sockets) socket.destroy();
    await silence;
    this.#refused = undefined;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #pass(client: Socket, to: number): void {
    client.on("error", () => undefined);
    if (this.#refused) {
      this.#refused();
      client.destroy();
      return;
    }
    const server = connect(to, "127.0.0.1");
    server.on("error", () => undefined);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.pipe(other);
      one.once("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
