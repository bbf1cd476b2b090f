import { createServer } from "node:net";
import type { Server } from "node:net";

/**
 * Ports of 127.0.0.1 that nobody listens on. They lie below the range from which systems take the ports of outgoing
 * connections, so that a server can come back on its port after a stop.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (ports.includes(port)) continue;
    const server = await tryToListen(port);
    if (!server) continue;
    held.push(server);
    ports.push(port);
  }
  await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

/** Whether nobody listens on this port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  const server = await tryToListen(port);
  if (!server) return false;
  await new Promise((closed) => server.close(closed));
  return true;
}

function tryToListen(port: number): Promise<Server | undefined> {
  return new Promise((settle) => {
    const server = createServer();
    server.once("error", () => settle(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => settle(server));
  });
}
