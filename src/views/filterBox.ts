import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { TreeModel } from "./treeModel.ts";

/** How long typing has to rest before the tree follows, in milliseconds. */
const rest = 120;

/** Asks for a part of names; the tree follows while it is typed. Escape puts back what was there before. */
export function askFilter(model: TreeModel): Promise<void> {
  const before = model.filter;
  const box = vscode.window.createInputBox();
  box.title = t("Filter by Name");
  box.prompt = t("Shows names that contain this, of every connected broker. An empty text shows all.");
  box.value = before;
  let timer: NodeJS.Timeout | undefined;
  let accepted = false;
  return new Promise((resolve) => {
    box.onDidChangeValue((value) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        model.setFilter(value.trim());
      }, rest);
    });
    box.onDidAccept(() => {
      accepted = true;
      clearTimeout(timer);
      model.setFilter(box.value.trim());
      box.hide();
    });
    box.onDidHide(() => {
      clearTimeout(timer);
      if (!accepted) model.setFilter(before);
      box.dispose();
      resolve();
    });
    box.show();
  });
}
