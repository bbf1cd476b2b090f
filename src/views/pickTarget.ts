import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Node, Session } from "../broker/contract.ts";
import { sentenceOf } from "../broker/errors.ts";
import type { NodeDeps, NodeRef } from "../commands/deps.ts";
import { pickConnection } from "../commands/pickConnection.ts";
import type { Connection } from "../connections/connections.ts";
import { readOnlySentence } from "../connections/readOnly.ts";
import { searchNodes } from "./nodeSearch.ts";
import type { FoundNode } from "./nodeSearch.ts";

export interface TargetQuestion {
  readonly title: string;
  fits(node: Node): boolean;
  /** Absent = asked for too, unless there is only one. */
  readonly connection?: Connection;
}

/** More are not offered: typing narrows it down. */
const limit = 200;
/** How long typing has to rest before it is searched for, in milliseconds. */
const rest = 150;

/** Connection, then node, by quick picks: for commands that were called without a row of the tree. */
export async function pickTarget(deps: NodeDeps, question: TargetQuestion): Promise<NodeRef | undefined> {
  const connection = question.connection ?? (await theConnection(deps, question.title));
  if (!connection) return undefined;
  const session = await connection.connect();
  const found = await pickNode(session, question, connection);
  return found && { connectionId: connection.id, node: found.node, parent: found.parent };
}

async function theConnection(deps: NodeDeps, title: string): Promise<Connection | undefined> {
  const [first, ...others] = deps.connections.all();
  return pickConnection(deps, others.length === 0 ? first?.id : undefined, { title });
}

type Item = vscode.QuickPickItem & { readonly found?: FoundNode };

function pickNode(session: Session, question: TargetQuestion, connection: Connection): Promise<FoundNode | undefined> {
  const quick = vscode.window.createQuickPick<Item>();
  quick.title = t("{title} — {connection}", { title: question.title, connection: connection.profile.name });
  quick.placeholder = t("Type a part of the name");
  quick.matchOnDescription = true;
  let timer: NodeJS.Timeout | undefined;
  let asked = 0;
  const search = async (filter: string): Promise<void> => {
    asked += 1;
    const mine = asked;
    quick.busy = true;
    let items: readonly Item[];
    try {
      items = (await searchNodes(session, { filter, fits: (node) => question.fits(node), limit })).map(itemOf);
      if (items.length === 0) items = [nothingFits(connection)];
      else if (items.length === limit) items = [...items, { label: t("Type to see more…"), alwaysShow: true }];
    } catch (error) {
      items = [{ label: sentenceOf(error), alwaysShow: true }];
    }
    // Another text was typed meanwhile.
    if (mine !== asked) return;
    quick.items = items;
    quick.busy = false;
  };
  return new Promise((resolve) => {
    quick.onDidChangeValue((value) => {
      clearTimeout(timer);
      timer = setTimeout(() => void search(value.trim()), rest);
    });
    quick.onDidAccept(() => {
      const found = quick.selectedItems[0]?.found;
      if (!found) return;
      resolve(found);
      quick.hide();
    });
    quick.onDidHide(() => {
      clearTimeout(timer);
      asked += 1;
      resolve(undefined);
      quick.dispose();
    });
    quick.show();
    void search("");
  });
}

/** A read-only connection hands out no node for what it refuses. */
function nothingFits({ rules }: Connection): Item {
  return { label: t("Nothing fits."), ...(rules.readOnly && { detail: readOnlySentence(rules) }), alwaysShow: true };
}

function itemOf(found: FoundNode): Item {
  const { node, path } = found;
  const words = [node.variant === undefined ? node.kind : `${node.variant} ${node.kind}`, ...path, node.detail];
  return {
    label: node.name,
    description: words.filter((word) => word !== undefined && word !== "").join(" · "),
    found,
  };
}
