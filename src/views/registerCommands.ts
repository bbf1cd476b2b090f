import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Prompts } from "../commands/prompts.ts";
import type { CommandId } from "./commandTable.ts";
import type { MessageCommandId } from "./inspector/messageCommandTable.ts";

/** What VS Code hands over: a row of the tree, an argument of a key binding, or nothing from the palette. */
export type CommandHandler = (argument: unknown) => unknown;

/** One handler for each command: a missing one does not compile. */
export type CommandHandlers = Readonly<Record<CommandId | MessageCommandId, CommandHandler>>;

/** What commands need besides their handlers. */
export interface CommandSupport {
  readonly prompts: Pick<Prompts, "fail" | "inform">;
  /** The row that has the focus in the tree. */
  focusedRow(): Promise<unknown>;
}

/** Registers all; whatever one throws is told with its sentence, in this one place. */
export function registerCommands(handlers: CommandHandlers, support: CommandSupport): vscode.Disposable {
  const registered = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...given: readonly unknown[]) => {
      try {
        if (!isLostRow(given)) return await handler(given[0]);
        const row = await support.focusedRow();
        if (row !== undefined) return await handler(row);
        support.prompts.inform(t("The tree changed while its menu was open. Please choose again."));
        return undefined;
      } catch (error) {
        support.prompts.fail(error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/**
 * A menu of the tree hands over its row and the selected ones. VS Code forgets rows while what they stand in is refreshed,
 * and then hands over nothing for a row that is still on the screen; the palette hands over no argument at all.
 */
function isLostRow(given: readonly unknown[]): boolean {
  return given.length === 2 && given[0] === undefined;
}
