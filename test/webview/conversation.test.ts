import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { ConversationMessage, ConversationState, Lane } from "../../src/protocol/conversation.ts";
import { type HarnessOptions, openPageHarness, type PageHarness, type ThemeName } from "../support/pageHarness.ts";

describe("conversation page", () => {
  let open: PageHarness | undefined;

  const finish = async (): Promise<void> => {
    const last = open;
    open = undefined;
    if (!last) return;
    await last.close();
    assert.deepEqual(last.errors, []);
  };
  afterEach(finish);

  const start = async (
    state: ConversationState = exampleState,
    options: HarnessOptions & { readonly theme?: ThemeName } = {},
  ): Promise<Page> => {
    const host = `({
      hello: () => (${JSON.stringify(state).replaceAll("<", "\\u003c")}),
      copyMermaid: () => undefined,
      open: ({ seq }) => { if (seq === 12) throw new Error("This message is no longer kept: newer ones took its place."); },
    })`;
    open = await openPageHarness("conversation", host, options.theme ?? "dark", options);
    await open.page.waitForSelector(".card");
    return open.page;
  };
  const callsOf = async (name: string): Promise<readonly unknown[]> =>
    ((await open?.calls()) ?? []).filter((call) => call.name === name).map((call) => call.argument);

  it("shows a lane for each inspector, each message in its lane, with the times between them", async () => {
    const page = await start();
    assert.deepEqual(await page.locator(".head .lane b").allInnerTexts(), ["orders.rpc", "amq.gen-replies", "audit"]);
    const lefts = await Promise.all(
      [0, 1, 2].map(async (index) => (await page.locator(`[data-index="${index}"]`).boundingBox())?.x ?? 0),
    );
    assert.ok((lefts[0] ?? 0) < (lefts[1] ?? 0) && (lefts[1] ?? 0) < (lefts[2] ?? 0), String(lefts));
    await text(page, "[data-index='1']", "answers 1, +45 ms");
    await text(page, "[data-index='2']", "same trace as 2, +1.20 s");
    await text(page, ".row:nth-child(3) .time", "+45 ms");
    await text(page, ".summary", "3 messages in 1.25 s, seen in 3 of the inspectors (4 open).");
    await text(page, ".ids", "m-1");
  });

  it("goes through the messages by keys, and shows one in its inspector with Enter or a click", async () => {
    const page = await start();
    await page.focus("[data-index='0']");
    await page.keyboard.press("ArrowDown");
    await page.waitForSelector("[data-index='1']:focus");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Home");
    await page.click("[data-index='2']");
    await text(page, "[role=alert]", "no longer kept");
    assert.deepEqual(await callsOf("open"), [
      { lane: "2", seq: 4 },
      { lane: "3", seq: 12 },
    ]);
    assert.equal(await page.locator(".card[tabindex='0']").count(), 1, "one stop for Tab");
  });

  it("copies as Mermaid and says so", async () => {
    const page = await start();
    await page.click(".copy");
    await text(page, ".copied", "Copied");
    await text(page, "[role=status]", "Copied.");
    assert.equal((await callsOf("copyMermaid")).length, 1);
  });

  it("lets new ones join without losing the place, and says so", async () => {
    const page = await start();
    await page.focus("[data-index='1']");
    const earlier = { ...example(0), seq: 2, received: start0 - 5, key: "earlier" };
    const messages = [earlier, ...exampleState.messages.map((each) => shifted(each))];
    await open?.tell("state", { ...exampleState, messages });
    await text(page, "[data-index='0']", "earlier");
    await page.waitForSelector("[data-index='2']:focus");
    await text(page, "[role=status]", "1 more message belongs to it.");
  });

  it("says when it is still searching, when nothing was found, and when there is more than it shows", async () => {
    const page = await start({ ...exampleState, searching: true });
    await text(page, ".summary", "Searching");
    await open?.tell("state", { ...exampleState, messages: [example(0)], lanes: exampleState.lanes.slice(0, 1) });
    await text(page, ".summary", "Nothing else belongs to this message");
    await open?.tell("state", { ...exampleState, cutAt: 500 });
    await text(page, ".cut", "More than 500 messages");
  });

  it("shows foreign content as text", async () => {
    const hostile = "<img src=x onerror=window.hacked=1>";
    const page = await start({
      ...exampleState,
      ids: [{ kind: "message", value: hostile }],
      lanes: exampleState.lanes.map((lane) => ({ ...lane, title: hostile })),
      messages: exampleState.messages.map((message) => ({ ...message, key: hostile, type: hostile, preview: hostile })),
    });
    await text(page, ".card .key", hostile);
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.evaluate("window.hacked"), undefined);
  });

  it("bears 500 messages in 8 lanes", async () => {
    const lanes = Array.from({ length: 8 }, (_, at) => lane(String(at), `queue-${String(at)}`));
    const messages = Array.from({ length: 500 }, (_, at) => ({ ...example(at % 3), seq: at, lane: at % 8 }));
    const page = await start({ ...exampleState, lanes, messages });
    await page.focus("[data-index='0']");
    await page.keyboard.press("End");
    await page.waitForSelector("[data-index='499']:focus");
  });

  for (const theme of ["light", "dark", "highContrast"] as const)
    it(`is accessible by axe-core's rules in the ${theme} theme, narrow and at 200 % too`, async () => {
      const gone = { ...example(2), kept: false };
      const messages = [...exampleState.messages.slice(0, 2), gone];
      for (const size of [
        { width: 1200, height: 760 },
        { width: 600, height: 380 },
        { width: 320, height: 640 },
      ]) {
        const page = await start({ ...exampleState, cutAt: 500, messages }, { theme, ...size });
        await page.click(".copy");
        await text(page, ".copied", "Copied");
        assert.deepEqual(await open?.violations(), []);
        const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert.equal(over, 0, "nothing is cut off at the side");
        if (process.env["SCREENSHOTS"] !== undefined)
          await page.screenshot({ path: `.cache/screenshots/conversation-${theme}-${size.width}.png` });
        await finish();
      }
    });
});

const start0 = Date.UTC(2026, 2, 4, 9, 30);

function lane(id: string, title: string, parts: Partial<Lane> = {}): Lane {
  const connection = { name: "shop @ localhost", environment: "staging" } as const;
  return { id, title, kind: "queue", mode: "Consume", connection, closed: false, ...parts };
}

const examples: readonly ConversationMessage[] = [
  {
    lane: 0,
    seq: 17,
    received: start0,
    sent: start0 - 1000,
    key: "orders.rpc",
    type: "application/json",
    size: 1204,
    preview: '{"order":1041,"customer":{"name":"Ann O’Neil"},"total":12.50}',
    state: "pending",
    kept: true,
  },
  {
    lane: 1,
    seq: 4,
    received: start0 + 45,
    key: "amq.gen-replies",
    type: "application/json",
    size: 18,
    preview: '{"accepted":true}',
    state: "acked",
    kept: true,
    relation: { kind: "reply", to: 0, after: 45 },
  },
  {
    lane: 2,
    seq: 12,
    received: start0 + 1245,
    key: "order.created.eu-west-1.a-very-long-routing-key-of-many-parts",
    type: "text/xml",
    size: 70_000,
    preview: '<reservation id="77"><sku>A-1</sku></reservation>',
    state: "none",
    kept: true,
    relation: { kind: "trace", to: 1, after: 1200 },
  },
];

function example(index: number): ConversationMessage {
  const found = examples[index];
  assert.ok(found);
  return found;
}

/** With one more before it. */
function shifted(message: ConversationMessage): ConversationMessage {
  const { relation } = message;
  return relation ? { ...message, relation: { ...relation, to: relation.to + 1 } } : message;
}

const exampleState: ConversationState = {
  title: "m-1",
  ids: [
    { kind: "message", value: "m-1" },
    { kind: "trace", value: "4bf92f3577b34da6a3ce929d0e0e4736" },
    { kind: "reply", value: "amq.gen-replies" },
  ],
  lanes: [lane("1", "orders.rpc"), lane("2", "amq.gen-replies"), lane("3", "audit", { mode: "Tap", kind: "exchange" })],
  messages: examples,
  inspectors: 4,
  searching: false,
};

/** Waits until an element has this text in it. */
async function text(page: Page, selector: string, part: string): Promise<void> {
  await page.locator(selector).filter({ hasText: part }).first().waitFor({ state: "attached", timeout: 5000 });
}
