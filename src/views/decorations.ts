import * as vscode from "vscode";
import type { Connections } from "../connections/connections.ts";
import { environmentColor } from "./treeLook.ts";

const liveScheme = "mq-node";
const connectionScheme = "mq-connection";

/** Marks a row whose counts change. VS Code asks for the decoration of rows that it draws, and only those. */
export function liveUri(rowId: string): vscode.Uri {
  return vscode.Uri.from({ scheme: liveScheme, path: `/${encodeURIComponent(rowId)}` });
}

export function connectionUri(id: string): vscode.Uri {
  return vscode.Uri.from({ scheme: connectionScheme, path: `/${encodeURIComponent(id)}` });
}

/** How long rows are collected before they are asked for together, in milliseconds. */
const gather = 50;
/** How long scrolling has to rest before the rows out of view are forgotten, in milliseconds. */
const rest = 300;
/** So many rows are kept up to date without looking which of them are still in view. */
const few = 60;

export interface LiveRowsOptions {
  readonly connections: Connections;
  /** Asks for what is newer about these rows, by their ids. */
  update(ids: readonly string[]): Promise<void>;
  /** Milliseconds between rounds; 0 = none. */
  interval(): number;
  visible(): boolean;
}

/**
 * Keeps the rows in view up to date, and colours connections by what they are for. It is a decoration provider because
 * that is how VS Code tells which rows are on the screen: of ten thousand queues only some forty are ever asked for. It
 * asks once for each row that it draws and never says which are gone from view; after a long scroll everything is taken
 * back, so that it asks anew for what it draws. Not on every round: that would close the tooltip that is being read.
 */
export class LiveRows implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #options: LiveRowsOptions;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #registration: vscode.Disposable;
  readonly onDidChangeFileDecorations = this.#changed.event;
  #gathered = new Set<string>();
  /** At least the rows in view. */
  #seen = new Set<string>();
  /** What was seen before everything was taken back: they come again, and are not new. */
  #before = new Set<string>();
  #gathering: NodeJS.Timeout | undefined;
  #resting: NodeJS.Timeout | undefined;
  #round: NodeJS.Timeout | undefined;
  #busy = 0;

  constructor(options: LiveRowsOptions) {
    this.#options = options;
    this.#registration = vscode.window.registerFileDecorationProvider(this);
    this.schedule();
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme === liveScheme) this.#ask(decodeURIComponent(uri.path.slice(1)));
    if (uri.scheme !== connectionScheme) return undefined;
    const environment = this.#options.connections.get(decodeURIComponent(uri.path.slice(1)))?.profile.environment;
    return (
      environment &&
      new vscode.FileDecoration(undefined, undefined, new vscode.ThemeColor(environmentColor(environment)))
    );
  }

  /** Asks for the rows in view, at once. */
  refresh(): void {
    void this.#update([...this.#seen]);
  }

  /** VS Code asks anew for the decoration of everything that it draws. */
  redraw(): void {
    clearTimeout(this.#resting);
    this.#resting = undefined;
    this.#before = this.#seen;
    this.#seen = new Set();
    this.#changed.fire(undefined);
  }

  /** The next round is counted from now: after the interval changed, or the view was shown. */
  schedule(): void {
    clearTimeout(this.#round);
    this.#round = undefined;
    if (!this.#options.visible()) return;
    const interval = this.#options.interval();
    if (interval === 0) return;
    this.#round = setTimeout(() => {
      // A slow broker is not asked again before it has answered.
      if (this.#busy === 0) this.refresh();
      this.schedule();
    }, interval);
  }

  dispose(): void {
    clearTimeout(this.#round);
    clearTimeout(this.#gathering);
    clearTimeout(this.#resting);
    this.#registration.dispose();
    this.#changed.dispose();
  }

  #ask(id: string): void {
    this.#gathered.add(id);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#take();
    }, gather);
  }

  #take(): void {
    const fresh = [...this.#gathered].filter((id) => !this.#before.has(id) && !this.#seen.has(id));
    for (const id of this.#gathered) this.#seen.add(id);
    this.#gathered = new Set();
    if (fresh.length === 0) return;
    void this.#update(fresh);
    if (this.#seen.size <= few) return;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.redraw();
    }, rest);
  }

  async #update(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    this.#busy += 1;
    try {
      await this.#options.update(ids);
    } finally {
      this.#busy -= 1;
    }
  }
}
