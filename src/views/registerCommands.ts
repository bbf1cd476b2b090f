import * as vscode from "vscode";
import type { Prompts } from "../commands/prompts.ts";
import type { CommandId } from "./commandTable.ts";
import type { MessageCommandId } from "./inspector/messageCommandTable.ts";

/** What VS Code hands over: a row of the tree, an argument of a key binding, or nothing from the palette. */
export type CommandHandler = (argument: unknown) => unknown;

/** One handler for each command: a missing one does not compile. */
export type CommandHandlers = Readonly<Record<CommandId | MessageCommandId, CommandHandler>>;

/** Registers all; whatever one throws is told with its sentence, in this one place. */
export function registerCommands(handlers: CommandHandlers, prompts: Pick<Prompts, "fail">): vscode.Disposable {
  const registered = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      try {
        return await handler(argument);
      } catch (error) {
        prompts.fail(error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
