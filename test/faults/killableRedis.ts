import type { Node, Session } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/redis/index.ts";
import { startRedis, type RedisServer } from "../support/redisServer.ts";
import type { KillableBroker } from "./killableBroker.ts";

/** A private Redis whose disk has what it confirmed; the places are lists, whose elements leave when they are acked. */
export async function startKillableRedis(): Promise<KillableRedis> {
  return new KillableRedis(await startRedis());
}

/** Seen from outside by redis-cli. */
export class KillableRedis implements KillableBroker {
  readonly driver = driver;
  readonly target;
  readonly #server: RedisServer;

  constructor(server: RedisServer) {
    this.#server = server;
    this.target = { uri: `redis://127.0.0.1:${String(server.port)}`, pins: [] };
  }

  async make(): Promise<void> {
    // A list is there as soon as it has an element.
  }

  async find(session: Session, name: string): Promise<Node> {
    const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "lists");
    const { node } = folder ? await session.act(folder, "pin", "pin", { name }) : {};
    if (!node) throw new Error("The list was not pinned.");
    return node;
  }

  kill(): Promise<void> {
    return this.#server.kill();
  }

  restart(): Promise<void> {
    return this.#server.start();
  }

  async count(name: string): Promise<number> {
    return Number(await this.#server.cli("LLEN", name));
  }

  async bodies(name: string): Promise<readonly string[]> {
    const text = await this.#server.cli("LRANGE", name, "0", "-1");
    return text.split("\n").filter((line) => line !== "");
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}
