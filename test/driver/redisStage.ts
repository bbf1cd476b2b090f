import type { Node, Session, Target } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/redis/index.ts";
import type { RedisServer } from "../support/redisServer.ts";
import type { Stage, Traits, WorkTrait } from "./conformanceStage.ts";
import { find } from "./conformanceSupport.ts";

const stream: WorkTrait = {
  kind: "stream",
  outcomes: ["ack"],
  rejected: "unknown",
  taken: { gap: "Entries stay in a stream; an ack counts for the group." },
  shared: { gap: "Each consumer has a temporary group of its own." },
  redelivered: { gap: "What is not acked stays pending, it does not come back." },
  told: true,
  purged: true,
  counted: true,
  browsed: true,
};

const list: WorkTrait = {
  kind: "list",
  outcomes: ["ack", "requeue"],
  rejected: "unknown",
  taken: true,
  shared: true,
  redelivered: { gap: "Elements of a list carry no flag." },
  told: { gap: "A list without elements is not there, and its consumers wait." },
  purged: true,
  counted: true,
  browsed: true,
};

/** What Redis has. */
export const redisTraits: Traits = {
  work: [stream, list],
  logs: [
    {
      kind: "stream",
      from: (position) => ({ from: position }),
      wrong: { from: "yesterday-ish" },
      ends: true,
    },
  ],
  sources: [
    { kind: "stream", returned: { gap: "A stream keeps what nobody waits for." } },
    { kind: "channel", returned: true },
    { kind: "shardChannel", returned: true },
  ],
  message: {
    full: {
      contentType: "application/json",
      contentEncoding: "gzip",
      headers: [
        { name: "tenant", value: { type: "string", value: "grüße 漢字 🐇" } },
        { name: "raw", value: { type: "bytes", value: "AP/+gA==" } },
      ],
      properties: { bodyField: "payload" },
    },
    headers: ["string", "bytes"],
    key: { gap: "Messages of Redis have no key." },
    contentType: true,
    persistent: { gap: "Whether messages survive a restart is a setting of the server." },
    wrong: [
      ["nonsense", { properties: { nonsense: "x" } }],
      ["id", { properties: { id: "soon" } }],
      ["id", { properties: { id: "0-0" } }],
      ["maxLength", { properties: { maxLength: "-1" } }],
      ["trim", { properties: { maxLength: "1", trim: "somehow" } }],
      ["fields", { properties: { fields: "xml" } }],
      ["body", { properties: { fields: "json" } }],
      ["bodyAt", { properties: { bodyAt: "3" } }],
    ],
  },
  full: { gap: "A stream or list is never full; the server's memory can be." },
  password: true,
  others: [],
  routing: { gap: "Redis has no exchanges: a message goes to the key or channel that it is sent to." },
};

/** A Redis as a test sees it: by redis-cli. */
export class RedisStage implements Stage {
  readonly driver = driver;
  readonly target: Target;
  readonly #broker: RedisServer;

  constructor(broker: RedisServer, password: string) {
    this.#broker = broker;
    this.target = { uri: `redis://127.0.0.1:${String(broker.port)}`, password, pins: [] };
  }

  async make(kind: string, name: string): Promise<void> {
    if (kind !== "stream") return;
    await this.#broker.cli("XGROUP", "CREATE", name, "first", "0", "MKSTREAM");
    await this.#broker.cli("XGROUP", "DESTROY", name, "first");
  }

  async node(session: Session, kind: string, name: string): Promise<Node> {
    if (kind === "stream") return find(session, ["streams"], "stream", name);
    const folder = { list: "lists", channel: "channels", shardChannel: "shardChannels" }[kind];
    const parent = (await session.list(undefined)).items.find(({ id }) => id === folder);
    if (!parent || folder === undefined) throw new Error(`no folder for ${kind}`);
    // What has no elements or subscribers is not there until it is pinned.
    await session.act(parent, "pin", "pin", { name });
    return find(session, [folder], kind === "list" ? "list" : "channel", name);
  }

  async remove(_kind: string, name: string): Promise<void> {
    await this.#broker.cli("DEL", name);
  }

  async ready(kind: string, name: string): Promise<number> {
    return Number(await this.#broker.cli(kind === "list" ? "LLEN" : "XLEN", name));
  }

  /** Keys, and the groups of streams. */
  async names(): Promise<readonly string[]> {
    return lines(await this.#broker.cli("EVAL", keysAndGroups, "0"));
  }

  async drop(): Promise<void> {
    await this.#broker.cli("CLIENT", "KILL", "TYPE", "pubsub");
    await this.#broker.cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  }

  async stop(): Promise<void> {
    await this.#broker.stop();
  }
}

const keysAndGroups = `
local all = redis.call("KEYS", "*")
for _, key in ipairs({unpack(all)}) do
  if redis.call("TYPE", key).ok == "stream" then
    for _, group in ipairs(redis.call("XINFO", "GROUPS", key)) do table.insert(all, key .. "/" .. group[2]) end
  end
end
return all`;

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
