import assert from "node:assert/strict";
import { BrokerError } from "../../../src/broker/errors.ts";
import { createApi } from "../../../src/connections/api.ts";
import { backoffDelay } from "../../../src/connections/backoff.ts";
import type { Connection } from "../../../src/connections/connections.ts";
import { secretsId } from "../../../src/connections/profile.ts";
import type { Profile } from "../../../src/connections/profile.ts";
import { makeBench, savedProfile, settled } from "../../support/connectionBench.ts";
import type { Bench } from "../../support/connectionBench.ts";

const unreachable = new BrokerError("unreachable", "Cannot reach h. Is the broker running?");
const refused = new BrokerError("refused", "The login was refused.");
const lost = new BrokerError("closed", "The broker closed the connection.");

async function benchWith(part: Partial<Profile> = {}): Promise<{ bench: Bench; connection: Connection }> {
  const bench = makeBench();
  const { id } = await bench.profiles.save(savedProfile(part));
  return { bench, connection: bench.connections.get(id)! };
}

describe("a connection", () => {
  it("shares a running attempt and the session", async () => {
    const { bench, connection } = await benchWith();
    const states: string[] = [];
    connection.onDidChange(() => states.push(connection.state.status));
    const [a, b] = await Promise.all([connection.connect(), connection.connect()]);
    assert.equal(a, b);
    assert.equal(await connection.connect(), a);
    assert.equal(connection.session, a);
    assert.equal(bench.driver.targets.length, 1);
    assert.deepEqual(states, ["connecting", "connected"]);
    await bench.dispose();
    assert.equal(bench.driver.sessions[0]?.open, false);
  });

  it("stays failed with a sentence after the first attempt, and tries at once when asked again", async () => {
    const { bench, connection } = await benchWith();
    bench.driver.failures.push(unreachable);
    await assert.rejects(connection.connect(), unreachable);
    assert.deepEqual(connection.state, { status: "failed", sentence: unreachable.message });
    assert.deepEqual(bench.clock.timers, []);
    await connection.connect();
    assert.equal(connection.state.status, "connected");
    await bench.dispose();
  });

  it("reconnects with growing waits after a loss, saying when", async () => {
    const { bench, connection } = await benchWith();
    await connection.connect();
    bench.driver.failures.push(unreachable, unreachable);
    bench.driver.sessions[0]!.lose(lost);
    assert.equal(connection.session, undefined);
    assert.deepEqual(connection.state, {
      status: "reconnecting",
      sentence: lost.message,
      retryAt: bench.clock.now + 750,
    });
    bench.clock.pass(750);
    assert.deepEqual(connection.state, { status: "reconnecting", sentence: lost.message });
    await settled();
    assert.deepEqual(connection.state, {
      status: "reconnecting",
      sentence: unreachable.message,
      retryAt: bench.clock.now + 1_500,
    });
    bench.clock.pass(1_500);
    await settled();
    assert.equal(connection.state.retryAt, bench.clock.now + 3_000);
    bench.clock.pass(3_000);
    await settled();
    assert.equal(connection.state.status, "connected");
    assert.equal(bench.driver.sessions.length, 2);
    await bench.dispose();
    assert.deepEqual(bench.clock.timers, []);
  });

  it("goes on waiting longer when sessions do not last, and starts anew after one that did", async () => {
    const { bench, connection } = await benchWith();
    await connection.connect();
    bench.driver.sessions[0]!.lose(lost);
    bench.clock.pass(750);
    await settled();
    bench.driver.sessions[1]!.lose(lost);
    assert.equal(connection.state.retryAt, bench.clock.now + 1_500);
    bench.clock.pass(1_500);
    await settled();
    bench.clock.pass(60_000);
    bench.driver.sessions[2]!.lose(lost);
    assert.equal(connection.state.retryAt, bench.clock.now + 750);
    await bench.dispose();
  });

  it("stops reconnecting when the login is refused, and forgets nothing", async () => {
    const { bench, connection } = await benchWith({ uri: "fake://bob@h" });
    await bench.vault.set("p1", "password", "Zecret");
    await connection.connect();
    bench.driver.failures.push(refused);
    bench.driver.sessions[0]!.lose(lost);
    bench.clock.pass(1_000);
    await settled();
    assert.deepEqual(connection.state, { status: "failed", sentence: refused.message, refused: true });
    assert.deepEqual(bench.clock.timers, []);
    assert.equal(await bench.vault.get("p1", "password"), "Zecret");
    await bench.dispose();
  });

  it("tries at once when the user asks during the wait", async () => {
    const { bench, connection } = await benchWith();
    await connection.connect();
    bench.driver.sessions[0]!.lose(lost);
    await connection.connect();
    assert.equal(connection.state.status, "connected");
    assert.deepEqual(bench.clock.timers, []);
    await bench.dispose();
  });

  it("stops waiting when the user disconnects", async () => {
    const { bench, connection } = await benchWith();
    await connection.connect();
    bench.driver.sessions[0]!.lose(lost);
    await connection.disconnect();
    assert.deepEqual(connection.state, { status: "disconnected" });
    bench.clock.pass(100_000);
    await settled();
    assert.equal(bench.driver.targets.length, 1);
    await bench.dispose();
  });

  for (const deaf of [true, false]) {
    it(`leaves no session behind when the user disconnects during ${deaf ? "an attempt that goes on" : "one that stops"}`, async () => {
      const { bench, connection } = await benchWith();
      bench.driver.deaf = deaf;
      let opened: () => void = () => undefined;
      bench.driver.gate = new Promise((resolve) => (opened = resolve));
      const attempt = connection.connect();
      await settled();
      await connection.disconnect();
      opened();
      await assert.rejects(attempt, /closed before it was ready/);
      assert.deepEqual(connection.state, { status: "disconnected" });
      assert.deepEqual(
        bench.driver.sessions.map(({ open }) => open),
        deaf ? [false] : [],
      );
      await bench.dispose();
    });
  }

  it("is disconnected, not lost, when its session was closed by us", async () => {
    const { bench, connection } = await benchWith();
    const session = await connection.connect();
    await session.close();
    assert.deepEqual(connection.state, { status: "disconnected" });
    await bench.dispose();
  });
});

describe("passwords", () => {
  it("are asked for once when missing, kept in the vault, and nowhere else", async () => {
    const { bench, connection } = await benchWith({ uri: "fake://bob@h" });
    bench.passwords.answers.push("Zecret");
    await connection.connect();
    await connection.disconnect();
    await connection.connect();
    assert.deepEqual(bench.passwords.asked, ["Shop"]);
    assert.deepEqual(
      bench.driver.targets.map(({ password }) => password),
      ["Zecret", "Zecret"],
    );
    assert.doesNotMatch(bench.visible(), /Zecret/);
    assert.deepEqual([...bench.secrets.entries.values()], ["Zecret"]);
    await bench.dispose();
  });

  it("are not asked for without a user, nor for guest", async () => {
    for (const uri of ["fake://h", "fake://guest@h"]) {
      const { bench, connection } = await benchWith({ uri });
      await connection.connect();
      assert.deepEqual(bench.passwords.asked, []);
      await bench.dispose();
    }
  });

  it("that nobody gives fail the connection with a sentence", async () => {
    const { bench, connection } = await benchWith({ uri: "fake://bob@h" });
    bench.passwords.answers.push(undefined);
    await assert.rejects(connection.connect(), /No password was given/);
    assert.equal(connection.state.status, "failed");
    assert.equal(bench.driver.targets.length, 0);
    await bench.dispose();
  });

  it("are not asked for by a reconnect that nobody started", async () => {
    const { bench, connection } = await benchWith({ uri: "fake://bob@h" });
    bench.passwords.answers.push("Zecret");
    await connection.connect();
    await bench.vault.clear("p1");
    bench.driver.sessions[0]!.lose(lost);
    bench.clock.pass(1_000);
    await settled();
    assert.equal(bench.passwords.asked.length, 1);
    assert.equal(bench.driver.targets.length, 2);
    await bench.dispose();
  });

  it("of a workspace's connection do not go to another server of the same name", async () => {
    const bench = makeBench({ settings: { workspace: [{ name: "A", uri: "fake://bob@h" }] } });
    bench.passwords.answers.push("Zecret", undefined);
    await bench.connections.get("workspace:A")?.connect();
    bench.settings.change({ workspace: [{ name: "A", uri: "fake://bob@evil" }] });
    await settled();
    await assert.rejects(bench.connections.get("workspace:A")!.connect(), /No password/);
    assert.equal(bench.driver.targets.length, 1);
    await bench.dispose();
  });
});

describe("Connections", () => {
  it("closes the session when what it connects to changed, not for a name, a label or a pin", async () => {
    const { bench, connection } = await benchWith();
    const session = await connection.connect();
    await bench.profiles.save({ ...connection.profile, name: "Other", environment: "production" });
    await bench.connections.pin("p1", { parent: "f", name: "q" });
    assert.equal(connection.session, session);
    assert.equal(connection.profile.name, "Other");
    await bench.profiles.save({ ...connection.profile, uri: "fake://elsewhere" });
    await settled();
    assert.equal(connection.session, undefined);
    assert.equal(connection.state.status, "disconnected");
    assert.equal(bench.driver.sessions[0]?.open, false);
    await bench.dispose();
  });

  it("closes the session of a removed profile and tells that the list changed", async () => {
    const { bench, connection } = await benchWith();
    await connection.connect();
    const heard: (string | undefined)[] = [];
    bench.connections.onDidChange((changed) => heard.push(changed?.id));
    await bench.profiles.remove("p1");
    await settled();
    assert.ok(heard.includes(undefined));
    assert.equal(bench.driver.sessions[0]?.open, false);
    assert.deepEqual(bench.connections.all(), []);
    await bench.dispose();
  });

  it("gives the driver address, management URL, TLS files, secrets and pins", async () => {
    const { bench } = await benchWith({
      uri: "fakes://bob@h",
      tls: { caFile: "ca.pem", certFile: "/c.pem", serverName: "rabbit" },
      pins: [{ parent: "f", name: "q" }],
    });
    bench.files.set("/home/ann/shop/ca.pem", "CA").set("/c.pem", "CERT");
    await bench.vault.setAll("p1", { password: "Zecret", clientKey: "KEY", passphrase: "PP" });
    const profile = bench.profiles.get("p1")!;
    assert.deepEqual(await bench.connections.target(profile), {
      uri: "fakes://bob@h",
      password: "Zecret",
      admin: "http://h:15672",
      tls: { ca: "CA", cert: "CERT", key: "KEY", passphrase: "PP", serverName: "rabbit", verify: true },
      pins: [{ parent: "f", name: "q" }],
    });
    const without = await bench.connections.target({ ...profile, admin: "", tls: { verify: false } });
    assert.equal(without.admin, "", "none: not to be derived again");
    assert.equal(without.tls?.verify, false);
    await assert.rejects(bench.connections.target({ ...profile, tls: { caFile: "gone.pem" } }), /gone\.pem/);
    await bench.dispose();
  });

  it("uses the password of the environment before a kept one", async () => {
    const bench = makeBench({
      env: { P: "FromEnv" },
      settings: { user: [{ name: "A", uri: "fake://bob:${env:P}@h" }] },
    });
    const profile = bench.profiles.get("user:A")!;
    await bench.vault.set(secretsId(profile), "password", "kept");
    assert.equal((await bench.connections.target(profile)).password, "FromEnv");
    await bench.dispose();
  });

  it("checks with the secrets given, asks nobody then, and turns what is thrown into a finding", async () => {
    const { bench } = await benchWith({ uri: "fake://bob@h" });
    const profile = bench.profiles.get("p1")!;
    const { signal } = new AbortController();
    const checks = await bench.connections.check(profile, signal, { password: "tried" });
    assert.ok(checks.every(({ ok }) => ok));
    assert.equal(bench.driver.checked[0]?.password, "tried");
    const [failed] = await bench.connections.check({ ...profile, uri: "nope://h" }, signal, {});
    assert.equal(failed?.ok, false);
    assert.match(failed.sentence, /fake:\/\//);
    assert.deepEqual(bench.passwords.asked, []);
    assert.equal(bench.secrets.entries.size, 0);
    await bench.dispose();
  });
});

describe("backoffDelay", () => {
  it("is between half a second and thirty, and grows", () => {
    assert.equal(
      backoffDelay(0, () => 0),
      500,
    );
    assert.equal(
      backoffDelay(0, () => 1),
      1_000,
    );
    assert.equal(
      backoffDelay(1_000, () => 1),
      30_000,
    );
    assert.equal(
      backoffDelay(1_000, () => 0),
      15_000,
    );
  });
});

describe("the API", () => {
  it("lists, connects, publishes and watches by id", async () => {
    const { bench } = await benchWith();
    const api = createApi(bench.connections);
    assert.deepEqual(api.connections(), [{ id: "p1", name: "Shop", status: "disconnected", readOnly: false }]);
    await api.connect("p1");
    const [session] = bench.driver.sessions;
    const node = { id: "q", kind: "queue", name: "q", verbs: ["publish" as const], expandable: false };
    session!.nodes = [node];
    assert.deepEqual((await api.list("p1")).items, [node]);
    const draft = { body: new Uint8Array(), persistent: true, headers: [], properties: {} };
    assert.equal((await api.publish("p1", node, draft)).outcome, "routed");
    const subscription = await api.watch("p1", node, { mode: "consume", window: 5 });
    assert.equal(subscription.window, 5);
    assert.equal(api.connections()[0]?.status, "connected");
    await api.disconnect("p1");
    await assert.rejects(api.connect("nobody"), { kind: "missing" });
    await bench.dispose();
  });
});
