import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import { checkedLayout, type ColumnCalls, type ColumnLayout } from "../../protocol/columns.ts";
import type { Handlers } from "../../protocol/peer.ts";
import type { SourceColumns } from "./columnsMemory.ts";

/** What the page asks about columns; how the list looks is remembered for its source. */
export class ColumnHandlers {
  readonly #inspection: Inspection;
  readonly #memory: SourceColumns;
  #layout: ColumnLayout;

  constructor(inspection: Inspection, memory: SourceColumns) {
    this.#inspection = inspection;
    this.#memory = memory;
    this.#layout = memory.read();
    inspection.setSort(this.#layout.sort);
  }

  /** How the list looks. */
  get layout(): ColumnLayout {
    return this.#layout;
  }

  readonly handlers: Handlers<ColumnCalls> = {
    setLayout: async ({ layout, everywhere }) => {
      const checked = checkedLayout(layout);
      if (!checked) throw new BrokerError("invalid", t("These columns cannot be shown."));
      this.#layout = checked;
      this.#inspection.setSort(checked.sort);
      await this.#memory.write(checked, everywhere);
    },
    knownFields: () => this.#inspection.knownFields(),
  };
}
