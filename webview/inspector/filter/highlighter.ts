/** Marks what the filter found in the list and in the open message: painted by the browser, nothing of the page changes. */
import type { Highlight as Pattern } from "../../../src/protocol/filter.ts";
import { Matches } from "./matches.ts";

const name = "mq-match";
/** All together. */
const mostRanges = 1000;
/** What is marked in the list, and in the message: these, but for what we say ourselves. */
const cells = ".track .row .key, .track .row .preview, .track .row [data-searched]";
const panel = ".tab-panel";
const ours = ".body-bar, .note, button, input, select, .type, .visually-hidden, [aria-hidden='true']";

export class Highlighter {
  readonly #root: HTMLElement;
  #patterns: readonly Pattern[] = [];
  #key = "[]";
  #matches = new Matches([]);
  #list: readonly StaticRange[] = [];
  #panel: readonly StaticRange[] = [];
  /** What of the message was marked: changes of it are told by the browser. */
  #watched: Element | undefined;
  #isPanelOld = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #observer = new MutationObserver(() => {
    this.#isPanelOld = true;
    this.#later();
  });

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** After each drawing. */
  afterDraw(patterns: readonly Pattern[]): void {
    if (!("highlights" in CSS)) return;
    if (patterns !== this.#patterns) {
      this.#patterns = patterns;
      const key = JSON.stringify(patterns);
      if (key !== this.#key) {
        this.#key = key;
        this.#matches = new Matches(patterns);
        this.#isPanelOld = true;
      }
    }
    this.#watch();
    if (this.#matches.isEmpty && this.#list.length === 0 && this.#panel.length === 0) return;
    this.#list = this.#markList();
    if (this.#isPanelOld) this.#later();
    this.#show();
  }

  #watch(): void {
    const element = this.#root.querySelector(panel) ?? undefined;
    if (element === this.#watched) return;
    this.#observer.disconnect();
    this.#watched = element;
    this.#isPanelOld = true;
    if (element) this.#observer.observe(element, { childList: true, characterData: true, subtree: true });
  }

  /** Once for all that changes now. */
  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isPanelOld = false;
      this.#panel = this.#markPanel();
      this.#show();
    });
  }

  #markList(): readonly StaticRange[] {
    const ranges: StaticRange[] = [];
    if (this.#matches.isEmpty) return ranges;
    for (const cell of this.#root.querySelectorAll(cells)) {
      if (ranges.length >= mostRanges) break;
      this.#mark(textsIn(cell), ranges);
    }
    return ranges;
  }

  #markPanel(): readonly StaticRange[] {
    const ranges: StaticRange[] = [];
    if (this.#watched && !this.#matches.isEmpty) this.#mark(textsIn(this.#watched), ranges);
    return ranges;
  }

  /** What is found may begin in one text and end in another: a body is coloured in pieces. */
  #mark(blocks: readonly (readonly Text[])[], ranges: StaticRange[]): void {
    for (const block of blocks) {
      const left = mostRanges - ranges.length;
      if (left <= 0) return;
      const spans = this.#matches.in(block.map(({ data }) => data).join(""), left);
      const place = placeIn(block);
      for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
        const start = place(from, false);
        const end = place(to, true);
        if (start && end)
          ranges.push(
            new StaticRange({
              startContainer: start.text,
              startOffset: start.offset,
              endContainer: end.text,
              endOffset: end.offset,
            }),
          );
      }
    }
  }

  #show(): void {
    const ranges = [...this.#list, ...this.#panel].slice(0, mostRanges);
    if (ranges.length === 0) CSS.highlights.delete(name);
    else CSS.highlights.set(name, new Highlight(...ranges));
  }
}

/** The texts of an element, those of each table cell or block by themselves. */
function textsIn(element: Element): readonly (readonly Text[])[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) =>
    node instanceof Element && node.matches(ours) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const blocks: Text[][] = [[]];
  let length = 0;
  for (let node = walker.nextNode(); node && length < 400_000; node = walker.nextNode()) {
    if (node instanceof Text) {
      blocks.at(-1)?.push(node);
      length += node.length;
    } else if (!(node instanceof HTMLSpanElement)) blocks.push([]);
  }
  return blocks.filter((block) => block.length > 0);
}

/** Finds the text in which an offset into all of them lies; asked with rising offsets. */
function placeIn(
  texts: readonly Text[],
): (offset: number, isEnd: boolean) => { readonly text: Text; readonly offset: number } | undefined {
  let at = 0;
  let start = 0;
  return (offset, isEnd) => {
    // Places may lie within one another.
    if (offset < start) at = start = 0;
    for (let text = texts[at]; text; text = texts[++at]) {
      const end = start + text.length;
      if (offset < end || (isEnd && offset === end)) return { text, offset: offset - start };
      start = end;
    }
    return undefined;
  };
}
