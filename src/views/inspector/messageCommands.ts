/** What each command on messages does: one handler each, loaded with the first inspector. */
import type { Inspector } from "./inspector.ts";
import type { MessageCommandId } from "./messageCommandTable.ts";

export type MessageCommands = Readonly<Record<MessageCommandId, (inspector: Inspector) => unknown>>;

export function messageCommands(): MessageCommands {
  return {
    "mq.message.openBody": (inspector) => inspector.openCurrent(),
    "mq.message.copyBody": (inspector) => inspector.copyCurrent("body"),
  };
}
