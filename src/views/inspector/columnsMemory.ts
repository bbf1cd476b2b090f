import type * as vscode from "vscode";
import { checkedLayout, type ColumnLayout, defaultLayout } from "../../protocol/columns.ts";

const storageKey = "mq.columns";
/** Of sources: the one that was changed longest ago is forgotten first. */
const mostSources = 300;
/** For every source that has none of its own. No connection has an empty id. */
const everywhereKey = "";

/** What is remembered for one source. */
export interface SourceColumns {
  read(): ColumnLayout;
  write(layout: ColumnLayout, everywhere: boolean): Promise<void>;
}

/** How the list of each source looked when it was left, in this workspace. */
export class ColumnsMemory {
  readonly #memento: Pick<vscode.Memento, "get" | "update">;

  constructor(memento: Pick<vscode.Memento, "get" | "update">) {
    this.#memento = memento;
  }

  of(connectionId: string, nodeId: string): SourceColumns {
    const own = JSON.stringify([connectionId, nodeId]);
    return {
      read: () => {
        const stored = this.#stored();
        return checkedLayout(stored[own]) ?? checkedLayout(stored[everywhereKey]) ?? defaultLayout;
      },
      write: async (layout, everywhere) => {
        const checked = checkedLayout(layout) ?? defaultLayout;
        const stored = this.#stored();
        const others = Object.entries(stored).filter(([key]) => key !== own && key !== everywhereKey);
        // What a list is sorted by is of its source alone.
        const general = everywhere ? { columns: checked.columns, utc: checked.utc } : stored[everywhereKey];
        await this.#memento.update(storageKey, {
          ...(general === undefined ? {} : { [everywhereKey]: general }),
          ...Object.fromEntries(others.slice(1 - mostSources)),
          [own]: checked,
        });
      },
    };
  }

  #stored(): Readonly<Record<string, unknown>> {
    const stored = this.#memento.get<unknown>(storageKey);
    return typeof stored === "object" && stored !== null ? (stored as Record<string, unknown>) : {};
  }
}
