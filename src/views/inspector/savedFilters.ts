import { t } from "@vscode/l10n";
import type * as vscode from "vscode";
import { BrokerError } from "../../broker/errors.ts";
import type { SavedFilter } from "../../protocol/filter.ts";

const storageKey = "mq.savedFilters";
const mostFilters = 200;
const longestName = 100;
const longestText = 10_000;

/** The filters that the user saved by name, for all inspectors of the workspace. */
export class SavedFilters {
  readonly #memento: Pick<vscode.Memento, "get" | "update">;

  constructor(memento: Pick<vscode.Memento, "get" | "update">) {
    this.#memento = memento;
  }

  /** In the order of their names. */
  list(): readonly SavedFilter[] {
    const stored = this.#memento.get<unknown>(storageKey);
    return Array.isArray(stored) ? stored.filter(isSavedFilter) : [];
  }

  /** In the place of one of the same name. @throws BrokerError `invalid` */
  async save(filter: SavedFilter): Promise<readonly SavedFilter[]> {
    const name = filter.name.trim();
    const text = filter.text.trim();
    if (name === "") throw new BrokerError("invalid", t("Give the filter a name."));
    if (name.length > longestName)
      throw new BrokerError("invalid", t("A name has at most {most} characters.", { most: longestName }));
    if (text === "") throw new BrokerError("invalid", t("There is no filter to save: type one first."));
    if (text.length > longestText)
      throw new BrokerError("invalid", t("A filter to save has at most {most} characters.", { most: longestText }));
    const others = this.list().filter((each) => each.name !== name);
    if (others.length >= mostFilters)
      throw new BrokerError("invalid", t("There are {most} saved filters: remove one first.", { most: mostFilters }));
    return this.#store([...others, { name, text }].toSorted((a, b) => a.name.localeCompare(b.name)));
  }

  async remove(name: string): Promise<readonly SavedFilter[]> {
    return this.#store(this.list().filter((each) => each.name !== name));
  }

  async #store(filters: readonly SavedFilter[]): Promise<readonly SavedFilter[]> {
    await this.#memento.update(storageKey, filters);
    return filters;
  }
}

function isSavedFilter(value: unknown): value is SavedFilter {
  if (typeof value !== "object" || value === null || !("name" in value) || !("text" in value)) return false;
  return typeof value.name === "string" && typeof value.text === "string";
}
