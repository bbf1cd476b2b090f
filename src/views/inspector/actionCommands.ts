/** The commands that act on messages, each loaded when it is first used. */
import type { ActionDeps } from "./actionDeps.ts";
import type { Compared } from "./compareMessages.ts";
import type { Inspector } from "./inspector.ts";
import type { ActionCommandId } from "./messageCommandTable.ts";

type Handler = (inspector: Inspector) => unknown;

export function actionCommands(deps: ActionDeps): Readonly<Record<ActionCommandId, Handler>> {
  /** What was selected for compare, with its text: it may be compared after its inspector is closed. */
  let chosen: Compared | undefined;
  return {
    "mq.message.openMany": async (inspector) => (await import("./openMany.ts")).openMany(deps, inspector),
    "mq.message.compare": async (inspector) => (await import("./compareMessages.ts")).compareSelected(deps, inspector),
    "mq.message.comparePrevious": async (inspector) =>
      (await import("./compareMessages.ts")).comparePrevious(deps, inspector),
    "mq.message.selectForCompare": async (inspector) => {
      chosen = await (await import("./compareMessages.ts")).selectForCompare(deps, inspector);
    },
    "mq.message.compareWithSelected": async (inspector) =>
      (await import("./compareMessages.ts")).compareWith(deps, inspector, chosen),
    "mq.message.ack": (inspector) => inspector.settleSelected("ack"),
    "mq.message.requeue": (inspector) => inspector.settleSelected("requeue"),
    "mq.message.reject": (inspector) => inspector.settleSelected("reject"),
    "mq.message.delete": async (inspector) => (await import("./deleteMessages.ts")).deleteMessages(deps, inspector),
    "mq.message.sendAgain": async (inspector) => (await import("./sendAgain.ts")).sendAgain(deps, inspector),
    "mq.message.edit": (inspector) => inspector.editCurrent(),
    "mq.message.copyTo": async (inspector) => (await import("./moveMessages.ts")).moveMessages(deps, inspector, "copy"),
    "mq.message.moveTo": async (inspector) => (await import("./moveMessages.ts")).moveMessages(deps, inspector, "move"),
    "mq.message.copyJson": async (inspector) => (await import("./copyAs.ts")).copyJson(deps, inspector),
    "mq.message.copyCommand": async (inspector) => (await import("./copyAs.ts")).copyAs(deps, inspector, "command"),
    "mq.message.copyCode": async (inspector) => (await import("./copyAs.ts")).copyAs(deps, inspector, "code"),
  };
}
