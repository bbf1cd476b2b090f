import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import type { Event } from "../../broker/event.ts";
import { ConversationPanel, type ConversationPanelDeps } from "./conversationPanel.ts";
import type { Inspector } from "./inspector.ts";

/** The inspectors that conversations are looked for in. */
export interface OpenInspectors {
  all(): readonly Inspector[];
  readonly onDidChange: Event<void>;
}

/** All the open conversations. */
export class ConversationPanels {
  readonly #deps: Omit<ConversationPanelDeps, "closed">;
  readonly #inspectors: OpenInspectors;
  readonly #panels = new Set<ConversationPanel>();

  constructor(deps: Omit<ConversationPanelDeps, "closed">, inspectors: OpenInspectors) {
    this.#deps = deps;
    this.#inspectors = inspectors;
    inspectors.onDidChange(() => {
      const open = inspectors.all();
      for (const panel of this.#panels) panel.watch(open);
    });
  }

  /** Shows what belongs together with the current message. @throws BrokerError when there is none, or nothing can */
  open(inspector: Inspector): void {
    const { current } = inspector.selected;
    if (current === undefined) throw new BrokerError("invalid", t("Select a message in the inspector first."));
    const deps = {
      ...this.#deps,
      closed: (panel: ConversationPanel) => {
        this.#panels.delete(panel);
      },
    };
    this.#panels.add(new ConversationPanel(deps, inspector, current, this.#inspectors.all()));
  }

  dispose(): void {
    for (const panel of this.#panels) panel.close();
  }
}
