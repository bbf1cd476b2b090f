import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Event } from "../broker/event.ts";
import type { Environment } from "../broker/environment.ts";
import { environmentLabel } from "../protocol/environmentLabel.ts";
import type { CommandId } from "./commandTable.ts";

/** A temporary consumer that is attached now. */
export interface AttachedConsumer {
  /** "orders.created" */
  readonly title: string;
  /** "Tap", "Consume": the word for how it looks. */
  readonly mode: string;
  readonly connection: string;
  readonly environment?: Environment | undefined;
  reveal(): void;
  /** Gives back what is not settled, and closes. */
  detach(): void;
}

export interface ConsumersSource {
  attached(): readonly AttachedConsumer[];
  readonly onDidChange: Event<void>;
}

/** Counts the temporary consumers in the status bar, and lists them. */
export class ConsumerStatus implements vscode.Disposable {
  readonly #source: ConsumersSource;
  /** Made with the first consumer. */
  #item: vscode.StatusBarItem | undefined;
  readonly #listening: { dispose(): void };

  constructor(source: ConsumersSource) {
    this.#source = source;
    this.#listening = source.onDidChange(() => {
      this.#update();
    });
    this.#update();
  }

  /** The list: choosing one shows its panel, its button detaches it. */
  list(): void {
    const attached = this.#source.attached();
    if (attached.length === 0) {
      void vscode.window.showInformationMessage(t("No temporary consumer is attached."));
      return;
    }
    const quick = vscode.window.createQuickPick<Item>();
    quick.title = t("Temporary Consumers");
    quick.placeholder = t("Choose one to show its panel");
    quick.items = attached.map(itemOf);
    quick.onDidAccept(() => {
      quick.selectedItems[0]?.of.reveal();
      quick.hide();
    });
    quick.onDidTriggerItemButton(({ item }) => {
      item.of.detach();
      quick.items = quick.items.filter((each) => each !== item);
      if (quick.items.length === 0) quick.hide();
    });
    quick.onDidHide(() => {
      quick.dispose();
    });
    quick.show();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item?.dispose();
  }

  #update(): void {
    const attached = this.#source.attached();
    const count = attached.length;
    if (count === 0) {
      this.#item?.hide();
      return;
    }
    this.#item ??= makeItem();
    const production = attached.some(({ environment }) => environment === "production");
    const words = count === 1 ? t("1 temporary consumer") : t("{count} temporary consumers", { count });
    const spoken = production ? t("{words}, in production", { words }) : words;
    this.#item.text = `$(inbox) ${count.toLocaleString("en")}`;
    this.#item.tooltip = `${spoken}\n${attached.map(({ mode, title, connection }) => `${mode}: ${title} (${connection})`).join("\n")}`;
    this.#item.accessibilityInformation = { label: spoken };
    this.#item.backgroundColor = production ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.#item.show();
  }
}

function makeItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem("mq.consumers", vscode.StatusBarAlignment.Left, 0);
  item.name = t("Temporary Consumers");
  item.command = "mq.showConsumers" satisfies CommandId;
  return item;
}

type Item = vscode.QuickPickItem & { readonly of: AttachedConsumer };

function itemOf(of: AttachedConsumer): Item {
  const environment = of.environment && environmentLabel(of.environment);
  return {
    label: of.title,
    description: [of.mode, of.connection, environment].filter((word) => word !== undefined).join(" · "),
    buttons: [{ iconPath: new vscode.ThemeIcon("debug-disconnect"), tooltip: t("Detach") }],
    of,
  };
}
