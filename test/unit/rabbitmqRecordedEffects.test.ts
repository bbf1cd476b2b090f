import assert from "node:assert/strict";
import type { Channel } from "amqplib";
import type { Effect, Node, Seen, WatchMode } from "../../src/broker/contract.ts";
import { createTopology } from "../../src/drivers/rabbitmq/topology.ts";
import type { Admin, Topology } from "../../src/drivers/rabbitmq/topologyContract.ts";
import { overview, startFakeManagement, usualAnswers, type FakeManagement } from "../support/fakeManagement.ts";

/** A queue as `GET /api/queues/vhost/name` tells it. */
const definition = {
  name: "orders",
  vhost: "/",
  durable: true,
  auto_delete: false,
  exclusive: false,
  arguments: {},
  effective_policy_definition: {},
  policy: null,
  operator_policy: null,
  consumer_details: [] as unknown[],
  consumers: 0,
  messages_ready: 3,
  messages_unacknowledged: 0,
  state: "running",
  node: "rabbit@shop",
};
const quorum = { ...definition, type: "quorum", arguments: { "x-queue-type": "quorum" }, members: ["rabbit@shop"] };

/**
 * No RabbitMQ 4 runs where these tests do: the answers of its management API are hand-made here, in the format that is
 * documented and that 3.10 answers with, from driver to sentence. What 3.10 can do is tested on it: rabbitmqHarm.
 */
describe("effects on RabbitMQ 4 (hand-made management answers)", () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  const broker = async (version: string, queue: object): Promise<Topology> => {
    const answers: Readonly<Record<string, unknown>> = {
      "/api/overview": {
        ...overview,
        product_version: version,
        rabbitmq_version: version,
        management_version: version,
      },
      "/api/queues/%2F/orders": queue,
      "/api/vhosts": [{ name: "/" }],
    };
    const server: FakeManagement = await startFakeManagement((path) =>
      path in answers ? { json: answers[path] } : usualAnswers[path],
    );
    open.push(server);
    const topology = createTopology({
      management: server.url,
      user: "anna",
      password: "secret",
      vhost: "/",
      pins: [],
      admin: admin(version),
    });
    open.push(topology);
    await topology.start(new AbortController().signal);
    return topology;
  };
  const node: Node = {
    id: "q:%2F:orders",
    kind: "queue",
    name: "orders",
    verbs: ["browse", "consume"],
    expandable: true,
  };
  const effects = async (topology: Topology, verb: WatchMode, seen?: Seen): Promise<readonly Effect[]> =>
    topology.effects(node, verb, {}, seen);
  const text = (all: readonly Effect[]): string => all.map(({ sentence }) => sentence).join("\n");

  for (const version of ["4.0.9", "4.1.5", "4.2.1"])
    it(`${version}: every look at a quorum queue counts toward 20, by what its messages carried`, async () => {
      const topology = await broker(version, quorum);
      assert.match(text(await effects(topology, "browse")), /after 20 returns a message is dropped/);
      const third = await effects(topology, "browse", { deliveries: 2 });
      assert.match(text(third), /Attempt 3 of 20: after 17 more looks this quorum queue drops the message/);
      assert.deepEqual(
        third.flatMap(({ left }) => left ?? []),
        [17],
      );
      assert.match(
        text(await effects(topology, "consume", { deliveries: 19 })),
        /the next look makes this quorum queue drop/,
      );
    });

  it("4.1: a limit and a dead-letter exchange by policy count", async () => {
    const topology = await broker("4.1.5", {
      ...quorum,
      policy: "limits",
      effective_policy_definition: { "delivery-limit": 5, "dead-letter-exchange": "dlx" },
    });
    assert.match(
      text(await effects(topology, "browse", { deliveries: 2 })),
      /Attempt 3 of 5: after 2 more looks this quorum queue dead-letters the message/,
    );
  });

  it("4.3: putting back is free, but for delayed retry, which hides it for a while", async () => {
    const plain = await effects(await broker("4.3.0", quorum), "browse", { deliveries: 19 });
    assert.ok(plain.every(({ left, severity }) => left === undefined && severity !== "danger"));
    const delayed = await broker("4.3.0", {
      ...quorum,
      arguments: { ...quorum.arguments, "x-delayed-retry-type": "returned", "x-delayed-retry-min": 5000 },
    });
    assert.match(text(await effects(delayed, "browse")), /delays what is put back.*5000 ms or more/);
    assert.match(text(await effects(delayed, "consume")), /delays what is put back/);
    const failed = await broker("4.3.0", {
      ...quorum,
      effective_policy_definition: { "delayed-retry-type": "failed" },
    });
    assert.doesNotMatch(text(await effects(failed, "browse")), /delays/);
  });

  it("4.1: a classic queue and a stream count nothing", async () => {
    for (const type of ["classic", "stream"]) {
      const topology = await broker("4.1.5", { ...definition, type, arguments: { "x-queue-type": type } });
      const all = await effects(topology, "browse", { deliveries: 19 });
      assert.ok(all.every(({ left }) => left === undefined));
    }
  });
});

/** What is known without statistics: the counts of a passive declaration. */
function admin(version: string): Admin {
  const channel = {
    connection: { serverProperties: { version } },
    checkQueue: async (queue: string) => ({ queue, messageCount: 3, consumerCount: 0 }),
  };
  return { withScratchChannel: async (_vhost, use) => use(channel as unknown as Channel) };
}
