import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";

/** Where something was seen: in the window of the workbench, in a webview, or in a message between the two. */
export type Place = "window" | "webview" | "message";

/**
 * Looks for words in every text that the window of a page shows, and in the messages to and from its webviews. What a webview itself shows has to be
 * read from it besides: its page is written anew into its frame.
 */
export class ShownTexts {
  /** By the word: where it was seen, with what stood around it. */
  readonly #seen = new Map<string, Map<Place, string>>();

  private constructor(words: readonly string[]) {
    for (const word of words) this.#seen.set(word, new Map());
  }

  /** Watches what the page loads from now on; it has to be loaded again for what is there already. */
  static async watch(page: Page, words: readonly string[]): Promise<ShownTexts> {
    const shown = new ShownTexts(words);
    await page.exposeBinding("mqSeen", (_source, word: string, place: Place, around: string) => {
      const places = shown.#seen.get(word);
      if (places && !places.has(place)) places.set(place, around);
    });
    await page.addInitScript({ content: `(${watcher})(${JSON.stringify(words)})` });
    return shown;
  }

  /** Where a word was seen. */
  places(word: string): readonly Place[] {
    return [...(this.#seen.get(word)?.keys() ?? [])].sort();
  }

  /** What was seen of these words, one line each. */
  lines(words: readonly string[]): readonly string[] {
    return words.flatMap((word) =>
      [...(this.#seen.get(word) ?? [])].map(([place, around]) => `${place}: ${word} in ${around}`),
    );
  }
}

/**
 * How a secret looks where it was written: as it is, and in base64 wherever it may start. Escapes of URIs and JSON leave letters and digits as
 * they are, so a secret that is looked for has to consist of these.
 */
export function looksOf(secret: string): readonly string[] {
  const inner = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString("base64");
    // The first and the last group may hold bits of what stands beside it.
    return text.slice(before === 0 ? 0 : 4, -4);
  });
  return [secret, ...inner];
}

/** Runs in each frame before anything of it. The page has no types here: the host's configuration has no DOM. */
const watcher = `(words) => {
  const webview = location.pathname.includes("/webview/") || location.protocol === "vscode-webview:" || window !== window.top;
  const reported = new Set();
  const look = (text, place) => {
    if (typeof text !== "string" || text === "") return;
    for (const word of words) {
      const at = text.indexOf(word);
      if (at < 0 || reported.has(place + word)) continue;
      reported.add(place + word);
      window.mqSeen?.(word, place, text.slice(Math.max(0, at - 100), at + word.length + 100));
    }
  };
  const own = webview ? "webview" : "window";
  const lookAt = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return look(node.data, own);
    look(node.textContent, own);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const element of [node, ...node.querySelectorAll("*")]) {
      for (const { value } of element.attributes) look(value, own);
      if (element.shadowRoot) follow(element.shadowRoot);
    }
  };
  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes, attributeName } of records) {
      if (type === "childList") for (const node of addedNodes) lookAt(node);
      else if (type === "characterData") look(target.data, own);
      else look(target.getAttribute(attributeName), own);
    }
  });
  const options = { subtree: true, childList: true, characterData: true, attributes: true };
  const follow = (root) => {
    observer.observe(root, options);
    for (const node of root.childNodes) lookAt(node);
  };
  follow(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attach.call(this, init);
    follow(root);
    return root;
  };
  const decoder = new TextDecoder("latin1");
  const texts = (data, depth) => {
    if (typeof data === "string") return look(data, "message");
    if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return look(decoder.decode(data), "message");
    if (depth > 8 || typeof data !== "object" || data === null) return;
    for (const [name, value] of Object.entries(data)) {
      look(name, "message");
      texts(value, depth + 1);
    }
  };
  const port = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data");
  Object.defineProperty(MessageEvent.prototype, "data", {
    ...port,
    get() {
      const data = port.get.call(this);
      if (webview) texts(data, 0);
      return data;
    },
  });
  window.addEventListener("message", ({ data }) => texts(data, 0), true);
}`;
