import assert from "node:assert/strict";
import type { HistoryEntry, PublishState } from "../../src/protocol/publish.ts";
import { until } from "../support/until.ts";
import { type HarnessOptions, type PageHarness, type ThemeName, openPageHarness } from "../support/pageHarness.ts";

const hostile = `<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>`;

const sent: HistoryEntry = {
  id: "7",
  sent: 1_750_000_000_000,
  target: "shop.orders",
  key: "orders.created",
  outcome: "returned",
  count: 1,
  preview: '{ "orderId": 1 }',
};

const state: PublishState = {
  target: "shop.orders",
  kind: "exchange",
  connection: { name: "rabbit.example.com", environment: "production" },
  keyLabel: "Routing key",
  form: {
    id: "publish",
    title: "Publish",
    submit: "Publish",
    fields: [
      { name: "priority", label: "Priority", type: "number", scalar: "uint8" },
      { name: "expiration", label: "Expiration", type: "number" },
      { name: "appId", label: "App id", type: "text" },
    ],
  },
  draft: {
    format: "json",
    body: '{ "orderId": 4711 }',
    key: "orders.created",
    contentType: "application/json",
    contentEncoding: "",
    persistent: true,
    headers: [{ name: "tenant", value: { type: "string", value: "acme" } }],
    properties: { appId: "shop" },
  },
  history: [sent, { ...sent, id: "6", target: "payments", elsewhere: true, outcome: "lost" }],
};

/** A host that keeps nothing; `answers` are further handlers, as a script. */
function host(over: Partial<PublishState> = {}, answers = ""): string {
  const text = JSON.stringify({ ...state, ...over }).replaceAll("<", "\\u003c");
  return `({
    hello: () => (${text}),
    send: () => ({ receipt: { outcome: "routed", persisted: true }, sentence: "The broker has it.", took: 4 }),
    indent: ({ text }) => JSON.stringify(JSON.parse(text), null, 2),
    ${answers}
  })`;
}

describe("the publish page", () => {
  let harness: PageHarness | undefined;

  async function open(script = host(), theme: ThemeName = "dark", options: HarnessOptions = {}): Promise<PageHarness> {
    harness = await openPageHarness("publish", script, theme, options);
    await harness.page.waitForSelector("h1");
    return harness;
  }

  async function lastCall(name: string): Promise<unknown> {
    const calls = (await harness?.calls()) ?? [];
    return calls.filter((call) => call.name === name).at(-1)?.argument;
  }

  afterEach(async () => {
    const errors = harness?.errors ?? [];
    await harness?.close();
    harness = undefined;
    assert.deepEqual(errors, []);
  });

  for (const theme of ["light", "dark", "highContrast"] as const) {
    it(`breaks no rule of accessibility: ${theme}`, async () => {
      const { page, violations } = await open(host({ blocked: "memory alarm" }), theme);
      await page.click(".properties summary");
      await page.click(".send");
      await page.waitForSelector(".result.routed");
      assert.deepEqual(await violations(), []);
    });
  }

  it("says where it goes, and warns of production", async () => {
    const { page } = await open();
    const head = await page.innerText("header");
    for (const word of ["shop.orders", "exchange", "rabbit.example.com", "Production"])
      assert.ok(head.includes(word), word);
    await page.getByRole("textbox", { name: "Routing key" }).waitFor();
  });

  it("has no key field for a target that takes none", async () => {
    const keyless = JSON.stringify({ ...state, keyLabel: undefined });
    const { page } = await open(`({ hello: () => (${keyless}) })`);
    assert.equal(await page.locator('[data-field="key"]').count(), 0);
  });

  it("is written and sent from the keyboard", async () => {
    const { page } = await open();
    await page.keyboard.press("Control+A");
    await page.keyboard.type('{"typed":1}');
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".result.routed");
    assert.match(await page.innerText(".result"), /Confirmed and routed.*The broker has it\..*4/s);
    assert.deepEqual(await lastCall("send"), { ...state.draft, body: '{"typed":1}' });
  });

  for (const [outcome, word] of [
    ["returned", "Returned"],
    ["refused", "Refused"],
    ["blocked", "Blocked"],
    ["lost", "Lost"],
  ] as const) {
    it(`tells ${outcome} by word and icon`, async () => {
      const answer = `send: () => ({ receipt: { outcome: "${outcome}", reason: "r" }, sentence: "Because of r." }),`;
      const { page } = await open(host({}, answer));
      await page.click(".send");
      await page.waitForSelector(`.result.${outcome} .codicon`);
      assert.match(await page.innerText(".result"), new RegExp(`${word}\\s+Because of r\\.`));
    });
  }

  it("adds, types and removes headers from the keyboard", async () => {
    const { page } = await open();
    await page.getByRole("textbox", { name: "Value of row 1" }).focus();
    await page.keyboard.press("Enter");
    await focused(page, "textbox", "Name of row 2");
    await page.keyboard.type("attempt");
    await page.keyboard.press("Tab");
    await focused(page, "combobox", "Type of row 2");
    // From string over boolean to int8.
    for (const key of ["Enter", "ArrowDown", "ArrowDown", "Enter"]) {
      await page.keyboard.press(key);
      await page.evaluate("new Promise(requestAnimationFrame)");
    }
    await page.keyboard.press("Tab");
    await focused(page, "textbox", "Value of row 2");
    await page.keyboard.type("200");
    await page.getByText("200 is out of the range of int8: -128 to 127.").waitFor();
    await page.keyboard.press("Backspace");
    await page.getByText("out of the range").waitFor({ state: "detached" });
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".result");
    assert.deepEqual(((await lastCall("send")) as PublishState["draft"]).headers, [
      ...state.draft.headers,
      { name: "attempt", value: { type: "int8", value: "20" } },
    ]);
    await page.getByRole("button", { name: "Remove row 1" }).focus();
    await focused(page, "button", "Remove row 1");
    await page.keyboard.press("Enter");
    const first = page.getByRole("textbox", { name: "Name of row 1" });
    await until("the second row is the first", async () => (await first.inputValue()) === "attempt");
  });

  it("edits tables inside tables", async () => {
    const { page } = await open(host({ draft: { ...state.draft, headers: [] } }));
    await page.click(".headers summary");
    await page.click(".row-add");
    await page.keyboard.type("outer");
    await page.locator(".row-type").click();
    await page.getByRole("option", { name: "table", exact: true }).click();
    await page.click(".nested .row-add");
    await page.keyboard.type("inner");
    await page.locator(".nested .row-value input").fill("deep");
    await page.click(".send");
    await page.waitForSelector(".result");
    assert.deepEqual(((await lastCall("send")) as PublishState["draft"]).headers, [
      {
        name: "outer",
        value: { type: "table", entries: [{ name: "inner", value: { type: "string", value: "deep" } }] },
      },
    ]);
  });

  it("shows a mistake at its field and goes there", async () => {
    const answer = `send: () => { throw { message: "An expiration is a number.", field: "expiration" }; },`;
    const { page } = await open(host({}, answer));
    await page.click(".send");
    await page.locator('[data-field="expiration"] .problem').waitFor();
    assert.equal(await page.innerText('[data-field="expiration"] .problem'), "An expiration is a number.");
    const focused = page.locator('[data-field="expiration"] vscode-text-field:focus-within');
    await focused.waitFor();
    assert.equal(await page.locator(".result").count(), 0);
  });

  it("says quietly where the JSON is wrong, and indents it when it is right", async () => {
    const answer = `indent: ({ text }) => { try { return JSON.stringify(JSON.parse(text), null, 2) } catch { throw { message: "Line 1, column 3: a name is expected.", field: "body" } } },`;
    const { page } = await open(host({}, answer));
    await page.fill(".body-text textarea", "{ a");
    await page.getByText("Line 1, column 3: a name is expected.").waitFor();
    await page.fill(".body-text textarea", '{"a":1}');
    await page.locator(".body-note").waitFor({ state: "detached" });
    await page.click(".indent");
    await assertBody('{\n  "a": 1\n}');
  });

  async function assertBody(expected: string): Promise<void> {
    const body = harness?.page.locator(".body-text textarea");
    const deadline = Date.now() + 5000;
    for (;;) {
      const now = await body?.inputValue();
      if (now === expected) return;
      if (Date.now() > deadline) assert.equal(now, expected);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it("turns text into hex and back, and refuses what is no text", async () => {
    const { page } = await open();
    await page.getByRole("radio", { name: "Hex" }).click();
    await assertBody(
      Buffer.from(state.draft.body)
        .toString("hex")
        .replaceAll(/(..)(?!$)/g, "$1 "),
    );
    await page.getByRole("radio", { name: "Text" }).click();
    await assertBody(state.draft.body);
    await page.keyboard.press("ArrowRight");
    await page.fill(".body-text textarea", "ff fe");
    await page.getByRole("radio", { name: "JSON" }).click();
    await page.getByText("not UTF-8 text").waitFor();
    await assertBody("ff fe");
  });

  it("sends a file by its path, and keeps what was written beside it", async () => {
    const { page } = await open(host({}, `pickFile: () => ({ path: "/data/order.bin", size: 12345 }),`));
    await page.getByRole("radio", { name: "File" }).click();
    await page.getByRole("button", { name: "Choose file…" }).click();
    await page.getByText("/data/order.bin").waitFor();
    assert.match(await page.innerText(".body-foot"), /12,345 bytes/);
    await page.click(".send");
    await page.waitForSelector(".result");
    assert.equal(((await lastCall("send")) as PublishState["draft"]).body, "/data/order.bin");
    await page.getByRole("radio", { name: "JSON" }).click();
    await assertBody(state.draft.body);
  });

  it("sends many with a rate", async () => {
    const answer = `sendMany: ({ count }) => ({ asked: count, routed: count, returned: 0, refused: 0, blocked: 0, lost: 0, cancelled: false, sentence: "All " + count + "." }),`;
    const { page } = await open(host({}, answer));
    await page.getByRole("textbox", { name: "How many" }).fill("0");
    await page.getByText("write a whole number from 1").waitFor();
    await page.getByRole("textbox", { name: "How many" }).fill("5000");
    await page.getByRole("textbox", { name: "Per second" }).fill("250");
    await page.getByRole("button", { name: "Send × 5,000" }).click();
    await page.getByText("All 5000.").waitFor();
    assert.deepEqual(await lastCall("sendMany"), { draft: state.draft, count: 5000, perSecond: 250 });
  });

  it("recalls, sends again and forgets what was sent", async () => {
    const old = { ...state.draft, body: '{"old":true}', key: "old" };
    const { page, calls } = await open(host({}, `recall: () => (${JSON.stringify(old)}),`));
    await page.getByRole("button", { name: /Send again/ }).click();
    await page.waitForSelector(".result.routed");
    assert.deepEqual(await lastCall("send"), old);
    await assertBody(state.draft.body);
    await page.locator(".recall").first().click();
    await assertBody(old.body);
    await page.getByRole("button", { name: "Undo" }).click();
    await assertBody(state.draft.body);
    await page
      .getByRole("button", { name: /Forget/ })
      .first()
      .click();
    const wanted = Date.now() + 5000;
    while (!(await calls()).some(({ name }) => name === "forget") && Date.now() < wanted);
    assert.deepEqual(await lastCall("forget"), { id: "7" });
  });

  it("offers no blind second sending of what went elsewhere", async () => {
    const { page } = await open();
    assert.equal(await page.locator(".history li").count(), 2);
    assert.equal(await page.getByRole("button", { name: /Send again/ }).count(), 1);
  });

  it("shows at once that the connection was locked or labelled otherwise, and keeps what is being written", async () => {
    const { page, tell } = await open();
    await page.locator(".body-text textarea").fill("half a sentence");
    await tell("connection", { name: "Shop", environment: "development", readOnly: true });
    await page.getByText("read-only").waitFor();
    assert.equal(await page.locator("body").getAttribute("data-environment"), "development");
    assert.equal(await page.locator(".body-text textarea").inputValue(), "half a sentence");
    await tell("connection", { name: "Shop" });
    await page.getByText("read-only").waitFor({ state: "detached" });
    assert.equal(await page.locator("body").getAttribute("data-environment"), "");
  });

  it("shows an alarm while it lasts, and a history that grows", async () => {
    const { page, tell } = await open();
    await tell("blocked", { sentence: "disk alarm on rabbit@one" });
    await page.getByText("disk alarm on rabbit@one").waitFor();
    await tell("blocked", { sentence: "" });
    await page.locator(".banner").waitFor({ state: "detached" });
    await tell("history", []);
    await page.getByText("What you send appears here").waitFor();
  });

  it("hands what is written to the host and remembers it until then", async () => {
    const { page } = await open(host({}, `keep: () => new Promise(() => undefined),`));
    await page.fill(".body-text textarea", "kept");
    const remembered = await page.evaluate<{ unkept: unknown }>("window.rememberedState");
    assert.deepEqual(remembered.unkept, { ...state.draft, body: "kept" });
    const wanted = Date.now() + 5000;
    while ((await lastCall("keep")) === undefined && Date.now() < wanted);
    assert.deepEqual(await lastCall("keep"), { ...state.draft, body: "kept" });
  });

  it("goes on with what the host never got", async () => {
    const unkept = { ...state.draft, body: "before it was hidden" };
    await open(host(), "dark", { remembered: { unkept } });
    await assertBody("before it was hidden");
  });

  it("keeps the other line end of a body that has it", async () => {
    const { page } = await open(host({ draft: { ...state.draft, format: "text", body: "a\r\nb" } }));
    await page.locator(".body-text textarea").focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("!");
    await page.click(".send");
    await page.waitForSelector(".result");
    assert.equal(((await lastCall("send")) as PublishState["draft"]).body, "a\r\nb!");
  });

  it("shows hostile text as text", async () => {
    const { page } = await open(
      host({
        target: hostile,
        kind: hostile,
        connection: { name: hostile },
        keyLabel: hostile,
        blocked: hostile,
        draft: {
          ...state.draft,
          body: hostile,
          key: hostile,
          headers: [{ name: hostile, value: { type: "string", value: hostile } }],
        },
        history: [{ ...sent, preview: hostile, key: hostile, target: hostile }],
      }),
    );
    assert.ok((await page.innerText("h1")).includes(hostile));
    assert.equal(await page.evaluate("window.hacked"), undefined);
    assert.equal(await page.locator("img").count(), 0);
  });

  it("fits a narrow panel and 200 %", async () => {
    for (const size of [
      { width: 320, height: 700 },
      { width: 500, height: 380 },
    ]) {
      const { page } = await open(host(), "dark", size);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
      await page.locator(".send-many").scrollIntoViewIfNeeded();
      await page.locator(".recall").first().scrollIntoViewIfNeeded();
      assert.equal(
        await page.evaluate("document.querySelector('.send-many').getBoundingClientRect().right <= innerWidth"),
        true,
      );
      await harness?.close();
    }
    harness = undefined;
  });
});

/** The page moves the focus after it has drawn, faster than a person types and slower than a test does. */
async function focused(
  page: PageHarness["page"],
  role: "textbox" | "combobox" | "button",
  name: string,
): Promise<void> {
  const field = page.getByRole(role, { name, exact: true });
  await until(`${name} has the focus`, () =>
    field.evaluate((element: Matching) => element.matches(":focus, :focus-within")),
  );
}

/** Of an element in the page. */
interface Matching {
  matches(selector: string): boolean;
}
