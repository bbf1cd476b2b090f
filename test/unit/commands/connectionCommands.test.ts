import assert from "node:assert/strict";
import { BrokerError } from "../../../src/broker/errors.ts";
import { addConnection } from "../../../src/commands/addConnection.ts";
import { connect } from "../../../src/commands/connect.ts";
import { disconnect } from "../../../src/commands/disconnect.ts";
import { duplicateConnection } from "../../../src/commands/duplicateConnection.ts";
import { editConnection } from "../../../src/commands/editConnection.ts";
import { forgetPassword } from "../../../src/commands/forgetPassword.ts";
import type { FormQuestion } from "../../../src/commands/prompts.ts";
import { removeConnection } from "../../../src/commands/removeConnection.ts";
import { renameConnection } from "../../../src/commands/renameConnection.ts";
import { testConnection } from "../../../src/commands/testConnection.ts";
import { makeBench, savedProfile } from "../../support/connectionBench.ts";
import type { Bench } from "../../support/connectionBench.ts";
import { choose, confirm, file, form, input, pick } from "../../support/scriptedPrompts.ts";
import type { Answer } from "../../support/scriptedPrompts.ts";

const badManagement = [
  { name: "AMQP", ok: true, sentence: "Fake 1.0 answers." },
  { name: "Management API", ok: false, sentence: "Nothing answers at http://h:15672." },
];
/** Takes what is suggested. */
const suggested: Answer = input((question) => question.value);

async function benchWithShop(...answers: Answer[]): Promise<Bench> {
  const bench = makeBench({ answers });
  await bench.vault.setAll("p1", { password: "Zecret", passphrase: "Zecret2" });
  await bench.profiles.save(savedProfile({ uri: "fake://bob@h" }));
  return bench;
}

async function end(bench: Bench): Promise<void> {
  bench.prompts.finish();
  assert.doesNotMatch(bench.visible(), /Zecret/);
  await bench.dispose();
}

describe("Add Connection", () => {
  it("takes a pasted URI, keeps the password apart, and connects", async () => {
    const bench = makeBench({
      answers: [
        input(" fake://bob:Zecret@shop.example/v "),
        suggested,
        suggested,
        pick("Production"),
        pick("Read-Only"),
      ],
    });
    const profile = await addConnection(bench);
    assert.deepEqual(bench.profiles.all(), [
      {
        id: profile?.id,
        name: "shop.example",
        source: "saved",
        uri: "fake://bob@shop.example/v",
        environment: "production",
        readOnly: true,
        pins: [],
      },
    ]);
    assert.deepEqual([...bench.secrets.entries.values()], ["Zecret"]);
    assert.equal(bench.driver.checked[0]?.password, "Zecret");
    assert.equal(bench.driver.targets[0]?.password, "Zecret");
    assert.equal(bench.connections.all()[0]?.state.status, "connected");
    assert.match(bench.prompts.told("done")[0] ?? "", /Connected to shop\.example/);
    await end(bench);
  });

  it("asks step by step when nothing was pasted, counting the steps", async () => {
    const steps: string[] = [];
    const noted = (answer: string | undefined): Answer =>
      input((question) => {
        steps.push(`${question.step?.at}/${question.step?.of}${question.password ? " hidden" : ""}`);
        return answer ?? question.value;
      });
    const bench = makeBench({
      answers: [
        input(""),
        noted("rabbit"),
        noted("5673"),
        pick("Yes"),
        noted("bob"),
        noted("Zecret"),
        noted(""),
        noted("My rabbit"),
        pick("None"),
        pick("Allow Changes"),
      ],
    });
    await addConnection(bench);
    const [profile] = bench.profiles.all();
    assert.deepEqual([profile?.uri, profile?.admin, profile?.name], ["fakes://bob@rabbit:5673", "", "My rabbit"]);
    assert.equal(bench.driver.targets[0]?.admin, "");
    assert.equal(bench.driver.targets.at(-1)?.password, "Zecret");
    assert.deepEqual(steps, ["1/8", "2/8", "4/8", "5/8 hidden", "6/8", "7/8"]);
    await end(bench);
  });

  it("refuses bad answers with a sentence", async () => {
    const bench = makeBench({
      answers: [
        input("nope://x"),
        input((question) => {
          assert.match(question.problem ?? "", /fake:\/\//);
          assert.equal(question.value, "nope://x");
          return "fake://h";
        }),
        input((question) => {
          assert.match(question.validate?.("h:15672") ?? "", /whole URL/);
          assert.match(question.validate?.("http://a:b@h") ?? "", /Leave user and password out/);
          assert.equal(question.validate?.(""), undefined);
          return "https://h/api/";
        }),
        input((question) => {
          assert.equal(question.value, "h");
          assert.match(question.validate?.(" ") ?? "", /name/);
          return undefined;
        }),
      ],
    });
    assert.equal(await addConnection(bench), undefined);
    assert.deepEqual(bench.profiles.all(), []);
    await end(bench);
  });

  it("keeps nothing when the user changes their mind, whenever", async () => {
    const all = [
      input("fake://bob@h"),
      input("Zecret"),
      suggested,
      suggested,
      pick("Production"),
      pick("Allow Changes"),
    ];
    const typing = [input(undefined), input(undefined), input(undefined), input(undefined)];
    const undone: Answer[] = [...typing, pick(undefined), pick(undefined), confirm("other")];
    for (const [index, stop] of undone.entries()) {
      const bench = makeBench({ answers: [...all.slice(0, index), stop] });
      assert.equal(await addConnection(bench), undefined);
      assert.deepEqual(bench.profiles.all(), []);
      assert.equal(bench.secrets.entries.size, 0);
      assert.equal(bench.driver.targets.length, 0);
      await end(bench);
    }
  });

  it("suggests a name that is free, and takes none that is not", async () => {
    const bench = makeBench({
      answers: [
        input("fake://h"),
        suggested,
        input((question) => {
          assert.match(question.validate?.("h") ?? "", /already/);
          assert.equal(question.value, "h 2");
          return undefined;
        }),
      ],
    });
    await bench.profiles.save(savedProfile({ name: "h" }));
    await addConnection(bench);
    await end(bench);
  });

  const paste = [input("fake://bob:Zecret@h"), suggested, suggested, pick("None"), pick("Read-Only")];

  it("asks whether changes are allowed only for a broker on another computer, in production with its name", async () => {
    const bench = makeBench({
      answers: [
        ...[input("fake://localhost"), suggested, suggested, pick("None")],
        ...[input("fake://far"), suggested, suggested, pick("Production"), pick("Allow Changes"), confirm("far")],
      ],
    });
    const here = await addConnection(bench);
    const there = await addConnection(bench);
    assert.deepEqual([here?.readOnly, there?.readOnly], [undefined, false]);
    assert.deepEqual(
      bench.connections.all().map(({ rules }) => rules.readOnly),
      [undefined, undefined],
    );
    await end(bench);
  });

  it("says exactly which part failed and why, and saves only what the user wants saved", async () => {
    const bench = makeBench({ answers: [...paste, choose(undefined)] });
    bench.driver.findings.push(badManagement);
    assert.equal(await addConnection(bench), undefined);
    const [said] = bench.prompts.told("choose");
    assert.match(said ?? "", /failed: Management API\n✗ Management API: Nothing answers at .*\n✓ AMQP/);
    assert.deepEqual(bench.profiles.all(), []);
    assert.equal(bench.secrets.entries.size, 0);
    await end(bench);
  });

  it("tries again, and saves anyway", async () => {
    const bench = makeBench({ answers: [...paste, choose("Try Again"), choose("Save Anyway")] });
    bench.driver.findings.push(badManagement, badManagement);
    bench.driver.failures.push(new BrokerError("unreachable", "Nothing answers."));
    await addConnection(bench);
    assert.equal(bench.driver.checked.length, 2);
    assert.equal(bench.profiles.all().length, 1);
    assert.equal(bench.connections.all()[0]?.state.status, "failed");
    assert.match(bench.prompts.told("done")[0] ?? "", /not connected/);
    await end(bench);
  });

  it("offers to edit what failed, in the form, with the password kept", async () => {
    const bench = makeBench({
      answers: [
        ...paste,
        choose("Edit…"),
        form(async (question) => {
          assert.equal(question.values?.["host"], "h");
          assert.equal(question.secrets?.find(({ name }) => name === "password")?.isSet(), true);
          const values = { ...question.values, host: "better", profileAdmin: "none" };
          assert.ok((await question.test?.(values))?.every(({ ok }) => ok));
          await question.submit(values);
        }),
      ],
    });
    bench.driver.findings.push(badManagement);
    const profile = await addConnection(bench);
    assert.deepEqual([profile?.uri, profile?.admin], ["fake://bob@better", ""]);
    assert.equal(bench.driver.checked[1]?.password, "Zecret");
    assert.equal(bench.driver.targets[0]?.password, "Zecret");
    await end(bench);
  });

  it("treats a cancelled test as a failed one", async () => {
    const bench = makeBench({ answers: [...paste, choose(undefined)] });
    bench.prompts.cancelProgress = true;
    await addConnection(bench);
    assert.match(bench.prompts.told("choose")[0] ?? "", /cancelled/);
    assert.deepEqual(bench.profiles.all(), []);
    await end(bench);
  });
});

describe("Edit Connection", () => {
  const edit = (fill: (question: FormQuestion) => Promise<void>): Promise<Bench> => benchWithShop(form(fill));

  it("changes everything, TLS in words and secrets included", async () => {
    const bench = await edit(async (question) => {
      assert.equal(question.connection, "p1");
      const secret = (name: string): Promise<void> => question.secrets!.find((each) => each.name === name)!.ask();
      bench.prompts.then(input("NewZecret"));
      await secret("password");
      bench.prompts.then(
        file({ path: "/k.txt", name: "k.txt", bytes: new TextEncoder().encode("no key") }),
        file({
          path: "/k.pem",
          name: "k.pem",
          bytes: new TextEncoder().encode("-----BEGIN PRIVATE KEY-----\nZecretKey\n"),
        }),
      );
      await secret("clientKey");
      assert.match(bench.prompts.told("warn")[0] ?? "", /no private key/);
      await secret("clientKey");
      bench.prompts.then(input(""));
      await secret("passphrase");
      assert.equal(await bench.vault.get("p1", "password"), "Zecret", "not kept before it is submitted");
      await question.submit({
        ...question.values,
        profileName: "Renamed",
        secure: true,
        profileAdmin: "own",
        profileAdminUrl: "https://h:15671",
        profileEnvironment: "staging",
        profileCaFile: " ca.pem ",
        profileServerName: "rabbit",
        profileVerify: "off",
      });
    });
    await editConnection(bench, "p1");
    assert.deepEqual(bench.profiles.get("p1"), {
      id: "p1",
      name: "Renamed",
      source: "saved",
      uri: "fakes://bob@h",
      admin: "https://h:15671",
      environment: "staging",
      tls: { caFile: "ca.pem", serverName: "rabbit", verify: false },
      pins: [],
    });
    const kept = await bench.vault.all("p1");
    assert.equal(kept.password, "NewZecret");
    assert.match(kept.clientKey ?? "", /BEGIN PRIVATE KEY/);
    assert.equal(kept.passphrase, undefined);
    assert.equal(bench.driver.targets.length, 0, "it was not connected before");
    await end(bench);
  });

  it("keeps what the fields do not show, and changes nothing when cancelled", async () => {
    const bench = await edit(async () => undefined);
    await bench.profiles.save(savedProfile({ uri: "fake://bob@h/v?heartbeat=5" }));
    const before = bench.memento.text;
    await editConnection(bench, "p1");
    assert.equal(bench.memento.text, before);
    bench.prompts.then(form(async (question) => question.submit({ ...question.values, profileName: "B" })));
    await editConnection(bench, "p1");
    assert.equal(bench.profiles.get("p1")?.uri, "fake://bob@h/v?heartbeat=5");
    await end(bench);
  });

  it("refuses with the field at fault", async () => {
    const bench = await edit(async (question) => {
      const submit = (part: FormQuestion["values"]): Promise<void> => question.submit({ ...question.values, ...part });
      await assert.rejects(submit({ profileName: "" }), { field: "profileName" });
      await assert.rejects(submit({ profileName: "Other" }), { field: "profileName" });
      await assert.rejects(submit({ profileAdmin: "own", profileAdminUrl: "h" }), { field: "profileAdminUrl" });
    });
    await bench.profiles.save(savedProfile({ id: "p2", name: "Other" }));
    await editConnection(bench, "p1");
    await end(bench);
  });

  it("connects again with the new password", async () => {
    const bench = await edit(async (question) => {
      bench.prompts.then(input("NewZecret"));
      await question.secrets![0]!.ask();
      await question.submit(question.values ?? {});
    });
    await connect(bench, "p1");
    await editConnection(bench, "p1");
    assert.deepEqual(
      bench.driver.targets.map(({ password }) => password),
      ["Zecret", "NewZecret"],
    );
    assert.deepEqual(
      bench.driver.sessions.map(({ open }) => open),
      [false, true],
    );
    await end(bench);
  });

  it("tests what is in the form, asking for a password that is missing", async () => {
    const bench = await edit(async (question) => {
      await bench.vault.clear("p1");
      bench.prompts.then(input("Zecret3"));
      await question.test?.({ ...question.values, host: "other" });
    });
    await bench.vault.clear("p1");
    await editConnection(bench, "p1");
    assert.deepEqual(
      [bench.driver.checked[0]?.uri, bench.driver.checked[0]?.password],
      ["fake://bob@other", "Zecret3"],
    );
    assert.equal(bench.secrets.entries.size, 0);
    await end(bench);
  });
});

describe("a connection from settings", () => {
  it("is not edited, renamed or removed here: the user is sent to the settings", async () => {
    const bench = makeBench({ settings: { workspace: [{ name: "Team", uri: "fake://h" }] } });
    for (const command of [editConnection, renameConnection, removeConnection]) {
      await command(bench, "workspace:Team");
      await bench.prompts.press("Open Settings");
    }
    assert.deepEqual(bench.opened, ["workspace", "workspace", "workspace"]);
    assert.match(bench.prompts.told("inform")[0] ?? "", /settings of this workspace/);
    await end(bench);
  });

  it("can be duplicated into a saved one, with its password", async () => {
    const bench = makeBench({
      settings: { user: [{ name: "Team", uri: "fake://bob@h" }] },
      answers: [suggested],
    });
    bench.passwords.answers.push("Zecret");
    await connect(bench, "user:Team");
    const copy = await duplicateConnection(bench, "user:Team");
    assert.deepEqual([copy?.name, copy?.source], ["Team copy", "saved"]);
    assert.equal(await bench.vault.get(copy?.id ?? "", "password"), "Zecret");
    await end(bench);
  });
});

describe("the small commands", () => {
  it("rename, without closing the session", async () => {
    const bench = await benchWithShop(input("Store"));
    await connect(bench, "p1");
    await renameConnection(bench, "p1");
    assert.equal(bench.profiles.get("p1")?.name, "Store");
    assert.equal(bench.connections.get("p1")?.state.status, "connected");
    await end(bench);
  });

  it("duplicate, secrets included, under a free name", async () => {
    const bench = await benchWithShop(suggested, suggested);
    const copy = await duplicateConnection(bench, "p1");
    await duplicateConnection(bench, "p1");
    assert.deepEqual(
      bench.profiles.all().map(({ name }) => name),
      ["Shop", "Shop copy", "Shop copy 2"],
    );
    assert.deepEqual(await bench.vault.all(copy?.id ?? ""), { password: "Zecret", passphrase: "Zecret2" });
    await end(bench);
  });

  it("remove, after asking, with the secrets and the session", async () => {
    const bench = await benchWithShop(confirm(false), confirm(true));
    await connect(bench, "p1");
    await removeConnection(bench, "p1");
    assert.equal(bench.profiles.all().length, 1);
    await removeConnection(bench, "p1");
    assert.deepEqual(bench.profiles.all(), []);
    assert.equal(bench.secrets.entries.size, 0);
    assert.equal(bench.driver.sessions[0]?.open, false);
    await end(bench);
  });

  it("connect the one that was picked, and disconnect it", async () => {
    const bench = await benchWithShop(pick("Shop"), pick("Shop"));
    assert.equal(await connect(bench), true);
    assert.equal(await connect(bench), false);
    assert.match(bench.prompts.told("inform")[0] ?? "", /connected already/);
    await disconnect(bench);
    assert.equal(bench.connections.get("p1")?.state.status, "disconnected");
    await end(bench);
  });

  it("offer the password box when the login was refused", async () => {
    const bench = await benchWithShop(input("RightZecret"));
    bench.driver.failures.push(new BrokerError("refused", "The login was refused."));
    assert.equal(await connect(bench, "p1"), false);
    assert.deepEqual(bench.prompts.told("fail"), ["The login was refused."]);
    await bench.prompts.press("Enter Password…");
    assert.equal(bench.driver.targets[1]?.password, "RightZecret");
    assert.equal(bench.connections.get("p1")?.state.status, "connected");
    await end(bench);
  });

  it("say nothing when the user cancels connecting", async () => {
    const bench = await benchWithShop();
    bench.driver.gate = Promise.resolve();
    bench.prompts.cancelProgress = true;
    assert.equal(await connect(bench, "p1"), false);
    assert.deepEqual(bench.prompts.told("fail"), []);
    assert.equal(bench.connections.get("p1")?.state.status, "disconnected");
    await end(bench);
  });

  it("test every part and tell which failed, leaving the session alone", async () => {
    const bench = await benchWithShop();
    await connect(bench, "p1");
    await testConnection(bench, "p1");
    assert.match(bench.prompts.told("inform")[0] ?? "", /Shop works[^]*✓ AMQP[^]*✓ Management API/);
    bench.driver.findings.push(badManagement);
    await testConnection(bench, "p1");
    assert.match(bench.prompts.told("warn")[0] ?? "", /Management API[^]*Nothing answers at/);
    assert.equal(bench.driver.sessions[0]?.open, true);
    await bench.prompts.press("Try Again");
    assert.equal(bench.driver.checked.length, 3);
    await end(bench);
  });

  it("forget a password, so that the next connect asks", async () => {
    const bench = await benchWithShop();
    await forgetPassword(bench, "p1");
    await forgetPassword(bench, "p1");
    assert.match(bench.prompts.told("inform")[0] ?? "", /No password is kept/);
    bench.passwords.answers.push("Zecret4");
    await connect(bench, "p1");
    assert.deepEqual(bench.passwords.asked, ["Shop"]);
    await end(bench);
  });
});
