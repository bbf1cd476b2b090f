import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server } from "node:net";
import type { Channel } from "amqplib";
import { BrokerError } from "../../src/broker/errors.ts";
import type { Node } from "../../src/broker/contract.ts";
import { checkManagement, Management, type ManagementOptions } from "../../src/drivers/rabbitmq/management.ts";
import { createTopology } from "../../src/drivers/rabbitmq/topology.ts";
import type { Admin, Topology } from "../../src/drivers/rabbitmq/topologyContract.ts";
import {
  overview,
  startFakeManagement,
  usualAnswers,
  type FakeAnswer,
  type FakeManagement,
  type FakeRequest,
} from "../support/fakeManagement.ts";
import { selfSigned } from "../support/testCertificates.ts";

const password = "s3cret-pässword";
const never = new AbortController().signal;

describe("RabbitMQ management API", () => {
  const toClose: { close(): unknown }[] = [];

  afterEach(async () => {
    for (const each of toClose.splice(0).reverse()) await each.close();
  });

  async function serve(
    answer: (path: string, request: FakeRequest) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>,
    tls?: Parameters<typeof startFakeManagement>[1],
  ): Promise<FakeManagement> {
    const server = await startFakeManagement(answer, tls);
    toClose.push(server);
    return server;
  }

  function client(url: string, options: Partial<ManagementOptions> = {}): Management {
    const management = new Management({ url, user: "anna", password, ...options });
    toClose.push(management);
    return management;
  }

  /** What a failing request says. */
  async function failure(work: Promise<unknown>): Promise<BrokerError> {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof BrokerError, `not a BrokerError: ${String(error)}`);
      for (const secret of [
        password,
        Buffer.from(`anna:${password}`).toString("base64"),
        encodeURIComponent(password),
      ]) {
        assert.ok(
          !`${error.message} ${String(error.cause)} ${error.stack ?? ""}`.includes(secret),
          "a secret is in the error",
        );
      }
      return error;
    }
    assert.fail("it did not fail");
  }

  describe("a request", () => {
    it("logs in, keeps its sockets, and reads packed answers below a path prefix", async () => {
      const server = await serve(() => ({ json: { fine: true }, headers: { "content-encoding": "gzip" } }));
      const management = client(`${server.url}/rabbit/`);
      for (let i = 0; i < 3; i++) assert.deepEqual(await management.getRecord("overview"), { fine: true });
      assert.equal(server.requests[0]?.url, "/rabbit/api/overview");
      assert.equal(server.requests[0].authorization, `Basic ${Buffer.from(`anna:${password}`).toString("base64")}`);
      assert.equal(new Set(server.requests.map(({ port }) => port)).size, 1);
    });

    it("takes the address of the API, or one with credentials, for what was meant", async () => {
      const server = await serve(() => ({ json: {} }));
      const management = client(`http://eve:other@127.0.0.1:${server.port}/api/?x=1#top`);
      await management.getRecord("overview");
      assert.equal(server.requests[0]?.url, "/api/overview");
      assert.equal(management.url, `http://127.0.0.1:${server.port}`);
      assert.ok(server.requests[0].authorization?.includes(Buffer.from(`anna:${password}`).toString("base64")));
    });

    it("has at most eight on their way", async () => {
      let release = (): void => undefined;
      const full = new Promise<void>((resolve) => (release = resolve));
      const server = await serve(async () => {
        if (server.most() === 8) release();
        await full;
        return { json: {} };
      });
      const management = client(server.url);
      await Promise.all(Array.from({ length: 40 }, () => management.getRecord("overview")));
      assert.equal(server.most(), 8);
    });

    it("asks again when a kept socket was closed meanwhile", async () => {
      const server = await serve(() => ({ json: {} }));
      const management = client(server.url);
      await management.getRecord("overview");
      server.dropIdle();
      await management.getRecord("overview");
      assert.equal(server.requests.length, 2);
    });

    it("ends when it is cancelled, and when the session closes", async () => {
      const server = await serve(() => ({ manner: "hang" }));
      const cancel = new AbortController();
      const management = client(server.url);
      const first = failure(management.getRecord("overview", { signal: cancel.signal }));
      cancel.abort();
      assert.equal((await first).kind, "closed");
      const second = failure(management.getRecord("overview"));
      management.close();
      assert.equal((await second).kind, "closed");
      assert.equal((await failure(management.getRecord("overview"))).kind, "closed");
    });
  });

  describe("a failure is a sentence", () => {
    const cases: readonly (readonly [name: string, answer: FakeAnswer, kind: string, sentence: RegExp])[] = [
      [
        "a wrong password",
        { status: 401, json: { error: "not_authorized", reason: "Login failed" } },
        "refused",
        /refused the login of “anna”/,
      ],
      ["a proxy's own login", { status: 401, body: "<html>no</html>" }, "refused", /refused the login/],
      [
        "a user without the tag",
        { status: 401, json: { error: "not_authorised", reason: "Not management user" } },
        "denied",
        /needs the tag “management”/,
      ],
      [
        "the same of later versions",
        { status: 401, json: { error: "not_authorized", reason: "Not_Management_User" } },
        "denied",
        /needs the tag “management”/,
      ],
      [
        "a vhost that is closed to the user",
        { status: 401, json: { error: "not_authorised", reason: "User not authorised to access virtual host" } },
        "denied",
        /does not permit this to “anna”: User not authorised/,
      ],
      ["something forbidden", { status: 403, json: { error: "forbidden", reason: "no" } }, "denied", /does not permit/],
      [
        "something gone",
        { status: 404, json: { error: "Object Not Found", reason: "Not Found" } },
        "missing",
        /does not know that/,
      ],
      [
        "another web server",
        { status: 404, body: "<html>nginx</html>" },
        "unsupported",
        /not a RabbitMQ management API/,
      ],
      [
        "a page instead of data",
        { body: "<!doctype html><title>Hello</title>" },
        "unsupported",
        /not a RabbitMQ management API/,
      ],
      ["other data", { json: "hello" }, "unsupported", /not a RabbitMQ management API/],
      ["a list where one is expected", { json: [{}] }, "unsupported", /not a RabbitMQ management API/],
      ["nothing", { body: "" }, "unsupported", /not a RabbitMQ management API/],
      ["a broker that starts", { status: 503, body: "starting" }, "unreachable", /not available now \(HTTP 503\)/],
      ["a proxy without its broker", { status: 502, body: "" }, "unreachable", /not available now \(HTTP 502\)/],
      [
        "an error of the server",
        { status: 500, json: { error: "oh", reason: "x".repeat(5000) } },
        "unreachable",
        /HTTP 500: x{200}…$/,
      ],
      [
        "a request it does not like",
        { status: 400, json: { error: "bad_request", reason: "not_like_that" } },
        "invalid",
        /HTTP 400: not_like_that/,
      ],
      [
        "an answer that breaks off",
        { json: { long: "x".repeat(1000) }, manner: "cut", headers: { "content-length": "5000" } },
        "unreachable",
        /closed without an answer|Cannot reach/,
      ],
      [
        "a packed answer that breaks off",
        { json: { long: "x".repeat(1000) }, manner: "cut", headers: { "content-encoding": "gzip" } },
        "unreachable",
        /Cannot reach|closed/,
      ],
      [
        "an answer that is not packed as it says",
        { body: Buffer.from("no gzip"), headers: { "content-encoding": "identity, gzip" } },
        "unsupported",
        /not a RabbitMQ management API/,
      ],
    ];
    for (const [name, answer, kind, sentence] of cases) {
      it(name, async () => {
        const server = await serve(() => answer);
        const error = await failure(client(server.url).getRecord("overview"));
        assert.match(error.message, sentence);
        assert.equal(error.kind, kind);
      });
    }

    it("a redirect, which is not followed and shown without its secrets", async () => {
      const location = "https://user:hidden@other.example.com/rabbit/api/overview?token=hidden";
      const server = await serve(() => ({ status: 301, headers: { location } }));
      const error = await failure(client(server.url).getRecord("overview"));
      assert.match(error.message, /sends us to https:\/\/other\.example\.com\/rabbit/);
      assert.ok(!error.message.includes("hidden"));
      assert.equal(server.requests.length, 1);
    });

    it("no answer in time", async () => {
      const server = await serve(() => ({ manner: "hang" }));
      const error = await failure(client(server.url, { timeout: 50 }).getRecord("overview"));
      assert.match(error.message, /did not answer within 0\.05 s/);
      assert.equal(error.kind, "unreachable");
    });

    it("an answer that is too large, packed or not", async () => {
      for (const headers of [{}, { "content-encoding": "gzip" }]) {
        const server = await serve(() => ({ json: { much: "x".repeat(3 * 1024 * 1024) }, headers }));
        const error = await failure(client(server.url, { maxBytes: 1024 * 1024 }).getRecord("overview"));
        assert.match(error.message, /larger than 1 MiB/);
      }
    });

    it("nobody there, an unknown host, no URL", async () => {
      const server = await serve(() => ({}));
      await server.close();
      assert.match((await failure(client(server.url).getRecord("overview"))).message, /connection refused/);
      assert.match((await failure(client("http://nowhere.invalid:1").getRecord("overview"))).message, /unknown host/);
      for (const url of ["", "localhost:15672", "amqp://localhost", "http://"]) {
        assert.throws(
          () => new Management({ url, user: "anna", password }),
          (error: BrokerError) => error.kind === "invalid",
        );
      }
    });

    it("the AMQP port, or one that closes at once", async () => {
      for (const [says, sentence] of [
        ["AMQP\0\0\x09\x01", /not in HTTP/],
        ["", /closed without an answer/],
      ] as const) {
        const server = await serveRaw(says);
        assert.match((await failure(client(server).getRecord("overview"))).message, sentence);
      }
    });

    async function serveRaw(says: string): Promise<string> {
      const server: Server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end(says));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      toClose.push({ close: () => server.close() });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
  });

  describe("TLS", () => {
    const fine = (): FakeAnswer => ({ json: { fine: true } });
    const serverName = "broker.test";

    it("does not trust a certificate that nobody signed", async () => {
      const { url } = await serve(fine, selfSigned);
      for (const tls of [undefined, { verify: true }]) {
        const error = await failure(client(url, tls ? { tls } : {}).getRecord("overview"));
        assert.match(error.message, /not issued by an authority that is trusted here/);
        assert.equal(error.kind, "refused");
      }
    });

    it("trusts it with its CA and its name, or when verification is off", async () => {
      const { url } = await serve(fine, selfSigned);
      const ca = selfSigned.cert;
      assert.deepEqual(await client(url, { tls: { ca, serverName, verify: true } }).getRecord("overview"), {
        fine: true,
      });
      assert.deepEqual(await client(url, { tls: { verify: false } }).getRecord("overview"), { fine: true });
      const error = await failure(client(url, { tls: { ca, verify: true } }).getRecord("overview"));
      assert.match(error.message, /is for another name/);
    });

    it("shows a client certificate to a server that wants one", async () => {
      const { cert, key } = selfSigned;
      const { url } = await serve(fine, { ...selfSigned, ca: cert, requestCert: true });
      const ca = cert;
      await client(url, { tls: { ca, cert, key, serverName, verify: true } }).getRecord("overview");
      assert.match(
        (await failure(client(url, { tls: { ca, serverName, verify: true } }).getRecord("overview"))).message,
        /TLS|closed/,
      );
    });

    it("says so when a file is no certificate, or the port speaks no TLS", async () => {
      const { url } = await serve(fine, selfSigned);
      const error = await failure(
        client(url, { tls: { cert: "nonsense", key: "nonsense", verify: true } }).getRecord("overview"),
      );
      assert.match(error.message, /cannot be used/);
      const plain = await serve(fine);
      const wrong = await failure(client(plain.url.replace("http:", "https:")).getRecord("overview"));
      assert.match(wrong.message, /speaks no TLS: use http/);
    });
  });

  describe("the connection test", () => {
    it("names the broker, its cluster and who we are", async () => {
      const { url } = await serve((path) => usualAnswers[path]);
      const check = await checkManagement({ management: url, user: "guest", password }, never);
      assert.deepEqual(check, {
        name: "Management API",
        ok: true,
        sentence: "RabbitMQ 3.10.8, cluster rabbit@shop, logged in as guest (administrator).",
      });
    });

    it("says what is wrong, and never rejects", async () => {
      const { url } = await serve(() => ({ json: { hello: "world" } }));
      const login = { user: "guest", password };
      const check = await checkManagement({ management: url, ...login }, never);
      assert.equal(check.ok, false);
      assert.match(check.sentence, /not a RabbitMQ management API/);
      assert.match(
        (await checkManagement({ management: "nonsense", ...login }, never)).sentence,
        /not an http or https address/,
      );
      assert.match((await checkManagement({ management: url, ...login }, AbortSignal.abort())).sentence, /cancelled/);
    });
  });

  describe("the tree", () => {
    const queues: Node = { id: "f:%2F:queues", kind: "queues", name: "Queues", verbs: ["create"], expandable: true };

    async function topology(
      answer: (path: string, request: FakeRequest) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>,
      counts: Readonly<Record<string, number>> = {},
    ): Promise<{ readonly topology: Topology; readonly server: FakeManagement }> {
      const server = await serve((path, request) => answer(path, request) ?? usualAnswers[path]);
      const made = createTopology({
        management: server.url,
        user: "anna",
        password,
        vhost: "/",
        pins: [{ parent: queues.id, name: "orders" }],
        admin: fakeAdmin(counts),
      });
      toClose.push(made);
      await made.start(never);
      return { topology: made, server };
    }

    it("goes on without the management API when it refuses, says why, and finds it when it is there later", async () => {
      let ready = false;
      const refused = { status: 401, json: { error: "not_authorised", reason: "Not management user" } };
      const { topology: tree } = await topology(
        (path) =>
          ready ? (path === "/api/vhosts" ? { json: [{ name: "/" }, { name: "shop" }] } : undefined) : refused,
        { orders: 3 },
      );
      assert.match(tree.limits.join(" "), /needs the tag “management”/);
      const top = await tree.list(undefined, {});
      assert.deepEqual(
        top.items.map(({ name }) => name),
        ["/"],
      );
      assert.match(top.notice ?? "", /needs the tag “management”/);
      const [orders] = (await tree.list(queues, {})).items;
      assert.equal(orders?.detail, "3 ready");
      ready = true;
      assert.equal((await tree.list(undefined, {})).items.length, 1);
      assert.deepEqual(
        (await tree.list(undefined, { fresh: true })).items.map(({ name }) => name),
        ["/", "shop"],
      );
      assert.deepEqual(tree.limits, []);
    });

    it("shares one request among those who list at once, and asks again only when told to", async () => {
      const { topology: tree, server } = await topology((path) =>
        path === "/api/queues/%2F" ? { json: [{ name: "b" }, { name: "a" }] } : undefined,
      );
      const asked = (): number => server.requests.filter(({ url }) => url.startsWith("/api/queues")).length;
      const lists = await Promise.all([
        tree.list(queues, {}),
        tree.list(queues, { filter: "A" }),
        tree.list(queues, { fresh: true }),
      ]);
      assert.deepEqual(
        lists.map(({ items }) => items.map(({ name }) => name)),
        [["a", "b"], ["a"], ["a", "b"]],
      );
      await tree.list(queues, { filter: "b" });
      assert.equal(asked(), 1);
      await tree.list(queues, { fresh: true });
      assert.equal(asked(), 2);
    });

    it("asks again after a failure", async () => {
      let fails = true;
      const { topology: tree } = await topology((path) =>
        path === "/api/queues/%2F" ? (fails ? { status: 503, body: "" } : { json: [{ name: "a" }] }) : undefined,
      );
      await assert.rejects(tree.list(queues, {}), { kind: "unreachable" });
      fails = false;
      assert.equal((await tree.list(queues, {})).items.length, 1);
    });

    it("survives answers with holes and other types", async () => {
      const odd = [
        { name: "a", arguments: [], messages_ready: "many", consumer_details: null, members: 5 },
        { nothing: 1 },
        { name: 7 },
      ];
      const { topology: tree } = await topology((path) => {
        if (path === "/api/queues/%2F") return { json: odd };
        if (path === "/api/queues/%2F/a") return { json: odd[0] };
        return path === "/api/queues/%2F/a/bindings" ? { json: [{ source: 1 }] } : undefined;
      });
      const { items } = await tree.list(queues, {});
      assert.deepEqual(
        items.map(({ name, variant }) => [name, variant]),
        [["a", "classic"]],
      );
      assert.deepEqual((await tree.list(items[0], {})).items, []);
    });

    it("sorts by depth on a broker that does not know how to total", async () => {
      const counted = [
        { name: "a", messages_ready: 1, messages_unacknowledged: 0 },
        { name: "b", messages_ready: 2, messages_unacknowledged: 3 },
        { name: "c" },
      ];
      const { topology: tree, server } = await topology((path, { url }) => {
        if (path !== "/api/queues/%2F") return undefined;
        return { json: url.includes("enable_queue_totals") ? counted.map(({ name }) => ({ name })) : counted };
      });
      const list = await tree.list(queues, { sort: "depth" });
      assert.deepEqual(
        list.items.map(({ name }) => name),
        ["b", "a", "c"],
      );
      assert.deepEqual(
        list.items.map(({ counts }) => counts?.ready),
        [2, 1, undefined],
      );
      await tree.list(queues, { sort: "depth", filter: "a" });
      assert.equal(server.requests.filter(({ url }) => url.startsWith("/api/queues")).length, 2);
    });

    it("takes current counts from AMQP, unacked ones from the statistics, and leaves an expiring queue alone", async () => {
      const known: Record<string, object> = {
        plain: { name: "plain", state: "running", messages_ready: 9, messages_unacknowledged: 2, consumers: 1 },
        expiring: {
          name: "expiring",
          state: "running",
          messages_ready: 9,
          messages_unacknowledged: 0,
          consumers: 0,
          arguments: { "x-expires": 1000 },
        },
        byPolicy: {
          name: "byPolicy",
          state: "running",
          messages_ready: 9,
          messages_unacknowledged: 0,
          consumers: 0,
          effective_policy_definition: { expires: 1000 },
        },
        exclusive: {
          name: "exclusive",
          state: "running",
          messages_ready: 9,
          messages_unacknowledged: 0,
          consumers: 0,
          exclusive: true,
        },
        down: { name: "down", state: "down" },
      };
      const { topology: tree } = await topology(
        (path) => {
          const name = /^\/api\/queues\/%2F\/(.+)$/.exec(path)?.[1] ?? "";
          return known[name] ? { json: known[name] } : undefined;
        },
        { plain: 4, expiring: 4, byPolicy: 4, exclusive: 4, down: 4, gone: 4 },
      );
      const nodes = [...Object.keys(known), "gone"].map((name): Node => ({
        id: `q:%2F:${name}`,
        kind: "queue",
        name,
        verbs: [],
        expandable: true,
      }));
      const now = await tree.refresh(nodes);
      assert.deepEqual(
        now.map(({ name, detail, warning }) => [name, detail, warning]),
        [
          ["plain", "4 ready · 2 unacked", undefined],
          ["expiring", "9 ready", undefined],
          ["byPolicy", "9 ready", undefined],
          ["exclusive", "9 ready", undefined],
          ["down", "depth not known yet", "down"],
        ],
      );
    });

    it("says what a user with fewer rights does not see", async () => {
      const { topology: tree } = await topology((path) =>
        path === "/api/whoami" ? { json: { name: "anna", tags: "management" } } : undefined,
      );
      assert.match(tree.limits.join(" "), /“anna” sees only the virtual hosts that it may use/);
    });

    it("says that statistics are off", async () => {
      const { topology: tree } = await topology((path) =>
        path === "/api/overview" ? { json: { ...overview, disable_stats: true } } : undefined,
      );
      assert.match(tree.limits.join(" "), /does not collect statistics/);
    });

    it("closes while something runs, without waiting for it", async () => {
      const { topology: tree } = await topology((path) =>
        path === "/api/queues/%2F" ? { manner: "hang" } : undefined,
      );
      const list = failure(tree.list(queues, {}));
      await tree.close();
      assert.equal((await list).kind, "closed");
    });
  });
});

/** Passive declarations that answer with these counts; another name is missing. */
function fakeAdmin(counts: Readonly<Record<string, number>>): Admin {
  const channel = {
    checkQueue: async (queue: string) => {
      const messageCount = counts[queue];
      if (messageCount === undefined) throw new BrokerError("missing", `no queue ${queue}`);
      return { queue, messageCount, consumerCount: 0 };
    },
  };
  return { withScratchChannel: async (_vhost, use) => use(channel as unknown as Channel) };
}
