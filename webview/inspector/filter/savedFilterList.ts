import { t } from "@vscode/l10n";
import type { FilterCalls, SavedFilter } from "../../../src/protocol/filter.ts";
import type { Peer } from "../../../src/protocol/peer.ts";

/** The part of the host that keeps filters by name. */
export type FilterStore = Pick<Peer<object, FilterCalls>, "call">;

export interface SavedFilterListOwner {
  readonly store: FilterStore;
  changed(): void;
  announce(sentence: string): void;
}

/** The filters that were saved in this workspace, as the host has them. */
export class SavedFilterList {
  readonly #owner: SavedFilterListOwner;
  #filters: readonly SavedFilter[] | undefined;
  #problem: string | undefined;

  constructor(owner: SavedFilterListOwner) {
    this.#owner = owner;
  }

  /** undefined until the host has answered. */
  get filters(): readonly SavedFilter[] | undefined {
    return this.#filters;
  }

  /** Why the last wish was not fulfilled. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Another inspector may have changed them. */
  async load(): Promise<void> {
    await this.#take(this.#owner.store.call("savedFilters"));
  }

  /** @returns whether it was saved */
  async save(filter: SavedFilter): Promise<boolean> {
    const saved = await this.#take(this.#owner.store.call("saveFilter", filter));
    if (saved) this.#owner.announce(t("Saved as “{name}”.", { name: filter.name.trim() }));
    return saved;
  }

  async remove(name: string): Promise<void> {
    const removed = await this.#take(this.#owner.store.call("removeFilter", { name }));
    if (removed) this.#owner.announce(t("The filter “{name}” was removed.", { name }));
  }

  async #take(answer: Promise<readonly SavedFilter[]>): Promise<boolean> {
    try {
      this.#filters = await answer;
      this.#problem = undefined;
      return true;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      this.#owner.changed();
    }
  }
}
