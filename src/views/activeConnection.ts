import type * as vscode from "vscode";
import { Emitter, type Event } from "../broker/event.ts";

/** A panel that belongs to a connection. */
export type FollowPanel = (panel: vscode.WebviewPanel, connectionId: string) => void;

/** The connection that the user works with: of the panel or of the row of the tree that they turned to last. */
export class ActiveConnection {
  readonly #changed = new Emitter<void>();
  readonly onDidChange: Event<void> = this.#changed.event;
  #panel: { readonly panel: vscode.WebviewPanel; readonly connectionId: string } | undefined;
  #selected: string | undefined;
  #current: string | undefined;

  /** Its id. */
  get id(): string | undefined {
    return this.#current;
  }

  /** A row of this connection was selected; undefined = none is. */
  select(connectionId: string | undefined): void {
    this.#selected = connectionId;
    this.#set(connectionId ?? this.#panel?.connectionId);
  }

  /** From now on it counts while this panel is the active one. */
  readonly follow: FollowPanel = (panel, connectionId) => {
    const turned = (): void => {
      if (panel.active) {
        this.#panel = { panel, connectionId };
        this.#set(connectionId);
      } else this.#left(panel);
    };
    panel.onDidChangeViewState(turned);
    panel.onDidDispose(() => {
      this.#left(panel);
    });
    // A new one is opened in front, and VS Code tells so only later.
    this.#panel = { panel, connectionId };
    this.#set(connectionId);
  };

  dispose(): void {
    this.#changed.dispose();
  }

  #left(panel: vscode.WebviewPanel): void {
    if (this.#panel?.panel !== panel) return;
    this.#panel = undefined;
    this.#set(this.#selected);
  }

  #set(id: string | undefined): void {
    if (this.#current === id) return;
    this.#current = id;
    this.#changed.fire();
  }
}
