import assert from "node:assert/strict";
import { secretsId } from "../../../src/connections/profile.ts";
import { makeBench, savedProfile } from "../../support/connectionBench.ts";

describe("Profiles", () => {
  it("keeps saved ones over a restart, in their order", async () => {
    const bench = makeBench();
    const first = await bench.profiles.save(savedProfile({ id: "", name: " A " }));
    await Promise.all([
      bench.profiles.save(savedProfile({ id: "b", name: "B" })),
      bench.profiles.save(savedProfile({ id: "c", name: "C" })),
    ]);
    await bench.profiles.save({ ...first, environment: "staging" });
    assert.ok(first.id);
    assert.deepEqual(
      bench.profiles.all().map(({ name, environment }) => [name, environment]),
      [
        ["A", "staging"],
        ["B", undefined],
        ["C", undefined],
      ],
    );
    assert.match(bench.memento.text, /"version":1/);
    await bench.profiles.remove("b");
    assert.deepEqual(
      bench.profiles.all().map(({ name }) => name),
      ["A", "C"],
    );
  });

  it("stores no password, even when a caller gives one", async () => {
    const bench = makeBench();
    await bench.profiles.save(
      savedProfile({ uri: "fake://bob:Zecret@h", admin: "http://bob:Zecret@h:15672", problem: "Zecret" }),
    );
    assert.doesNotMatch(bench.visible(), /Zecret/);
    assert.equal(bench.profiles.get("p1")?.uri, "fake://bob@h");
  });

  it("reads settings of user and workspace, with all that an entry can say", () => {
    const bench = makeBench({
      env: { HOST: "rabbit.example.com", CERTS: "/certs" },
      settings: {
        user: [{ name: "Mine", uri: "fake://localhost" }],
        workspace: [
          {
            name: "Team",
            uri: "fake://bob@${env:HOST}/v",
            management: "",
            environment: "production",
            tls: { caFile: "${env:CERTS}/ca.pem", serverName: "rabbit", verify: false },
            pins: [{ parent: "f", name: "orders" }],
          },
        ],
      },
    });
    assert.deepEqual(bench.profiles.problems(), []);
    assert.deepEqual(bench.profiles.all(), [
      { id: "user:Mine", name: "Mine", source: "user", uri: "fake://localhost", pins: [] },
      {
        id: "workspace:Team",
        name: "Team",
        source: "workspace",
        uri: "fake://bob@rabbit.example.com/v",
        admin: "",
        environment: "production",
        tls: { caFile: "/certs/ca.pem", serverName: "rabbit", verify: false },
        pins: [{ parent: "f", name: "orders" }],
      },
    ]);
  });

  it("refuses a password in a setting, but shows the connection", () => {
    const bench = makeBench({
      settings: {
        user: [
          { name: "Leaky", uri: "fake://bob:Zecret@h", management: "http://bob:Zecret@h:15672", password: "Zecret" },
        ],
      },
    });
    assert.equal(bench.profiles.all()[0]?.uri, "fake://bob@h");
    assert.equal(bench.profiles.passwordFromEnvironment("user:Leaky"), undefined);
    assert.match(bench.profiles.problems().join("\n"), /holds a password/);
    assert.match(bench.profiles.problems().join("\n"), /secrets do not belong into settings/);
    assert.doesNotMatch(bench.visible(), /Zecret/);
  });

  it("takes a password from a variable without storing or showing it", () => {
    const bench = makeBench({
      env: { PASS: "Zecret/@:%41", URL: "fake://bob:Zecret%40@h" },
      settings: {
        user: [
          { name: "Part", uri: "fake://bob:${env:PASS}@h" },
          { name: "Whole", uri: "${env:URL}" },
        ],
      },
    });
    assert.deepEqual(bench.profiles.problems(), []);
    assert.deepEqual(
      bench.profiles.all().map(({ uri }) => uri),
      ["fake://bob@h", "fake://bob@h"],
    );
    assert.equal(bench.profiles.passwordFromEnvironment("user:Part"), "Zecret/@:%41");
    assert.equal(bench.profiles.passwordFromEnvironment("user:Whole"), "Zecret@");
    assert.doesNotMatch(bench.visible(), /Zecret/);
  });

  it("says which variable is missing, at the connection too", async () => {
    const bench = makeBench({ settings: { user: [{ name: "Team", uri: "fake://${env:NOWHERE}" }] } });
    const [connection] = bench.connections.all();
    assert.match(bench.profiles.problems()[0] ?? "", /NOWHERE/);
    assert.equal(connection?.state.status, "failed");
    assert.match(connection.state.sentence ?? "", /NOWHERE/);
    await assert.rejects(connection.connect(), /NOWHERE/);
    await bench.dispose();
  });

  it("ignores what is malformed, keeps the rest, and says it", () => {
    const bench = makeBench({
      settings: {
        user: [
          7,
          { uri: "fake://h" },
          { name: "No address" },
          { name: "A", uri: "fake://h", environment: "moon", tls: { verify: "no" }, pins: "x", colour: "red" },
          { name: "A", uri: "fake://other" },
        ],
        workspace: "oops",
      },
    });
    assert.deepEqual(
      bench.profiles.all().map(({ id, uri, tls }) => [id, uri, tls?.verify]),
      [["user:A", "fake://h", true]],
    );
    const said = bench.profiles.problems().join("\n");
    for (const part of [
      /not an object/,
      /no name/,
      /"No address"|No address/,
      /environment/,
      /tls\.verify/,
      /pins/,
      /colour/,
      /two connections/i,
      /not a list/,
    ])
      assert.match(said, part);
  });

  it("ignores the workspace's own connections until it is trusted", () => {
    const bench = makeBench({
      env: { PASS: "Zecret" },
      settings: {
        trusted: false,
        user: [{ name: "Mine", uri: "fake://h" }],
        workspace: [{ name: "Theirs", uri: "fake://u:${env:PASS}@h" }, 5],
      },
    });
    let changes = 0;
    bench.profiles.onDidChange(() => (changes += 1));
    assert.deepEqual(
      bench.connections.all().map(({ id }) => id),
      ["user:Mine"],
    );
    assert.deepEqual(bench.profiles.problems(), []);
    assert.equal(bench.profiles.passwordFromEnvironment("workspace:Theirs"), undefined);
    bench.settings.trust();
    assert.equal(changes, 1);
    assert.deepEqual(
      bench.connections.all().map(({ id }) => id),
      ["user:Mine", "workspace:Theirs"],
    );
  });

  it("keeps pins of a settings connection beside those of the settings", async () => {
    const bench = makeBench({
      settings: { user: [{ name: "A", uri: "fake://h", pins: [{ parent: "f", name: "fixed" }] }] },
    });
    const names = (): readonly string[] | undefined => bench.profiles.get("user:A")?.pins.map(({ name }) => name);
    await bench.connections.pin("user:A", { parent: "f", name: "own" });
    await bench.connections.pin("user:A", { parent: "f", name: "own" });
    assert.deepEqual(names(), ["fixed", "own"]);
    await bench.connections.unpin("user:A", { parent: "f", name: "own" });
    await assert.rejects(bench.connections.unpin("user:A", { parent: "f", name: "fixed" }), /pinned in the settings/);
    assert.deepEqual(names(), ["fixed"]);
    await assert.rejects(bench.profiles.save(bench.profiles.get("user:A")!), /defined in the settings/);
    await assert.rejects(bench.profiles.remove("user:A"), /defined in the settings/);
  });

  it("resolves paths against the workspace folder and the home folder", () => {
    const { profiles } = makeBench({ env: { HOME: "/home/me" } });
    assert.equal(profiles.resolvePath("certs/ca.pem"), "/home/ann/shop/certs/ca.pem");
    assert.equal(profiles.resolvePath("~/ca.pem"), "/home/me/ca.pem");
    assert.equal(profiles.resolvePath("/ca.pem"), "/ca.pem");
  });
});

describe("secretsId", () => {
  it("gives another server of a workspace file another drawer, so that it does not get the password", () => {
    const before = savedProfile({ id: "workspace:A", source: "workspace", uri: "fake://bob@h/v" });
    assert.equal(secretsId(before), secretsId({ ...before, uri: "fake://bob@h/w" }));
    assert.notEqual(secretsId(before), secretsId({ ...before, uri: "fake://bob@evil/v" }));
    assert.notEqual(secretsId(before), secretsId({ ...before, admin: "http://evil" }));
    assert.equal(secretsId(savedProfile()), "p1");
  });
});
