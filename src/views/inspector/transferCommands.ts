/** Export and import, as commands on the inspector that was used last. */
import * as vscode from "vscode";
import type { ExportDeps } from "../../commands/exportMessages.ts";
import { parseField } from "../../protocol/columns.ts";
import type { FileDialogs } from "../../commands/fileDialogs.ts";
import type { Inspector } from "./inspector.ts";
import type { TransferCommandId } from "./messageCommandTable.ts";

/** What they work with. */
export interface TransferDeps extends Pick<ExportDeps, "prompts"> {
  readonly files: FileDialogs;
}

type Handler = (inspector: Inspector) => unknown;

export function transferCommands({ prompts, files }: TransferDeps): Readonly<Record<TransferCommandId, Handler>> {
  return {
    "mq.message.export": async (inspector) => {
      const { exportMessages } = await import("../../commands/exportMessages.ts");
      const { inspection, selected, title, layout } = inspector;
      const { shown, kept } = inspection.summary;
      await exportMessages(
        { prompts, dialogs: files },
        {
          name: title,
          selected,
          isFiltered: inspection.filter !== "" || shown !== kept,
          shown,
          kept,
          fields: layout.columns.map(({ field }) => field).filter(isInside),
          messages: (which, fields) => inspection.messages(which, fields),
        },
      );
    },
    "mq.message.import": ({ node, connectionId }) =>
      // Without a node it is asked for.
      vscode.commands.executeCommand("mq.import", ...(node.verbs.includes("publish") ? [{ connectionId, node }] : [])),
  };
}

/** A value inside of a body or a header: whole headers and properties are in a table anyhow. */
function isInside(field: string): boolean {
  const parsed = parseField(field);
  return parsed?.of === "path" || (parsed?.of === "header" && parsed.steps.length > 1);
}
