import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import type { Target } from "../../src/broker/contract.ts";
import type { BrokerError, BrokerErrorKind } from "../../src/broker/errors.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import {
  closedPort,
  startAnsweringServer,
  startFakeServer,
  startProxy,
  startRefusingServer,
  startSilentServer,
  type FakeServer,
} from "../support/fakeAmqpServer.ts";
import { startRabbitmq, type RabbitmqServer } from "../support/rabbitmqServer.ts";
import { authority, clientCertificate, clientKey, serverCertificate, serverKey } from "../support/testCertificates.ts";
import { rejectsWith } from "./conformanceSupport.ts";

describe("connecting to what is not quite a RabbitMQ", () => {
  const servers: FakeServer[] = [];
  const use = async (server: Promise<FakeServer>): Promise<number> => {
    const started = await server;
    servers.push(started);
    return started.port;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  const cases: readonly {
    readonly name: string;
    readonly port: () => Promise<number>;
    readonly says: RegExp;
    readonly query?: string;
  }[] = [
    { name: "nobody listens", port: closedPort, says: /connection refused/ },
    {
      name: "the server never answers",
      port: () => use(startSilentServer()),
      says: /did not answer within 1 s/,
      query: "?connection_timeout=300",
    },
    {
      name: "the server hangs up",
      port: () => use(startRefusingServer()),
      says: /closed the connection before the login/,
    },
    {
      name: "the server hangs up before anything was said",
      port: () => use(startFakeServer((socket) => socket.destroy())),
      says: /closed the connection before the login/,
    },
    {
      name: "an HTTP server answers 401",
      port: () => use(startAnsweringServer("HTTP/1.1 401 Unauthorized\r\n\r\n")),
      says: /HTTP port/,
    },
    {
      name: "a server of another protocol version answers",
      port: () => use(startAnsweringServer(Buffer.from("AMQP\x00\x01\x00\x00"))),
      says: /./,
    },
    {
      name: "a frame is cut in the middle",
      port: () => use(startAnsweringServer(Buffer.from([1, 0, 0, 0, 0, 1, 0, 0, 10, 0, 10]))),
      says: /./,
    },
  ];
  for (const { name, port, says, query = "" } of cases) {
    it(`says so when ${name}`, async () => {
      const uri = `amqp://me@127.0.0.1:${String(await port())}${query}`;
      const error = await rejectsWith(
        driver.connect({ uri, password: "s3cret", admin: "", pins: [] }, AbortSignal.timeout(15_000)),
        "unreachable",
      );
      assert.match(error.message, says);
      assert.ok(!error.message.includes("s3cret"));
    });
  }

  it("survives any bytes", async () => {
    for (let round = 0; round < 20; round++) {
      const bytes = randomBytes(randomInt(1, 300));
      const port = await use(startAnsweringServer(bytes));
      const target = { uri: `amqp://127.0.0.1:${String(port)}?connection_timeout=500`, admin: "", pins: [] };
      try {
        await rejectsWith(driver.connect(target, AbortSignal.timeout(15_000)), "unreachable", "refused");
      } catch (error) {
        throw new Error(`with the bytes ${bytes.toString("hex")}`, { cause: error });
      }
    }
  });

  it("says so when the host is unknown", async () => {
    const error = await rejectsWith(
      driver.connect({ uri: "amqp://no-such-host.invalid", admin: "", pins: [] }, AbortSignal.timeout(15_000)),
      "unreachable",
    );
    assert.match(error.message, /No machine is known by the name in no-such-host\.invalid:5672/);
  });

  it("stops at once when it is cancelled", async () => {
    const port = await use(startSilentServer());
    const stop = new AbortController();
    const connecting = driver.connect({ uri: `amqp://127.0.0.1:${String(port)}`, admin: "", pins: [] }, stop.signal);
    const began = Date.now();
    setTimeout(() => {
      stop.abort();
    }, 50);
    await rejectsWith(connecting, "closed");
    assert.ok(Date.now() - began < 2000);
  });
});

describe("connecting to a RabbitMQ", function () {
  let broker: RabbitmqServer;
  const proxies: FakeServer[] = [];
  before(async function () {
    this.timeout(90_000);
    broker = await startRabbitmq();
  });
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  after(async function () {
    this.timeout(30_000);
    await broker.stop();
  });

  const attempt = async (target: Partial<Target> & { readonly uri: string }): Promise<void> => {
    const session = await driver.connect(
      { password: "guest", admin: "", pins: [], ...target },
      AbortSignal.timeout(15_000),
    );
    assert.equal(session.info.product, "RabbitMQ");
    await session.close();
  };
  const refuses = async (
    target: Partial<Target> & { readonly uri: string },
    kind: BrokerErrorKind,
    says: RegExp,
  ): Promise<BrokerError> => {
    const error = await rejectsWith(attempt(target), kind);
    assert.match(error.message, says);
    return error;
  };
  const at = (port: number, rest = ""): string => `amqp://guest@127.0.0.1:${String(port)}${rest}`;

  it("tells a wrong password from a missing and a forbidden virtual host", async () => {
    await broker.api("PUT", "/api/vhosts/closed");
    await broker.api("PUT", "/api/users/stranger", { password: "p", tags: "" });
    const error = await refuses(
      { uri: at(broker.amqpPort), password: "s3cret" },
      "refused",
      /refused the login of “guest”/,
    );
    assert.ok(!error.message.includes("s3cret"));
    await refuses({ uri: at(broker.amqpPort, "/nowhere%2F1") }, "refused", /no virtual host “nowhere\/1”/);
    const stranger = `amqp://stranger@127.0.0.1:${String(broker.amqpPort)}/closed`;
    await refuses(
      { uri: stranger, password: "p" },
      "refused",
      /“stranger” has no permission for the virtual host “closed”/,
    );
    await attempt({ uri: at(broker.amqpPort, "/closed") });
  });

  it("recognises the port of the management API", async () => {
    await refuses({ uri: at(broker.httpPort) }, "unreachable", /HTTP port/);
  });

  it("tries several hosts in their order", async () => {
    const closed = await closedPort();
    await attempt({ uri: `amqp://guest@127.0.0.1:${String(closed)},127.0.0.1:${String(broker.amqpPort)}` });
    await refuses(
      { uri: `amqp://guest@127.0.0.1:${String(closed)},localhost:${String(closed)}` },
      "unreachable",
      /None of the hosts/,
    );
  });

  it("tells which of the two parts of a connection failed", async () => {
    const closed = await closedPort();
    const target = { uri: at(broker.amqpPort), password: "guest", pins: [] };
    const [amqp, management] = await driver.check(
      { ...target, admin: `http://127.0.0.1:${String(closed)}` },
      AbortSignal.timeout(15_000),
    );
    assert.deepEqual([amqp?.name, amqp?.ok, management?.ok], ["AMQP", true, false], JSON.stringify([amqp, management]));
    const [other, fine] = await driver.check(
      { ...target, uri: at(closed), admin: broker.adminUrl },
      AbortSignal.timeout(15_000),
    );
    assert.deepEqual([other?.ok, fine?.ok], [false, true], JSON.stringify([other, fine]));
    assert.equal(
      (await driver.check({ ...target, admin: "" }, AbortSignal.timeout(15_000))).length,
      1,
      "none, do not try",
    );
  });

  describe("with TLS", () => {
    const tlsPort = async (more: { readonly requestCert?: boolean } = {}): Promise<number> => {
      const options = { cert: serverCertificate, key: serverKey, ca: authority, rejectUnauthorized: true, ...more };
      const proxy = await startProxy(broker.amqpPort, options);
      proxies.push(proxy);
      return proxy.port;
    };
    const secure = (port: number, host = "localhost"): string => `amqps://guest@${host}:${String(port)}`;

    it("trusts the given authority and no other", async () => {
      const port = await tlsPort();
      await refuses({ uri: secure(port) }, "refused", /not issued by an authority that is trusted/);
      await attempt({ uri: secure(port), tls: { ca: authority, verify: true } });
      await attempt({
        uri: secure(port, "127.0.0.1"),
        tls: { ca: authority, serverName: "broker.test", verify: true },
      });
    });

    it("verifies the name, unless told otherwise", async () => {
      const port = await tlsPort();
      const elsewhere = { ca: authority, serverName: "rabbit.example.com" };
      await refuses({ uri: secure(port), tls: { ...elsewhere, verify: true } }, "refused", /is for another name/);
      await attempt({ uri: secure(port), tls: { ...elsewhere, verify: false } });
      await attempt({ uri: `${secure(port)}?verify=verify_none` });
    });

    it("shows its own certificate", async () => {
      const port = await tlsPort({ requestCert: true });
      await rejectsWith(attempt({ uri: secure(port), tls: { ca: authority, verify: true } }), "unreachable", "refused");
      await attempt({
        uri: secure(port),
        tls: { ca: authority, cert: clientCertificate, key: clientKey, verify: true },
      });
      await rejectsWith(
        attempt({ uri: secure(port), tls: { ca: "nonsense", cert: "x", key: "y", verify: true } }),
        "unreachable",
        "invalid",
        "refused",
      );
    });

    it("tells TLS from none", async () => {
      await refuses({ uri: secure(broker.amqpPort) }, "unreachable", /speaks AMQP without TLS/);
      await refuses({ uri: at(await tlsPort()) }, "unreachable", /wants TLS/);
    });

    it("tells a missing virtual host there too", async () => {
      const port = await tlsPort();
      await refuses(
        { uri: `${secure(port)}/nowhere`, tls: { ca: authority, verify: true } },
        "refused",
        /no virtual host “nowhere”/,
      );
    });
  });
});
