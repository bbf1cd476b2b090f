import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { Target, TlsSettings } from "../../src/broker/contract.ts";
import type { BrokerError } from "../../src/broker/errors.ts";
import { driver } from "../../src/drivers/kafka/index.ts";
import { startKafka, type KafkaServer } from "../support/kafkaServer.ts";
import * as pem from "../support/testCertificates.ts";
import { draft, find, rejectsWith } from "./conformanceSupport.ts";

const login = "org.apache.kafka.common.security.plain.PlainLoginModule required";
const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";

/** One node with a listener of each kind. Whoever comes in without a login may do everything; `limited` may do nothing. */
function startAll(): Promise<KafkaServer> {
  const tls = (name: string): string[] => [
    `listener.name.${name}.ssl.keystore.type=PEM`,
    `listener.name.${name}.ssl.keystore.location={dir}/server.pem`,
    `listener.name.${name}.ssl.truststore.type=PEM`,
    `listener.name.${name}.ssl.truststore.location={dir}/ca.pem`,
  ];
  return startKafka({
    listeners: [
      { name: "SASL", protocol: "SASL_PLAINTEXT" },
      { name: "TLS", protocol: "SSL" },
      { name: "MTLS", protocol: "SSL" },
      { name: "AWAY", protocol: "PLAINTEXT", advertised: { host: "127.0.0.1", port: 1 } },
    ],
    conf: [
      "listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
      `listener.name.sasl.plain.sasl.jaas.config=${login} user_ada="ada-secret" user_limited="limited-secret";`,
      `listener.name.sasl.scram-sha-256.sasl.jaas.config=${scram}`,
      `listener.name.sasl.scram-sha-512.sasl.jaas.config=${scram}`,
      ...tls("tls"),
      ...tls("mtls"),
      "listener.name.mtls.ssl.client.auth=required",
      "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users=User:ANONYMOUS;User:ada;User:grace;User:CN=tester",
    ],
    files: { "server.pem": pem.serverKey + pem.serverCertificate, "ca.pem": pem.authority },
  });
}

describe("Kafka: logins and listeners", () => {
  let broker: KafkaServer;
  before(async function () {
    this.timeout(120_000);
    broker = await startAll();
    for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-512"])
      await broker.tool("kafka.admin.ConfigCommand", [
        ...["--bootstrap-server", `127.0.0.1:${String(broker.port)}`, "--alter"],
        ...["--entity-type", "users", "--entity-name", "grace"],
        ...["--add-config", `${mechanism}=[password=grace-secret]`],
      ]);
  });
  after(async function () {
    this.timeout(30_000);
    await broker.stop();
  });

  const at = (listener: string, user = "", query = "", scheme = "kafka"): string =>
    `${scheme}://${user}localhost:${String(broker.portOf(listener))}${query}`;
  const connect = (uri: string, more: Partial<Target> = {}) =>
    driver.connect({ uri, pins: [], ...more }, AbortSignal.timeout(20_000));
  const lets = async (uri: string, more: Partial<Target> = {}): Promise<void> => {
    const session = await connect(uri, more);
    assert.ok((await session.list(undefined)).items.length > 0);
    await session.close();
  };
  const refuses = (uri: string, pattern: RegExp, more: Partial<Target> = {}): Promise<BrokerError> =>
    rejectsWith(connect(uri, more), "refused", "unreachable").then((error) => {
      assert.match(error.message, pattern);
      return error;
    });

  it("logs in by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512", async () => {
    await lets(at("SASL", "ada@"), { password: "ada-secret" });
    await lets(at("SASL", "grace@", "?mechanism=SCRAM-SHA-256"), { password: "grace-secret" });
    await lets(at("SASL", "grace@", "?mechanism=scram-sha-512"), { password: "grace-secret" });
  });

  it("tells a wrong password, a wrong mechanism, a missing and a needless login", async () => {
    for (const query of ["", "?mechanism=SCRAM-SHA-256"]) {
      const error = await refuses(at("SASL", "ada@", query), /does not let “ada” in/, { password: "wrong-secret" });
      assert.ok(!error.message.includes("wrong-secret"));
    }
    await refuses(at("SASL"), /wants a login|Some want a user/);
    await refuses(at("PLAIN", "ada@"), /asks for no login|does not let/, { password: "ada-secret" });
  });

  it("comes in by TLS with the CA, and by a client certificate", async () => {
    const tls: TlsSettings = { ca: pem.authority, verify: true };
    await lets(at("TLS", "", "", "kafkas"), { tls });
    await lets(at("TLS", "", "", "kafka+ssl"), { tls });
    await lets(at("MTLS", "", "", "kafkas"), { tls: { ...tls, cert: pem.clientCertificate, key: pem.clientKey } });
  });

  it("tells TLS that does not fit", async () => {
    await refuses(at("TLS", "", "", "kafkas"), /CA certificate/);
    await refuses(at("MTLS", "", "", "kafkas"), /certificate|closed/, { tls: { ca: pem.authority, verify: true } });
    await refuses(at("TLS"), /kafkas:\/\/|TLS/);
    await refuses(at("PLAIN", "", "", "kafkas"), /TLS/);
    const other = at("TLS", "", "", "kafkas").replace("localhost", "127.0.0.1");
    await refuses(other, /another name/, { tls: { ca: pem.authority, verify: true } });
  });

  it("tells a bootstrap server that advertises what cannot be reached", async () => {
    await refuses(at("AWAY"), /advertised\.listeners/);
  });

  it("takes the next bootstrap server when one does not answer", async () => {
    await lets(`kafka://127.0.0.1:1,127.0.0.1:${String(broker.port)}`);
    await refuses("kafka://127.0.0.1:1,127.0.0.1:2", /None of the bootstrap servers/);
  });

  it("tells ports that speak something else", async () => {
    for (const [hello, pattern] of [
      ["AMQP\0\0\x09\x01", /AMQP/],
      ["HTTP/1.1 400 Bad Request\r\n\r\n", /web server/],
      ["-ERR unknown command\r\n", /Redis/],
    ] as const) {
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end(hello));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      await refuses(`kafka://127.0.0.1:${String(port)}`, pattern);
      server.close();
    }
  });

  it("tells what a user is not authorised for, and loses nothing", async () => {
    const session = await connect(at("PLAIN"));
    const [topics] = (await session.list(undefined)).items;
    assert.ok(topics);
    await session.act(topics, "create", "topic", { name: "guarded" });
    const topic = await find(session, ["topics"], "topic", "guarded");
    const limited = await connect(at("SASL", "limited@"), { password: "limited-secret" });
    assert.deepEqual((await limited.list(topics)).items, []);
    for (const mode of ["tap", "browse", "consume"] as const)
      await rejectsWith(limited.watch(topic, { mode, window: 1 }), "denied");
    await rejectsWith(limited.publish(topic, draft("x")), "denied");
    await rejectsWith(limited.act(topic, "delete", "delete", {}), "denied");
    await limited.close();
    await session.close();
  });
});
