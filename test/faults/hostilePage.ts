import { openInspector } from "../support/inspectorScene.ts";
import type { Shown } from "./hostileMessagesFault.ts";

/** Shows these messages in the inspector page, one after the other. @returns what ran, was drawn or went wrong there */
export async function scriptsRun(shown: readonly Shown[]): Promise<readonly string[]> {
  const problems: string[] = [];
  const harness = await openInspector({ count: 0 });
  const { page } = harness;
  try {
    await page.waitForSelector(".grid");
    const rows = shown.map(({ row }, seq) => ({ ...row, seq }));
    const details = shown.map(({ detail }, seq) => ({ ...detail, seq }));
    await page.evaluate(
      `{ const rows = ${literal(rows)}, details = ${literal(details)};
         fakeHost.row = (seq) => rows[seq]; fakeHost.detail = (seq) => details[seq]; }`,
    );
    await page.evaluate(`fakeHost.arrive(${String(shown.length)})`);
    await page.waitForSelector(".track .row:not(.waiting)");
    await page.focus(".grid");
    await page.keyboard.press("Home");
    for (let at = 0; at < shown.length; at++) {
      await page.waitForSelector(`.row.current[aria-rowindex="${String(at + 2)}"]`);
      await page.waitForSelector(".detail");
      await page.keyboard.press("ArrowDown");
    }
    const drawn = await page.evaluate<number>(
      `document.querySelectorAll(".grid :is(img, script, svg, iframe), .detail :is(script, iframe, object, embed)").length`,
    );
    if (drawn > 0) problems.push(`${String(drawn)} elements came out of messages`);
    if (await page.evaluate<boolean>("window.hacked !== undefined")) problems.push("a script of a message ran");
    problems.push(...harness.errors.map((error) => `the page said: ${error}`));
  } finally {
    await harness.close();
  }
  return problems;
}

/** Read by JSON.parse, so that nothing in it is code. */
function literal(value: unknown): string {
  return `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
}
