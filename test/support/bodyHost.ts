/** The body part of the made-up host: a tree over any JSON value, an image of one pixel, schemas that exist nowhere. */
import type { BodyChoice, BodyHostCalls, BodyNode, BodyStep, BodyView, NodePath } from "../../src/protocol/body.ts";
import type { Handlers } from "../../src/protocol/peer.ts";

export class FakeBodies {
  choice: BodyChoice = {};
  /** What is under the root. */
  value: unknown = {};
  image = false;
  /** Instead of the message's own body and steps. */
  given: unknown;
  steps: readonly BodyStep[] | undefined;
  copied: unknown;

  readonly handlers: Handlers<BodyHostCalls> = {
    bodyNodes: ({ path, from, count, root }) => {
      if (root) return { total: 1, from: 0, nodes: [node(undefined, this.value)] };
      const children = childrenOf(this.#at(path));
      return {
        total: children.length,
        from,
        nodes: children.slice(from, from + count).map(([name, value]) => node(name, value)),
      };
    },
    copyBodyNode: (what) => {
      this.copied = what;
    },
    bodyImage: () => {
      const bytes = Uint8Array.from(atob(pixel), (char) => char.charCodeAt(0));
      return { type: "image/png", width: 1, height: 1, bytes: bytes.buffer };
    },
    chooseBody: (choice) => {
      this.choice = choice;
    },
    bodyTypes: () => ({
      protobuf: [{ id: "proto/shop.proto#shop.Order", name: "shop.Order", file: "proto/shop.proto" }],
      avro: [{ id: "avro/item.avsc", name: "shop.Item", file: "avro/item.avsc" }],
      problems: ["proto/broken.proto, line 3: illegal token '1', '=' expected."],
    }),
  };

  /** The body of a message whose text this is. */
  view(size: number, text: string, cut: boolean, steps: readonly BodyStep[]): BodyView {
    this.value = this.given ?? (JSON.parse(text) as unknown);
    return {
      size,
      kept: size,
      format: this.image ? "image" : "json",
      language: "json",
      ...(this.image
        ? {}
        : {
            text: this.given === undefined ? text : JSON.stringify(this.given, undefined, 2),
            raw: JSON.stringify(this.value),
          }),
      hex: '00000000  7b 22 6f 72 64 65 72 22  3a 31 37 2c 22 63 75 73  {"order":17,"cus',
      cut,
      tree: !this.image,
      steps: this.steps ?? steps,
      choice: this.choice,
    };
  }

  #at(path: NodePath): unknown {
    let value = this.value;
    for (const index of path) value = childrenOf(value)[index]?.[1];
    return value;
  }
}

function childrenOf(value: unknown): readonly (readonly [string | undefined, unknown])[] {
  if (Array.isArray(value)) return value.map((each: unknown) => [undefined, each]);
  return typeof value === "object" && value !== null
    ? Object.entries(value).map(([name, each]) => [JSON.stringify(name), each])
    : [];
}

function node(name: string | undefined, value: unknown): BodyNode {
  const named = name === undefined ? {} : { name };
  if (typeof value === "object" && value !== null)
    return {
      ...named,
      text: "",
      type: "",
      kind: Array.isArray(value) ? "array" : "object",
      count: childrenOf(value).length,
    };
  const kind = typeof value === "string" ? "string" : typeof value === "number" ? "number" : "word";
  return { ...named, text: JSON.stringify(value), type: kind === "word" ? typeof value : kind, kind };
}

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
