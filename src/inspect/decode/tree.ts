/** A decoded body as a tree that is read where somebody looks: nothing of it is built. */
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import type { BodyNode, BodyNodes, NodePath } from "../../protocol/body.ts";
import { visible } from "../preview.ts";
import { PrettyPrinter } from "./pretty.ts";
import type { Reader, Start } from "./reader.ts";
import { Slices } from "./slices.ts";

/** Characters of a value, and of a name, in the tree. */
const valueChars = 1000;
const nameChars = 300;
/** Children that are given at once. */
const mostNodes = 1000;
/** Containers whose beginning is remembered. */
const mostPlaces = 20_000;

interface Place {
  readonly start: Start;
  readonly name: string | undefined;
  total?: number;
}

export class BodyTree {
  readonly #places = new Map<string, Place>();
  readonly #start: Start;

  constructor(start: Start) {
    this.#start = start;
    this.#places.set("", { start, name: undefined });
  }

  /** The root as a node. */
  async root(): Promise<BodyNodes> {
    const nodes: BodyNode[] = [];
    const { total, problem } = await walk(this.#start(), { from: 0, to: 1, depth: 0 }, ({ node }) => nodes.push(node));
    return { total: Math.max(total, nodes.length), from: 0, nodes, ...(problem === undefined ? {} : { problem }) };
  }

  /** The children `from` … of a container. @throws BrokerError `missing` when there is none at that path */
  async children(path: NodePath, from: number, count: number): Promise<BodyNodes> {
    const place = await this.#place(path);
    const nodes: BodyNode[] = [];
    const to = from + Math.min(count, mostNodes);
    const options = { from, to, depth: 1, ...(place.total === undefined ? {} : { stopAt: to }) };
    const { total, problem } = await walk(place.start(), options, (child) => {
      nodes.push(child.node);
      if (child.again) this.#remember([...path, child.index], { start: child.again, name: child.name });
    });
    if (place.total === undefined && problem === undefined) place.total = total;
    return { total: place.total ?? total, from, nodes, ...(problem === undefined ? {} : { problem }) };
  }

  /** The value at a path as text: a string's own text, a container indented. */
  async valueText(path: NodePath): Promise<string> {
    const last = path.at(-1);
    const parent = last === undefined ? this.#start : (await this.#place(path.slice(0, -1))).start;
    let text: string | undefined;
    let again: Start | undefined;
    const range = { from: last ?? 0, to: (last ?? 0) + 1, depth: last === undefined ? 0 : 1, stopAt: (last ?? 0) + 1 };
    await walk(parent(), range, (child, reader) => {
      again = child.again;
      if (again) return;
      const literal = reader.literal(Infinity);
      text = literal.kind === "string" && literal.json ? unquoted(literal.text) : literal.text;
    });
    if (text !== undefined) return text;
    if (!again) throw missing();
    const printer = new PrettyPrinter(again());
    await printer.runAll();
    return printer.text;
  }

  /** `$.customer.names[2]` */
  async pathText(path: NodePath): Promise<string> {
    let text = "$";
    for (let depth = 0; depth < path.length; depth++) {
      const index = path[depth] ?? 0;
      const parent = await this.#place(path.slice(0, depth));
      let name: string | undefined;
      const range = { from: index, to: index + 1, depth: 1, stopAt: index + 1, names: Infinity };
      await walk(parent.start(), range, (child) => {
        ({ name } = child);
        if (child.again) this.#remember(path.slice(0, depth + 1), { start: child.again, name: child.name });
      });
      const plain = name === undefined ? undefined : /^"([A-Za-z_$][\w$]*)"$/.exec(name)?.[1];
      text += plain === undefined ? `[${name ?? String(index)}]` : `.${plain}`;
    }
    return text;
  }

  async #place(path: NodePath): Promise<Place> {
    const known = this.#places.get(path.join());
    if (known) return known;
    const index = path.at(-1);
    if (index === undefined) throw missing();
    await this.children(path.slice(0, -1), index, 1);
    const found = this.#places.get(path.join());
    if (!found) throw missing();
    return found;
  }

  #remember(path: NodePath, place: Place): void {
    const key = path.join();
    if (this.#places.has(key)) return;
    if (this.#places.size >= mostPlaces) {
      this.#places.clear();
      this.#places.set("", { start: this.#start, name: undefined });
    }
    this.#places.set(key, place);
  }
}

interface Walk {
  readonly from: number;
  readonly to: number;
  /** Whose children are meant: 0 = what stands alone, 1 = those of the container that is read. */
  readonly depth: number;
  /** Characters of a name. */
  readonly names?: number;
  /** Look no further than this child; else all are counted. */
  readonly stopAt?: number;
}

interface Child {
  readonly index: number;
  readonly name: string | undefined;
  readonly node: BodyNode;
  readonly again?: Start;
}

/** Reads a container to its end, and tells of the children that are asked for. What is wrong with it is its end. */
async function walk(
  reader: Reader,
  { from, to, depth: at, stopAt = Infinity, names = nameChars }: Walk,
  tell: (child: Child, reader: Reader) => void,
): Promise<{ readonly total: number; readonly problem?: string }> {
  const slices = new Slices();
  let depth = 0;
  let total = 0;
  let open: { readonly child: Child; count: number } | undefined;
  const finish = (): void => {
    if (open) tell({ ...open.child, node: { ...open.child.node, count: open.count } }, reader);
    open = undefined;
  };
  try {
    for (let events = 1; total < stopAt || open; events++) {
      const event = reader.next();
      if (event === "end") break;
      if ((event === "value" || event === "open") && depth === at) {
        const index = total++;
        if (index >= from && index < to) {
          const child = childOf(reader, index, event === "open", names);
          if (event === "open") open = { child, count: 0 };
          else tell(child, reader);
        }
      } else if (open && depth === at + 1 && (event === "value" || event === "open")) open.count++;
      if (event === "open") depth++;
      else if (event === "close" && --depth === at) finish();
      const pause = event === "more" || (events & 511) === 0 ? slices.pause() : undefined;
      if (pause) await pause;
    }
    finish();
    return { total };
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    finish();
    return { total, problem: sentenceOf(error) };
  }
}

function childOf(reader: Reader, index: number, isContainer: boolean, names: number): Child {
  const name = reader.name(names)?.text;
  const named = name === undefined ? {} : { name: visible(name) };
  if (isContainer) {
    const { kind, type } = reader.container();
    return { index, name, node: { ...named, text: "", type, kind, count: 0 }, again: reader.again() };
  }
  const { text, type, kind, more } = reader.literal(valueChars);
  return { index, name, node: { ...named, text: visible(text), type, kind, ...(more === undefined ? {} : { more }) } };
}

function unquoted(json: string): string {
  try {
    return JSON.parse(json) as string;
  } catch {
    return json;
  }
}

function missing(): BrokerError {
  return new BrokerError("missing", t("This value is no longer there: the message was decoded anew."));
}
