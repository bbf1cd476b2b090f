import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Session, Target, TlsSettings } from "../../src/broker/contract.ts";
import { Connections } from "../../src/connections/connections.ts";
import type { Profile } from "../../src/connections/profile.ts";
import { Profiles } from "../../src/connections/profiles.ts";
import { SecretVault } from "../../src/connections/secretVault.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { FakeMemento, FakeSecretStore, FakeSettings } from "../support/connectionBench.ts";
import * as pem from "../support/testCertificates.ts";
import { startTlsRabbitmq, type TlsRabbitmq, type TlsRabbitmqOptions } from "../support/tlsRabbitmq.ts";
import { draft, find, fresh, Reader, rejectsWith } from "./conformanceSupport.ts";

const trusted = { ca: pem.authority, verify: true } as const;
const me = { cert: pem.clientCertificate, key: pem.clientKey } as const;

describe("a RabbitMQ with TLS", function () {
  const at = serve({ wantsCertificate: false });

  it("is used with its own CA, on AMQP and HTTPS alike", async () => {
    await passes(at(), { tls: trusted });
    await carries(at({ tls: trusted }));
  });

  it("is used with the CA that the URI names", async () => {
    await passes(at({ uri: `${at().uri}?cacertfile=${encodeURIComponent(join(server().files, "ca.pem"))}` }));
  });

  it("is refused without its CA, and with another", async () => {
    const [amqp, management] = await fails(at());
    assert.match(amqp, /^The certificate of localhost:\d+ was not issued by an authority that is trusted here/);
    assert.match(
      management,
      /^The certificate of https:\/\/localhost:\d+ was not issued by an authority that is trusted here/,
    );
    for (const each of [amqp, management]) assert.match(each, /Give its CA certificate in the TLS settings\.$/);
    assert.deepEqual(await fails(at({ tls: { ca: pem.selfSigned.cert, verify: true } })), [amqp, management]);
    const error = await rejectsWith(driver.connect(at(), AbortSignal.timeout(15_000)), "refused");
    assert.equal(error.message, amqp);
  });

  it("says for which names its certificate is, and takes one of them as server name", async () => {
    const { uri, admin = "" } = at();
    const byAddress = { uri: uri.replace("localhost", "127.0.0.1"), admin: admin.replace("localhost", "127.0.0.1") };
    for (const each of await fails({ ...at(), ...byAddress, tls: trusted })) {
      assert.match(each, /127\.0\.0\.1:\d+ is for another name \(localhost, broker\.test\)/);
    }
    await carries({ ...at(), ...byAddress, tls: { ...trusted, serverName: "broker.test" } });
    await passes({ ...at(), ...byAddress, tls: { ...trusted, serverName: "broker.test" } });
  });

  it("is used unverified only when told so", async () => {
    await passes(at({ tls: { verify: false } }));
    await carries(at({ tls: { verify: false } }));
  });

  it("is told apart from one without TLS, on each of the two ports", async () => {
    const plain = `localhost:${String(server().broker.amqpPort)}`;
    const plainAdmin = server().broker.adminUrl.replace("127.0.0.1", "localhost");
    const secure = await fails({
      ...at({ tls: trusted }),
      uri: `amqps://guest@${plain}`,
      admin: plainAdmin.replace("http:", "https:"),
    });
    assert.match(secure[0], /speaks AMQP without TLS: use amqp:\/\/ instead of amqps:\/\//);
    assert.match(secure[1], /speaks no TLS: use http:\/\/ instead of https:\/\//);
    const { uri, admin = "" } = at();
    const unsecure = await fails({ ...at(), uri: uri.replace("amqps", "amqp"), admin: admin.replace("https", "http") });
    assert.match(unsecure[0], /wants TLS: use amqps:\/\/ instead of amqp:\/\//);
    assert.match(unsecure[1], /wants TLS: use https:\/\/ instead of http:\/\//);
    await passes(at({ tls: trusted, uri: `amqp://guest@${plain}` }), {});
    await passes(at({ tls: trusted, admin: plainAdmin }), {});
  });

  it("refuses a wrong password and a missing virtual host as without TLS", async () => {
    const [amqp, management] = await fails(at({ tls: trusted, password: "s3cret" }));
    assert.match(amqp, /refused the login of “guest”/);
    assert.match(management, /refused the login of “guest”/);
    assert.ok(!`${amqp}${management}`.includes("s3cret"));
    const [missing] = await driver.check(at({ tls: trusted, uri: `${at().uri}/nowhere` }), AbortSignal.timeout(15_000));
    assert.match(missing?.sentence ?? "", /no virtual host “nowhere”/);
  });

  it("does not accept a client certificate of an authority that it does not know", async () => {
    const { cert, key } = pem.selfSigned;
    for (const each of await fails(at({ tls: { ...trusted, cert, key } }))) {
      assert.match(each, /does not accept the client certificate/);
    }
  });
});

describe("a RabbitMQ that wants a client certificate", function () {
  const at = serve({ wantsCertificate: true });

  it("says so to who has none", async () => {
    for (const each of await fails(at({ tls: trusted }))) {
      assert.match(each, /wants a client certificate\. Give one, with its key, in the TLS settings/);
    }
    const error = await rejectsWith(driver.connect(at({ tls: trusted }), AbortSignal.timeout(15_000)), "refused");
    assert.match(error.message, /wants a client certificate/);
  });

  it("is used with one, its key plain, beside it in one file, or behind a passphrase", async () => {
    await passes(at({ tls: { ...trusted, ...me } }));
    await passes(at({ tls: { ...trusted, cert: `${pem.clientCertificate}${pem.clientKey}` } }));
    const encrypted = { ...me, key: pem.encryptedClientKey, passphrase: pem.passphrase };
    await passes(at({ tls: { ...trusted, ...encrypted } }));
    await carries(at({ tls: { ...trusted, ...encrypted } }));
  });

  const unusable: readonly { readonly what: string; readonly tls: Partial<TlsSettings>; readonly says: RegExp }[] = [
    {
      what: "the passphrase is wrong",
      tls: { ...me, key: pem.encryptedClientKey, passphrase: "s3cret" },
      says: /passphrase of the TLS settings does not open the client key/,
    },
    {
      what: "the passphrase is missing",
      tls: { ...me, key: pem.encryptedClientKey },
      says: /client key .* is encrypted\. Give its passphrase/,
    },
    { what: "the key is another's", tls: { ...me, key: pem.serverKey }, says: /do not belong together/ },
    { what: "the key is missing", tls: { cert: me.cert }, says: /needs its key/ },
    { what: "the certificate is missing", tls: { key: me.key }, says: /needs its certificate/ },
    { what: "the certificate is none", tls: { ...me, cert: "nonsense" }, says: /have to be PEM files/ },
    { what: "the key is none", tls: { ...me, key: "nonsense" }, says: /have to be PEM files/ },
    { what: "the CA is none", tls: { ca: "nonsense" }, says: /CA certificate .* cannot be used/ },
  ];
  for (const { what, tls, says } of unusable) {
    it(`is not even called when ${what}`, async () => {
      const target = at({ tls: { ...trusted, ...tls } });
      const [only, ...rest] = await driver.check(target, AbortSignal.timeout(15_000));
      assert.deepEqual([only?.name, only?.ok, rest], ["TLS", false, []]);
      assert.match(only?.sentence ?? "", says);
      assert.ok(!only?.sentence.includes("s3cret"));
      assert.equal(
        (await rejectsWith(driver.connect(target, AbortSignal.timeout(15_000)), "invalid")).message,
        only?.sentence,
      );
    });
  }

  it("takes the certificate in place of user and password, when it knows its owner", async () => {
    const uri = `${at().uri.replace("guest@", "")}?auth_mechanism=external`;
    const target = at({ uri, tls: { ...trusted, ...me } });
    const [stranger] = await driver.check(target, AbortSignal.timeout(15_000));
    assert.match(stranger?.sentence ?? "", /refused the login by certificate of “CN=tester”/);
    await server().broker.ctl("add_user", "tester", "unused");
    await server().broker.ctl("set_permissions", "tester", ".*", ".*", ".*");
    const [owner] = await driver.check(target, AbortSignal.timeout(15_000));
    assert.match(owner?.sentence ?? "", /lets “CN=tester” into the virtual host “\/”/);
    const session = await driver.connect({ ...target, admin: "" }, AbortSignal.timeout(15_000));
    await session.close();
  });

  describe("as a saved connection", () => {
    const profile = (tls: Profile["tls"]): Profile => {
      const { uri, admin } = at();
      return {
        id: "tls",
        name: "Secure",
        source: "saved",
        uri,
        ...(admin === undefined ? {} : { admin }),
        pins: [],
        ...(tls && { tls }),
      };
    };

    it("reads its files when it connects and its key from the secret storage", async () => {
      const { connections, profiles, vault, memento } = open();
      await vault.setAll("tls", { password: "guest", clientKey: pem.encryptedClientKey, passphrase: pem.passphrase });
      await profiles.save(
        profile({ caFile: join(server().files, "ca.pem"), certFile: join(server().files, "client.pem") }),
      );
      try {
        const connection = connections.get("tls");
        assert.ok(connection);
        await usable(await connection.connect());
        assert.equal(connection.state.status, "connected");
        assert.ok(!memento.text.includes("PRIVATE KEY") && !memento.text.includes(pem.passphrase));
        const checks = await connections.check(connection.profile, AbortSignal.timeout(15_000));
        assert.deepEqual(
          checks.map(({ name, ok }) => [name, ok]),
          [
            ["AMQP", true],
            ["Management API", true],
          ],
        );
      } finally {
        await connections.dispose();
      }
    });

    it("tries a key that is not saved yet, and one from a file", async () => {
      const { connections } = open();
      const paths = { caFile: join(server().files, "ca.pem"), certFile: join(server().files, "client.pem") };
      const signal = AbortSignal.timeout(15_000);
      const secrets = { password: "guest", passphrase: pem.passphrase };
      const without = await connections.check(profile(paths), signal, secrets);
      assert.match(without[0]?.sentence ?? "", /needs its key/);
      for (const [tls, more] of [
        [paths, { clientKey: pem.encryptedClientKey }],
        [{ ...paths, keyFile: join(server().files, "client.key") }, {}],
      ] as const) {
        const checks = await connections.check(profile(tls), signal, { ...secrets, ...more });
        assert.ok(checks.length === 2 && checks.every(({ ok }) => ok), JSON.stringify(checks));
      }
      await connections.dispose();
    });

    it("names the file that it cannot read", async () => {
      const { connections, profiles } = open();
      const saved = await profiles.save(profile({ caFile: join(server().files, "gone.pem") }));
      const [check] = await connections.check(saved, AbortSignal.timeout(15_000), { password: "guest" });
      assert.match(check?.sentence ?? "", /Cannot read the file .*gone\.pem/);
      const connection = connections.get("tls");
      assert.ok(connection);
      assert.match((await rejectsWith(connection.connect(), "invalid")).message, /gone\.pem/);
      assert.equal(connection.state.status, "failed");
      await connections.dispose();
    });
  });
});

describe("a RabbitMQ that speaks TLS 1.2 only and wants a client certificate", function () {
  const at = serve({ wantsCertificate: true, version: "tlsv1.2" });

  it("is used with one", async () => {
    await passes(at({ tls: { ...trusted, ...me } }));
    await carries(at({ tls: { ...trusted, ...me } }));
  });

  it("asks who has none for one", async () => {
    for (const each of await fails(at({ tls: trusted }))) {
      assert.match(each, /did not agree on a TLS connection .*Does it want a client certificate/);
    }
  });

  it("does not accept one of an authority that it does not know", async () => {
    const { cert, key } = pem.selfSigned;
    for (const each of await fails(at({ tls: { ...trusted, cert, key } }))) {
      assert.match(each, /does not accept the client certificate/);
    }
  });
});

let running: TlsRabbitmq | undefined;

function server(): TlsRabbitmq {
  assert.ok(running);
  return running;
}

/** Starts a broker for the suite. @returns what leads to its two ports with TLS */
function serve(options: TlsRabbitmqOptions): (more?: Partial<Target>) => Target {
  before(async function () {
    this.timeout(90_000);
    running = await startTlsRabbitmq(options);
  });
  after(async function () {
    this.timeout(30_000);
    await running?.stop();
    running = undefined;
  });
  return (more) => {
    const { uri, admin } = server();
    return { uri, admin, password: "guest", pins: [], ...more };
  };
}

async function passes(target: Target, more: Partial<Target> = {}): Promise<void> {
  const checks = await driver.check({ ...target, ...more }, AbortSignal.timeout(15_000));
  assert.ok(checks.length === 2 && checks.every(({ ok }) => ok), JSON.stringify(checks));
}

/** Both parts. @returns their sentences */
async function fails(target: Target): Promise<readonly [amqp: string, management: string]> {
  const checks = await driver.check(target, AbortSignal.timeout(15_000));
  const [amqp, management] = checks;
  assert.ok(amqp && management && !amqp.ok && !management.ok, JSON.stringify(checks));
  assert.deepEqual([amqp.name, management.name], ["AMQP", "Management API"]);
  return [amqp.sentence, management.sentence];
}

/** Connects, and takes a message there and back. */
async function carries(target: Target): Promise<void> {
  const session = await driver.connect(target, AbortSignal.timeout(15_000));
  try {
    await usable(session);
  } finally {
    await session.close();
  }
}

async function usable(session: Session): Promise<void> {
  assert.deepEqual(session.info.limits, []);
  const [vhost] = (await session.list(undefined)).items;
  const { items: folders } = await session.list(vhost);
  const folder = folders.find(({ kind }) => kind === "queues");
  assert.ok(folder);
  const [form] = await session.forms(folder, "create");
  assert.ok(form);
  const name = fresh("tls");
  await session.act(folder, "create", form.id, { name, durable: true });
  const queue = await find(session, ["vhost", "queues"], "queue", name);
  assert.equal((await session.publish(queue, draft("over TLS"))).outcome, "routed");
  const subscription = await session.watch(queue, { mode: "consume", window: 1 });
  const [message] = await new Reader(subscription).take(1);
  assert.equal(Buffer.from(message?.body ?? []).toString(), "over TLS");
  assert.deepEqual(await subscription.settle([message?.tag ?? 0], "ack"), []);
  await subscription.close();
}

function open(): { connections: Connections; profiles: Profiles; vault: SecretVault; memento: FakeMemento } {
  const memento = new FakeMemento();
  const profiles = new Profiles({ memento, settings: new FakeSettings(), env: {} });
  const vault = new SecretVault(new FakeSecretStore());
  const connections = new Connections({
    profiles,
    vault,
    drivers: { amqps: () => Promise.resolve(driver) },
    askPassword: () => assert.fail("nobody is to be asked"),
    readFile: (path) => readFile(path, "utf8"),
  });
  return { connections, profiles, vault, memento };
}
