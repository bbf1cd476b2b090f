import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { startActivemq } from "../../scripts/activemqNode.ts";
import type { ActivemqServer } from "../../scripts/activemqServer.ts";
import { startArtemis } from "../../scripts/artemisNode.ts";
import type { Node, Receipt, Session, Target } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/activemq/index.ts";
import { activemqTarget } from "./activemqStage.ts";
import { bodyText, draft, eventually, find, fresh, Reader, rejectsWith, tags } from "./conformanceSupport.ts";

for (const [name, start, scheme, deadLetters] of [
  ["ActiveMQ Classic", startActivemq, "activemq", "ActiveMQ.DLQ"],
  ["ActiveMQ Artemis", startArtemis, "artemis", "DLQ"],
] as const) {
  describe(`${name} beyond the contract`, () => {
    let broker: ActivemqServer;
    let session: Session;
    before(async function () {
      this.timeout(90_000);
      broker = await start();
      session = await connect(activemqTarget(broker));
    });
    after(async () => {
      await session.close();
      await broker.stop();
    });

    it("says which broker it is, whatever the scheme promised", async () => {
      const other = scheme === "artemis" ? "activemq" : "artemis";
      const uri = `${other}://admin@127.0.0.1:${String(broker.amqpPort)}`;
      const own = await connect(activemqTarget(broker, { uri, admin: new URL(broker.adminUrl).origin }));
      assert.equal(own.info.product, name);
      assert.ok(own.info.version);
      assert.deepEqual(own.info.limits, []);
      await own.close();
    });

    it("sends dead letters back to where they came from", async () => {
      const queue = await makeQueue(session);
      for (const body of ["a", "b"]) await published(session.publish(queue, draft(body)));
      const subscription = await session.watch(queue, { mode: "consume", window: 10 });
      const got = await new Reader(subscription).take(2);
      await subscription.settle(tags(got), "reject");
      await subscription.close();
      await eventually(
        async () => (await find(session, ["queues"], "queue", deadLetters)).variant,
        "dead-letters",
        "the mark",
      );
      const [now] = await session.refresh([await find(session, ["queues"], "queue", deadLetters)]);
      assert.ok(now);
      assert.ok(now.verbs.includes("retry"), JSON.stringify(now));
      const { sentence } = await session.act(now, "retry", "retry", {});
      assert.match(sentence, /^2 messages/);
      await eventually(async () => (await session.refresh([queue]))[0]?.counts?.ready, 2, "messages that came back");
    });

    it("holds a message back until its time", async () => {
      const queue = await makeQueue(session);
      await published(session.publish(queue, draft("later", { properties: { deliveryDelay: "600" } })));
      const subscription = await session.watch(queue, { mode: "consume", window: 1 });
      const reader = new Reader(subscription);
      assert.deepEqual(await reader.takeAll(200), []);
      assert.deepEqual((await reader.take(1)).map(bodyText), ["later"]);
      await subscription.close();
    });

    it("lets through only what a selector matches", async () => {
      const queue = await makeQueue(session);
      for (const region of ["us", "eu"]) {
        const headers = [{ name: "region", value: { type: "string", value: region } as const }];
        await published(session.publish(queue, draft(region, { headers })));
      }
      const values = { selector: "region = 'eu'" };
      const browse = await session.watch(queue, { mode: "browse", window: 10, values });
      assert.deepEqual((await new Reader(browse).rest()).map(bodyText), ["eu"]);
      await browse.close();
    });

    it("takes what its own command line sends, and sends what that takes", async function () {
      this.timeout(60_000);
      const queue = await makeQueue(session);
      await broker.cli(
        "producer",
        "--destination",
        `queue://${queue.name}`,
        "--message",
        "from outside",
        ...(scheme === "artemis" ? ["--message-count", "3"] : ["--messageCount", "3"]),
      );
      const subscription = await session.watch(queue, { mode: "consume", window: 10 });
      const got = await new Reader(subscription).take(3);
      assert.ok(
        got.every((each) => bodyText(each).includes("from outside") && each.properties["bodyType"] === "text"),
        JSON.stringify(got.map(bodyText)),
      );
      await subscription.settle(tags(got), "ack");
      await subscription.close();
      for (const body of ["ours", "too"])
        await published(session.publish(queue, draft(body, { properties: { bodyType: "text" } })));
      await broker.cli(
        "consumer",
        "--destination",
        `queue://${queue.name}`,
        ...(scheme === "artemis" ? ["--message-count", "2", "--verbose"] : ["--messageCount", "2"]),
      );
      await eventually(async () => (await session.refresh([queue]))[0]?.counts?.ready, 0, "messages left");
    });

    it("lists many queues by pages, sorted as people read", async function () {
      this.timeout(60_000);
      const list = Array.from({ length: 600 }, (_, at) => `many.${String(at)}`);
      for (let from = 0; from < list.length; from += 300) {
        await broker.jolokia(list.slice(from, from + 300).map((queue) => createRequest(scheme, queue)));
      }
      const folder = await queuesFolder(session);
      const first = await session.list(folder, { fresh: true, filter: "MANY." });
      assert.equal(first.items.length, 500);
      assert.equal(first.total, 600);
      const names: string[] = first.items.map((node) => node.name);
      for (let page = first.next; page !== undefined;) {
        const more = await session.list(folder, { filter: "many.", page });
        names.push(...more.items.map((node) => node.name));
        page = more.next;
      }
      assert.deepEqual(names, list, "each once, 2 before 10");
    });

    describe("without Jolokia", () => {
      const servers: Server[] = [];
      after(() => {
        for (const server of servers) server.close();
      });

      for (const [what, status, type, body, says] of [
        ["answers 403", 403, "text/plain", "no", /403/],
        ["answers a page", 200, "text/html", "<html>log in</html>", /not Jolokia/],
        ["refuses the login", 401, "text/plain", "", /login/],
      ] as const) {
        it(`works with names that are pinned: it ${what}`, async () => {
          const server = createServer((_, response) => response.writeHead(status, { "content-type": type }).end(body));
          servers.push(server);
          await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
          const admin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
          const { name: pinned } = await makeQueue(session);
          const own = await connect(activemqTarget(broker, { admin, pins: [{ parent: "queues", name: pinned }] }));
          assert.match(own.info.limits.join(" "), says);
          const top = await own.list(undefined);
          assert.match(top.notice ?? "", says);
          const node = await find(own, ["queues"], "queue", pinned);
          await published(own.publish(node, draft("x")));
          const browse = await own.watch(node, { mode: "browse", window: 10 });
          assert.deepEqual((await new Reader(browse).rest()).map(bodyText), ["x"]);
          await browse.close();
          const folder = await queuesFolder(own);
          await own.act(folder, "pin", "pin", { name: "another" });
          assert.ok((await own.list(folder)).items.some((each) => each.name === "another"));
          await own.close();
          const checks = await driver.check(activemqTarget(broker, { admin }), AbortSignal.timeout(20_000));
          assert.deepEqual(
            checks.map(({ ok }) => ok),
            [true, false],
          );
        });
      }
    });

    it("loses nothing that was confirmed, and nothing that is unsettled, when the broker is killed", async function () {
      this.timeout(120_000);
      const queue = await makeQueue(session);
      const own = await connect(activemqTarget(broker));
      const consumer = await session.watch(queue, { mode: "consume", window: 5 });
      const receipts: Promise<Receipt>[] = [];
      for (let at = 0; at < 800; at++) receipts.push(own.publish(queue, draft(String(at))));
      await Promise.race(receipts.slice(300, 301));
      await broker.kill();
      const outcomes = await Promise.allSettled(receipts);
      const confirmed = outcomes.flatMap((each, at) =>
        each.status === "fulfilled" && each.value.outcome === "routed" ? [String(at)] : [],
      );
      assert.ok(confirmed.length > 0);
      await Promise.all([consumer.close(), own.close(), session.close()]);
      await broker.start();
      session = await connect(activemqTarget(broker));
      const all = await session.watch(queue, { mode: "consume", window: 5000, untilEmpty: true });
      const there = new Set((await new Reader(all).rest()).map(bodyText));
      await all.close();
      assert.deepEqual(
        confirmed.filter((body) => !there.has(body)),
        [],
        "confirmed and lost",
      );
    });
  });
}

describe("ActiveMQ at a port that is none", () => {
  it("says what answers there instead", async () => {
    const http = createServer((_, response) => response.end());
    const rabbit = createTcpServer((socket) =>
      socket.on("data", () => socket.end("AMQP\0\0\x09\x01")).on("error", () => undefined),
    );
    const openWire = createTcpServer((socket) => {
      socket.on("error", () => undefined).write(Buffer.from("\0\0\0\x30\x01ActiveMQ\0\0\0\x0c", "latin1"));
    });
    for (const [server, says] of [
      [http, /HTTP/],
      [rabbit, /0-9-1/],
      [openWire, /OpenWire/],
    ] as const) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const target = {
        uri: `activemq://admin@127.0.0.1:${String(port)}?connection_timeout=2000`,
        password: "x",
        admin: "",
        pins: [],
      };
      const error = await rejectsWith(driver.connect(target, AbortSignal.timeout(20_000)), "unreachable");
      assert.match(error.message, says);
      server.close();
    }
    const nobody = { uri: "artemis://admin@127.0.0.1:1", password: "x", admin: "", pins: [] };
    assert.match(
      (await rejectsWith(driver.connect(nobody, AbortSignal.timeout(20_000)), "unreachable")).message,
      /refused/,
    );
  });
});

function connect(target: Target): Promise<Session> {
  return driver.connect(target, AbortSignal.timeout(20_000));
}

async function queuesFolder(session: Session): Promise<Node> {
  const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "queues");
  assert.ok(folder);
  return folder;
}

async function makeQueue(session: Session): Promise<Node> {
  const { node } = await session.act(await queuesFolder(session), "create", "queue", { name: fresh("queue") });
  assert.ok(node);
  return node;
}

async function published(receipt: Promise<Receipt>): Promise<void> {
  assert.equal((await receipt).outcome, "routed");
}

function createRequest(scheme: "activemq" | "artemis", name: string): object {
  return scheme === "activemq"
    ? {
        type: "exec",
        mbean: "org.apache.activemq:type=Broker,brokerName=localhost",
        operation: "addQueue(java.lang.String)",
        arguments: [name],
      }
    : {
        type: "exec",
        mbean: 'org.apache.activemq.artemis:broker="artemis"',
        operation: "createQueue(java.lang.String)",
        arguments: [JSON.stringify({ name, address: name, "routing-type": "ANYCAST" })],
      };
}
