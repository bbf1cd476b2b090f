import assert from "node:assert/strict";
import type { FormState } from "../../src/protocol/form.ts";
import { type HarnessOptions, type PageHarness, type ThemeName, openPageHarness } from "../support/pageHarness.ts";

const hostile = `<img src=x onerror="window.hacked = true"><b>bold</b>`;

const state: FormState = {
  form: {
    id: "queue",
    title: "Create a queue",
    submit: "Create queue",
    fields: [
      { name: "name", label: "Name", type: "text", required: true, help: "Up to 255 bytes." },
      {
        name: "type",
        label: "Type",
        type: "choice",
        choices: [
          { value: "classic", label: "Classic", help: "One copy." },
          { value: "quorum", label: "Quorum", help: "Replicated." },
        ],
      },
      { name: "durable", label: "Durable", type: "boolean", default: true, when: { field: "type", is: ["classic"] } },
      {
        name: "dlx",
        label: "Dead-letter exchange",
        type: "text",
        suggestions: ["dead", "orders"],
        group: "Dead letters",
      },
      { name: "ttl", label: "TTL", type: "number", scalar: "uint32", group: "advanced" },
      { name: "args", label: "Further arguments", type: "table", group: "advanced" },
    ],
  },
  values: {},
  connection: { name: "local", environment: "staging" },
  effects: [
    { severity: "info", sentence: "Nobody else notices." },
    { severity: "notice", sentence: "Others may notice it." },
  ],
  canTest: true,
  secrets: [
    { name: "password", label: "Password", set: true },
    { name: "clientKey", label: "Client key", set: false },
  ],
};

function host(over: Partial<FormState> = {}, answers = ""): string {
  const text = JSON.stringify({ ...state, ...over }).replaceAll("<", "\\u003c");
  return `({ hello: () => (${text}), ${answers} })`;
}

describe("the form page", () => {
  let harness: PageHarness | undefined;

  async function open(script = host(), theme: ThemeName = "dark", options: HarnessOptions = {}): Promise<PageHarness> {
    harness = await openPageHarness("form", script, theme, options);
    await harness.page.waitForSelector("h1");
    return harness;
  }

  /** The argument of a call that the page has made, or makes soon; undefined in it = called without one. */
  async function called(name: string): Promise<{ readonly argument: unknown }> {
    await harness?.page.waitForFunction(`window.hostCalls.some((call) => call.name === ${JSON.stringify(name)})`);
    const calls = (await harness?.calls()) ?? [];
    return { argument: calls.filter((call) => call.name === name).at(-1)?.argument };
  }

  async function count(name: string): Promise<number> {
    return ((await harness?.calls()) ?? []).filter((call) => call.name === name).length;
  }

  afterEach(async () => {
    const errors = harness?.errors ?? [];
    await harness?.close();
    harness = undefined;
    assert.deepEqual(errors, []);
  });

  for (const theme of ["light", "dark", "highContrast"] as const) {
    it(`breaks no rule of accessibility: ${theme}`, async () => {
      const effects = [...state.effects, { severity: "danger", sentence: "12 messages are deleted." } as const];
      const checks = `test: () => [{ name: "AMQP", ok: true, sentence: "Fine." }, { name: "Management API", ok: false, sentence: "Refused." }],`;
      const { page, violations } = await open(host({ effects, values: { name: "orders" } }, checks), theme);
      await page.click("details summary");
      await page.click(".test");
      await page.waitForSelector(".checks");
      assert.deepEqual(await violations(), []);
    });
  }

  it("begins in the first field, and Enter submits what is shown", async () => {
    const { page } = await open();
    await page.keyboard.type("orders");
    await page.keyboard.press("Enter");
    assert.deepEqual((await called("submit")).argument, { name: "orders", type: "classic", durable: true });
  });

  it("does not submit without what is needed, and goes there", async () => {
    const { page } = await open();
    await page.click(".submit");
    await page.getByText("Name is needed.").waitFor();
    await page.locator('[data-field="name"] vscode-text-field:focus-within').waitFor();
    assert.equal(await count("submit"), 0);
    await page.keyboard.type("x");
    await page.getByText("Name is needed.").waitFor({ state: "detached" });
  });

  it("Escape cancels", async () => {
    const { page } = await open();
    await page.keyboard.press("Escape");
    await called("cancel");
  });

  it("shows fields only where they apply", async () => {
    const { page } = await open();
    assert.equal(await page.locator('[data-field="durable"]').count(), 1);
    await page.locator('[data-field="type"] vscode-dropdown').focus();
    // Enter opens the list, and takes what is chosen: it does not submit.
    for (const key of ["Enter", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await page.getByText("Replicated.").waitFor();
    assert.equal(await page.locator('[data-field="durable"]').count(), 0);
    assert.equal(await count("submit"), 0);
    await page.locator('[data-field="name"] input').fill("q");
    await page.click(".submit");
    assert.deepEqual((await called("submit")).argument, { name: "q", type: "quorum" });
  });

  it("completes from suggestions by keyboard, and takes any other text", async () => {
    const { page } = await open(host({ values: { name: "q" } }));
    const field = page.getByRole("combobox", { name: "Dead-letter exchange" });
    await field.focus();
    await page.keyboard.type("dea");
    await page.getByRole("option", { name: "dead" }).waitFor();
    assert.equal(await page.getByRole("option", { name: "orders" }).count(), 0);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.equal(await field.inputValue(), "dead");
    assert.equal(await count("submit"), 0);
    await page.keyboard.type("-letters");
    await page.keyboard.press("Escape");
    assert.equal(await count("cancel"), 0, "the first Escape closes the list");
    await page.click(".submit");
    assert.equal(((await called("submit")).argument as Record<string, unknown>)["dlx"], "dead-letters");
  });

  it("starts with the values given, lists and typed rows too", async () => {
    const args = [{ name: "x-max-length", value: { type: "int64", value: "10" } }] as const;
    const values = { name: "orders", type: "quorum", ttl: "60000", args };
    const { page } = await open(host({ values }));
    assert.equal(await page.locator('[data-field="type"] vscode-dropdown').evaluate("(each) => each.value"), undefined);
    await page.getByText("Replicated.").waitFor();
    await page.click(".submit");
    assert.deepEqual((await called("submit")).argument, values);
  });

  it("shows what the host found wrong, at its field, in a collapsed part too", async () => {
    const refuse = `submit: () => { throw { message: "A TTL has at most ten digits.", field: "ttl" }; },`;
    const { page } = await open(host({ values: { name: "q" } }, refuse));
    await page.click(".submit");
    await page.locator('[data-field="ttl"] .problem').waitFor();
    await page.locator('[data-field="ttl"] vscode-text-field:focus-within').waitFor();
  });

  it("shows what is wrong with the whole above the buttons", async () => {
    const refuse = `submit: () => { throw { message: "The broker closed the connection." }; },`;
    const { page } = await open(host({ values: { name: "q" } }, refuse));
    await page.click(".submit");
    await page.locator(".failure").getByText("The broker closed the connection.").waitFor();
    assert.equal(await page.locator(".submit").getAttribute("disabled"), null);
  });

  it("checks numbers and rows before it submits", async () => {
    const { page } = await open(host({ values: { name: "q" } }));
    await page.click("details summary");
    await page.locator('[data-field="ttl"] input').fill("-1");
    await page.getByText("-1 is out of the range of uint32").waitFor();
    await page.locator('[data-field="ttl"] input').fill("");
    await page.click(".row-add");
    await page.click(".submit");
    await page.getByText("This row has no name.").waitFor();
    assert.equal(await count("submit"), 0);
  });

  it("tests with the values that stand there, and forgets the result when they change", async () => {
    const checks = `test: () => [{ name: "AMQP", ok: true, sentence: "RabbitMQ answered." }, { name: "Management API", ok: false, sentence: "Connection refused." }],`;
    const { page } = await open(host({ values: { name: "q" } }, checks));
    await page.click(".test");
    const list = page.locator(".checks");
    await list.waitFor();
    assert.match(
      await list.innerText(),
      /AMQP: works\. RabbitMQ answered\.\s+Management API: failed\. Connection refused\./,
    );
    assert.equal(((await called("test")).argument as Record<string, unknown>)["name"], "q");
    await page.locator('[data-field="name"] input').fill("other");
    await list.waitFor({ state: "detached" });
  });

  it("leaves secrets to the host", async () => {
    const ask = `askSecret: () => [{ name: "password", label: "Password", set: true }, { name: "clientKey", label: "Client key", set: true }],`;
    const { page } = await open(host({}, ask));
    await page.getByRole("button", { name: "Change Password" }).waitFor();
    await page.getByRole("button", { name: "Set Client key" }).click();
    await page.getByRole("button", { name: "Change Client key" }).waitFor();
    assert.deepEqual((await called("askSecret")).argument, { name: "clientKey" });
    assert.equal(await page.locator('input[type="password"]').count(), 0);
  });

  it("lists what it will do first, gravest marked", async () => {
    const effects = [...state.effects, { severity: "danger", sentence: "12 messages are deleted." } as const];
    const { page } = await open(host({ effects }));
    assert.deepEqual(
      (await page.locator(".effects li").allInnerTexts()).map((each) => each.replaceAll(/\s+/g, " ")),
      [
        "Good to know: Nobody else notices.",
        "Others may notice: Others may notice it.",
        "Cannot be undone: 12 messages are deleted.",
      ],
    );
    assert.equal(await page.locator(".submit.danger").count(), 1);
  });

  it("goes on where it was when it was hidden", async () => {
    const { page } = await open(host(), "dark", { remembered: { form: "queue", values: { name: "half" } } });
    assert.equal(await page.locator('[data-field="name"] input').inputValue(), "half");
  });

  it("shows hostile text as text", async () => {
    const { page } = await open(
      host({
        form: {
          id: "x",
          title: hostile,
          submit: hostile,
          note: hostile,
          fields: [{ name: "a", label: hostile, type: "text", help: hostile, suggestions: [hostile] }],
        },
        effects: [{ severity: "info", sentence: hostile }],
        secrets: [{ name: "s", label: hostile, set: false }],
      }),
    );
    assert.ok((await page.innerText("h1")).includes(hostile));
    assert.equal(await page.evaluate("window.hacked"), undefined);
    assert.equal(await page.locator("img, b").count(), 0);
  });

  it("fits a narrow panel", async () => {
    const { page } = await open(host(), "dark", { width: 300, height: 600 });
    await page.click("details summary");
    await page.click(".row-add");
    assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
    assert.equal(await page.evaluate("document.getElementById('app').scrollWidth > innerWidth"), false);
  });
});
