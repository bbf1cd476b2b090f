import type { BodyNode, BodyNodes, NodePath } from "../../../src/protocol/body.ts";

/** Children that are asked for at once. */
export const pageNodes = 200;

export type TreeRow =
  | {
      readonly kind: "node";
      readonly key: string;
      readonly path: NodePath;
      readonly node: BodyNode;
      /** Its place among its siblings, and how many they are. */
      readonly index: number;
      readonly siblings: number;
      readonly open: boolean;
      readonly loading: boolean;
    }
  | {
      readonly kind: "more";
      readonly key: string;
      readonly path: NodePath;
      readonly shown: number;
      readonly total: number;
    }
  | { readonly kind: "problem"; readonly key: string; readonly path: NodePath; readonly sentence: string };

export interface TreeDeps {
  children(path: NodePath, from: number, count: number): Promise<BodyNodes>;
  root(): Promise<BodyNodes>;
  changed(): void;
  failed(error: unknown): void;
}

interface Level {
  nodes: readonly BodyNode[];
  total: number;
  problem: string | undefined;
  loading: boolean;
}

/** What of a body's tree is open. Only opened levels are asked for and drawn, and of each only the pages that were reached. */
export class TreeModel {
  readonly #deps: TreeDeps;
  readonly #levels = new Map<string, Level>();
  readonly #open = new Set<string>();
  #root: BodyNode | undefined;
  #problem: string | undefined;
  #rows: readonly TreeRow[] | undefined;
  #current = "";

  constructor(deps: TreeDeps) {
    this.#deps = deps;
    this.#load(this.#begin());
  }

  /** The key of the row that the keyboard is on. */
  get current(): string {
    return this.#current;
  }

  get rows(): readonly TreeRow[] {
    this.#rows ??= this.#build();
    return this.#rows;
  }

  focus(key: string): void {
    this.#current = key;
    this.#deps.changed();
  }

  /** Opens or closes a container; further children where the row is about them. */
  toggle(row: TreeRow): void {
    this.#current = row.key;
    if (row.kind === "more") this.#load(this.#fetch(row.path, row.shown));
    else if (row.kind === "node" && row.node.count !== undefined) {
      if (row.open) this.#open.delete(row.key);
      else this.#expand(row.path);
    }
    this.#change();
  }

  /** @returns whether the key meant something here */
  press(key: string): boolean {
    const rows = this.rows;
    const at = Math.max(
      0,
      rows.findIndex((row) => row.key === this.#current),
    );
    const row = rows[at];
    if (!row) return false;
    const isContainer = row.kind === "node" && row.node.count !== undefined;
    switch (key) {
      case "ArrowDown":
        this.focus(rows[Math.min(at + 1, rows.length - 1)]?.key ?? "");
        return true;
      case "ArrowUp":
        this.focus(rows[Math.max(at - 1, 0)]?.key ?? "");
        return true;
      case "Home":
        this.focus(rows[0]?.key ?? "");
        return true;
      case "End":
        this.focus(rows.at(-1)?.key ?? "");
        return true;
      case "ArrowRight":
        if (isContainer && !row.open) this.toggle(row);
        else if (isContainer) this.focus(rows[Math.min(at + 1, rows.length - 1)]?.key ?? "");
        return true;
      case "ArrowLeft":
        if (isContainer && row.open) this.toggle(row);
        else this.focus(row.kind === "node" ? row.path.slice(0, -1).join() : row.path.join());
        return true;
      case "Enter":
      case " ":
        this.toggle(row);
        return true;
      default:
        return false;
    }
  }

  async #begin(): Promise<void> {
    const { nodes, problem } = await this.#deps.root();
    this.#root = nodes[0];
    this.#problem = problem;
    if (this.#root?.count !== undefined) this.#expand([]);
  }

  #expand(path: NodePath): void {
    const key = path.join();
    this.#open.add(key);
    if (!this.#levels.has(key)) this.#load(this.#fetch(path, 0));
  }

  async #fetch(path: NodePath, from: number): Promise<void> {
    const key = path.join();
    const before = this.#levels.get(key);
    if (before?.loading) return;
    const level: Level = before ?? { nodes: [], total: 0, problem: undefined, loading: true };
    level.loading = true;
    this.#levels.set(key, level);
    try {
      const { nodes, total, problem } = await this.#deps.children(path, from, pageNodes);
      level.nodes = [...level.nodes.slice(0, from), ...nodes];
      level.total = total;
      level.problem = problem;
      // The keyboard was on "more": it goes on with what came.
      if (this.#current === `${key}+`) this.#current = [...path, from].join();
    } catch (error) {
      if (!before) this.#levels.delete(key);
      this.#open.delete(key);
      throw error;
    } finally {
      level.loading = false;
    }
  }

  #load(work: Promise<void>): void {
    work.then(
      () => {
        this.#change();
      },
      (error: unknown) => {
        this.#deps.failed(error);
        this.#change();
      },
    );
  }

  #change(): void {
    this.#rows = undefined;
    this.#deps.changed();
  }

  #build(): readonly TreeRow[] {
    const rows: TreeRow[] = [];
    if (this.#root) this.#add(rows, [], this.#root, 0, 1);
    if (this.#problem !== undefined && this.#root?.count === undefined)
      rows.push({ kind: "problem", key: "!", path: [], sentence: this.#problem });
    return rows;
  }

  #add(rows: TreeRow[], path: NodePath, node: BodyNode, index: number, siblings: number): void {
    const key = path.join();
    const open = this.#open.has(key);
    const level = this.#levels.get(key);
    rows.push({ kind: "node", key, path, node, index, siblings, open, loading: open && (level?.loading ?? false) });
    if (!open || !level) return;
    const { nodes, total, problem } = level;
    for (const [at, child] of nodes.entries()) this.#add(rows, [...path, at], child, at, total);
    if (nodes.length < total) rows.push({ kind: "more", key: `${key}+`, path, shown: nodes.length, total });
    if (problem !== undefined) rows.push({ kind: "problem", key: `${key}!`, path, sentence: problem });
  }
}
