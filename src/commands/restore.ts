import { t } from "@vscode/l10n";
import type { Node } from "../broker/contract.ts";
import type { Connection } from "../connections/connections.ts";
import type { JournaledAct } from "../inspect/transfer/journalFormat.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalEntry } from "../journal/journalEntry.ts";
import { entryName } from "../journal/journalStore.ts";
import { connectionOf, type NodeDeps, type NodeRef } from "./deps.ts";
import { restoreEntry, type RestoreResult } from "./restoreEntry.ts";
import { grouped, sizeText } from "./transferWords.ts";

export interface RestoreDeps extends NodeDeps {
  readonly journal: Journal;
  /** A place to publish to, chosen by the user. */
  pickTarget(title: string): Promise<NodeRef | undefined>;
  showFile(path: string): unknown;
  /** Something was published. */
  restored(): void;
}

/** Lists what the undo journal holds, and publishes one entry again, deletes it, or shows its file. */
export async function restore(deps: RestoreDeps): Promise<void> {
  const { prompts, journal } = deps;
  try {
    const entries = await journal.list();
    if (entries.length === 0) {
      prompts.inform(
        journal.limits.enabled
          ? t("The undo journal is empty. What you purge, delete, move or settle all at once is written there.")
          : t("The undo journal is empty, and switched off: see the setting mq.journal.enabled."),
      );
      return;
    }
    const entry = await prompts.pick({
      title: t("Restore from the Undo Journal"),
      placeholder: t("What was taken away, newest first"),
      items: entries.map((each) => ({
        label: labelOf(each),
        description: whereOf(each),
        detail: detailOf(each),
        value: each,
      })),
    });
    if (entry) await choose(deps, entry);
  } catch (error) {
    prompts.fail(error);
  }
}

async function choose(deps: RestoreDeps, entry: JournalEntry): Promise<void> {
  const { prompts, journal } = deps;
  const { head } = entry;
  const done = entry.count > 0 && entry.restored >= entry.count;
  const words = { count: grouped(entry.count - (done ? 0 : entry.restored)), name: head?.node.name ?? "" };
  const choice = await prompts.pick<"origin" | "elsewhere" | "show" | "remove">({
    title: labelOf(entry),
    placeholder: detailOf(entry),
    items: [
      ...(head
        ? [
            {
              label: done ? t("Restore All Again to “{name}”", words) : t("Restore to “{name}”", words),
              description: t("{connection}, messages: {count}", { ...words, connection: head.connection.name }),
              value: "origin" as const,
            },
            { label: done ? t("Restore All Again Elsewhere…") : t("Restore Elsewhere…"), value: "elsewhere" as const },
          ]
        : []),
      { label: t("Show File"), value: "show" as const },
      { label: t("Delete from Journal"), description: sizeText(entry.bytes), value: "remove" as const },
    ],
  });
  switch (choice) {
    case undefined:
      return;
    case "origin":
    case "elsewhere": {
      const ref = choice === "origin" ? await originOf(deps, entry) : await deps.pickTarget(t("Restore to"));
      if (ref) await publish(deps, entry, ref, done);
      return;
    }
    case "show":
      await deps.showFile(entry.path);
      return;
    case "remove":
      if (await sureToRemove(deps, entry)) await journal.remove(entry);
      return;
    default:
      choice satisfies never;
  }
}

/** Where the messages were, as it is now; another place where it is gone. */
async function originOf(deps: RestoreDeps, { head }: JournalEntry): Promise<NodeRef | undefined> {
  if (!head) return undefined;
  const connection =
    deps.connections.get(head.connection.id) ??
    deps.connections.all().find(({ profile }) => profile.name === head.connection.name);
  if (connection) {
    const [node] = await (await connection.connect()).refresh([head.node]);
    if (node?.verbs.includes("publish")) return { connectionId: connection.id, node };
  }
  return deps.pickTarget(
    connection
      ? t("“{name}” is gone: restore to", { name: head.node.name })
      : t("The connection “{name}” is gone: restore to", { name: head.connection.name }),
  );
}

async function publish(deps: RestoreDeps, entry: JournalEntry, ref: NodeRef, again: boolean): Promise<void> {
  const { prompts, journal } = deps;
  const connection = connectionOf(deps, ref.connectionId);
  const session = await connection.connect();
  const { node } = ref;
  if (!(await sureToPublish(deps, entry, connection, node, again))) return;
  const total = Math.max(0, entry.count - (again ? 0 : entry.restored));
  const result = await prompts.progress(t("Restoring to {name}", { name: node.name }), (report, signal) => {
    let reported = 0;
    return restoreEntry({
      session,
      node,
      journal,
      entry,
      again,
      report: (done) => {
        report(
          t("{done} of {count}", { done: grouped(done), count: grouped(total) }),
          ((done - reported) / Math.max(1, total)) * 100,
        );
        reported = done;
      },
      signal,
    });
  });
  deps.restored();
  const sentence = sentenceOfResult(result);
  if (result.counts.routed === total && result.broken.length === 0) prompts.inform(sentence);
  else prompts.warn(sentence);
}

function sureToPublish(
  { prompts }: RestoreDeps,
  entry: JournalEntry,
  connection: Connection,
  node: Node,
  again: boolean,
): Promise<boolean> {
  const isProduction = connection.rules.environment === "production";
  const count = grouped(entry.count - (again ? 0 : entry.restored));
  const detail = [
    t("They are published anew, in their order, and confirmed. What is confirmed is marked in the journal."),
    ...(again ? [t("All of them were restored before: they will be there twice.")] : []),
    ...(!again && entry.restored > 0
      ? [t("Left out, because they were restored before: {count}.", { count: grouped(entry.restored) })]
      : []),
    ...(isProduction ? [t("“{connection}” is production.", { connection: connection.profile.name })] : []),
  ];
  return prompts.confirm({
    message: t("Restore to “{name}” on {connection}? Messages: {count}.", {
      count,
      name: node.name,
      connection: connection.profile.name,
    }),
    detail: detail.join("\n"),
    act: t("Restore"),
    ...(isProduction ? { typed: node.name } : {}),
  });
}

function sureToRemove({ prompts }: RestoreDeps, entry: JournalEntry): Promise<boolean> {
  return prompts.confirm({
    message: t("Delete this entry from the undo journal?"),
    detail: t("{what}: {detail} They cannot be brought back after that.", {
      what: labelOf(entry),
      detail: detailOf(entry),
    }),
    act: t("Delete"),
  });
}

function sentenceOfResult({ sentence, broken, before }: RestoreResult): string {
  const sentences = [sentence];
  if (before > 0) sentences.push(t("Restored before, and left out: {count}.", { count: grouped(before) }));
  for (const { line, problem } of broken.slice(0, 3))
    sentences.push(t("Line {line}: {reason}", { line: grouped(line), reason: problem }));
  return sentences.join(" ");
}

function labelOf({ head, path }: JournalEntry): string {
  if (!head) return entryName({ path });
  return t("{what} “{name}”", { what: actWord(head.what), name: head.node.name });
}

function whereOf({ head }: JournalEntry): string {
  if (!head) return "";
  return t("{connection} · {time}", { connection: head.connection.name, time: new Date(head.when).toLocaleString() });
}

function detailOf({ count, restored, bytes, problem, restoredAt }: JournalEntry): string {
  if (problem !== undefined) return problem;
  const words = { count: grouped(count), size: sizeText(bytes), restored: grouped(restored) };
  if (restored === 0) return t("Messages: {count}, {size}.", words);
  const time = restoredAt === undefined ? "" : new Date(restoredAt).toLocaleString();
  return restored >= count
    ? t("Messages: {count}, {size}. All restored, {time}.", { ...words, time })
    : t("Messages: {count}, {size}. Restored so far: {restored}, {time}.", { ...words, time });
}

function actWord(what: JournaledAct): string {
  switch (what) {
    case "purge":
      return t("Purged");
    case "delete":
      return t("Deleted");
    case "move":
      return t("Moved from");
    case "ack":
      return t("Acknowledged from");
    case "reject":
      return t("Rejected from");
    case "remove":
      return t("Removed from");
    default:
      return what satisfies never;
  }
}
