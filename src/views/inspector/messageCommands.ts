/** What each command on messages does: one handler each, loaded with the first inspector. */
import { actionCommands } from "./actionCommands.ts";
import type { ActionDeps } from "./actionDeps.ts";
import type { Inspector } from "./inspector.ts";
import type { MessageCommandId } from "./messageCommandTable.ts";
import { type TransferDeps, transferCommands } from "./transferCommands.ts";

export type MessageCommands = Readonly<Record<MessageCommandId, (inspector: Inspector) => unknown>>;

/** What is done beyond one inspector. */
export interface MessageCommandDeps extends ActionDeps, TransferDeps {
  showConversation(inspector: Inspector): void;
}

export function messageCommands(deps: MessageCommandDeps): MessageCommands {
  return {
    ...actionCommands(deps),
    ...transferCommands(deps),
    "mq.message.openBody": (inspector) => inspector.openCurrent(),
    "mq.message.copyBody": (inspector) => inspector.copyCurrent("body"),
    "mq.message.showConversation": (inspector) => {
      deps.showConversation(inspector);
    },
  };
}
