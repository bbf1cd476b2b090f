import type { FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { t } from "@vscode/l10n";
import type { Effect, Node, Session } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { type Field, textOf, type Values } from "../broker/form.ts";
import { type LineKind, readJsonLines } from "../inspect/transfer/readJsonLines.ts";
import type { Connection } from "../connections/connections.ts";
import { connectionOf, type NodeDeps, type NodeRef } from "./deps.ts";
import { jsonLinesKind } from "./exportMessages.ts";
import { checkFile, chunksOf, type FoundMessages, openFile, problemSentences } from "./importFile.ts";
import type { FileDialogs } from "./fileDialogs.ts";
import type { Prompts } from "./prompts.ts";
import { type Outgoing, sendMessages, type SendResult } from "./sendMessages.ts";
import { grouped, sizeText } from "./transferWords.ts";

export interface ImportDeps extends NodeDeps {
  readonly dialogs: FileDialogs;
}

/** Different origins that are told by name. */
const toldOrigins = 5;

/**
 * Publishes the messages of an exported file. First the whole file is checked and what was found is told; nothing is sent
 * before the user said where to. What became of the messages is told in the end. Failures are told, never thrown.
 * @returns undefined when nothing was sent
 */
export async function importMessages(deps: ImportDeps, ref: NodeRef): Promise<SendResult | undefined> {
  const { prompts } = deps;
  try {
    const connection = connectionOf(deps, ref.connectionId);
    const session = await connection.connect();
    const path = await deps.dialogs.open({ title: t("Import Messages"), act: t("Import"), kind: jsonLinesKind });
    if (path === undefined) return undefined;
    const file = await openFile(path);
    try {
      return await importFile(prompts, { connection, session, node: ref.node, file, name: basename(path) });
    } finally {
      await file.close();
    }
  } catch (error) {
    prompts.fail(error);
    return undefined;
  }
}

interface Job {
  readonly connection: Connection;
  readonly session: Session;
  readonly node: Node;
  readonly file: FileHandle;
  readonly name: string;
}

async function importFile(prompts: Prompts, job: Job): Promise<SendResult | undefined> {
  const before = await job.file.stat();
  const found = await check(prompts, job, before.size);
  if (!found) {
    prompts.done(t("The import was cancelled. Nothing was sent."));
    return undefined;
  }
  if (found.messages === 0) {
    const sentence = t("There is no message in {file} that can be sent.", { file: job.name });
    prompts.warn([sentence, ...problemSentences(found)].join(" "));
    return undefined;
  }
  const plan = await ask(prompts, job, found);
  if (!plan) return undefined;
  const now = await job.file.stat();
  if (now.size !== before.size || now.mtimeMs !== before.mtimeMs)
    throw new BrokerError(
      "invalid",
      t("{file} was changed meanwhile. Nothing was sent: import it again.", { file: job.name }),
    );
  const result = await prompts.progress(t("Importing {file}", { file: job.name }), (report, signal) => {
    let reported = 0;
    return sendMessages(job.session, outgoing(job, found.kind, plan, signal), {
      count: found.messages,
      perSecond: plan.perSecond,
      signal,
      report: (done) => {
        report(
          t("{done} of {count}", { done: grouped(done), count: grouped(found.messages) }),
          ((done - reported) / found.messages) * 100,
        );
        reported = done;
      },
    });
  });
  if (result.counts.routed === found.messages) prompts.inform(result.sentence);
  else prompts.warn(result.sentence);
  return result;
}

/** What is in the file: exported messages, or else lines of any JSON. */
function check(prompts: Prompts, { file, name }: Job, size: number): Promise<FoundMessages | undefined> {
  return prompts.progress(t("Checking {file}", { file: name }), async (report, signal) => {
    const tell = (bytesMore: number, messages: number): void => {
      report(t("{count} messages", { count: grouped(messages) }), (bytesMore / Math.max(1, size)) * 100);
    };
    const found = await checkFile(file, "messages", tell, signal);
    if (!found || found.messages > 0) return found;
    const bodies = await checkFile(file, "bodies", tell, signal);
    return bodies && bodies.messages > 0 ? bodies : found;
  });
}

interface Plan {
  /** Each to where it had been published to, with its own key; else all to one node. */
  readonly toOrigins: boolean;
  /** For bodies that have no key of their own. */
  readonly key: string;
  readonly perSecond: number;
}

const field = { where: "where", key: "key", rate: "rate", typed: "confirmName" } as const;

/** One form that says what was found, and asks where to, how fast, and whether at all. */
async function ask(prompts: Prompts, job: Job, found: FoundMessages): Promise<Plan | undefined> {
  const { connection, node } = job;
  const isProduction = connection.profile.environment === "production";
  const [publishing] = found.kind === "bodies" ? await job.session.forms(node, "publish") : [];
  const key = publishing?.fields.find(({ name }) => name === field.key);
  let plan: Plan | undefined;
  await prompts.form({
    form: {
      id: "import",
      title: t("Import into {name}", { name: node.name }),
      submit:
        found.messages === 1
          ? t("Send the Message")
          : found.broken > 0
            ? t("Send the Other {count} Messages", { count: grouped(found.messages) })
            : t("Send {count} Messages", { count: grouped(found.messages) }),
      note: noteOf(job.name, found),
      fields: [...(key ? [key] : []), ...fieldsOf(job, found, isProduction)],
    },
    effects: [
      ...problemSentences(found).map((sentence): Effect => ({ severity: "notice", sentence })),
      ...(isProduction ? [{ severity: "danger", sentence: t("This is production.") } as const] : []),
    ],
    connection: connection.id,
    submit: async (values) => {
      plan = planOf(values, isProduction ? node.name : undefined);
    },
  });
  return plan;
}

function noteOf(file: string, { kind, messages, bytes }: FoundMessages): string {
  const size = sizeText(bytes);
  if (kind === "bodies")
    return t(
      "{file} holds no exported messages, but lines of JSON: {count}. Each is published as the body of a message of its own, with the content type application/json.",
      { file, count: grouped(messages) },
    );
  if (messages === 1)
    return t("{file} holds 1 message with {size} of body. It is published anew and confirmed.", { file, size });
  return t("{file} holds {count} messages with {size} of bodies. Each is published anew and confirmed.", {
    file,
    count: grouped(messages),
    size,
  });
}

function fieldsOf({ session, node }: Job, { kind, origins }: FoundMessages, isProduction: boolean): readonly Field[] {
  const where: Field = {
    name: field.where,
    label: t("Where to"),
    type: "choice",
    default: "node",
    choices: [
      { value: "node", label: t("All to “{name}”", { name: node.name }) },
      {
        value: "origins",
        label: t("Each to where it was published to: {origins}", { origins: originNames(session, node, origins) }),
        help: t("With its own routing key."),
      },
    ],
  };
  const rate: Field = {
    name: field.rate,
    label: t("Messages a second"),
    type: "number",
    scalar: "uint32",
    placeholder: t("as fast as the broker confirms"),
  };
  const typed: Field = {
    name: field.typed,
    label: t("Type the name to go on"),
    type: "text",
    required: true,
    placeholder: node.name,
    help: t("This is production."),
  };
  const canChoose = kind === "messages" && session.originOf?.(node, undefined) !== undefined;
  return [...(canChoose ? [where] : []), rate, ...(isProduction ? [typed] : [])];
}

/** @throws BrokerError `invalid` with the field at fault */
function planOf(values: Values, typed: string | undefined): Plan {
  if (typed !== undefined && textOf(values, field.typed) !== typed) {
    const sentence = t("This is production. Type “{name}” to go on.", { name: typed });
    throw new BrokerError("invalid", sentence, { field: field.typed });
  }
  return {
    toOrigins: textOf(values, field.where) === "origins",
    key: textOf(values, field.key),
    perSecond: Number(textOf(values, field.rate)),
  };
}

function originNames(session: Session, node: Node, origins: ReadonlySet<string>): string {
  const names = [...origins]
    .slice(0, toldOrigins)
    .map((origin) => session.originOf?.(node, origin === "" ? undefined : origin)?.name ?? origin);
  const more = origins.size - names.length;
  return more > 0 ? t("{names} and {more} more", { names: names.join(", "), more: grouped(more) }) : names.join(", ");
}

async function* outgoing(
  { file, session, node }: Job,
  kind: LineKind,
  { toOrigins, key }: Plan,
  signal: AbortSignal,
): AsyncGenerator<Outgoing, void> {
  const nodes = new Map<string | undefined, Node>();
  for await (const { line, message } of readJsonLines(chunksOf(file, signal), kind)) {
    // Told before anything was sent.
    if (!message) continue;
    const { draft, origin } = message;
    let to = toOrigins ? nodes.get(origin) : node;
    if (!to) {
      to = session.originOf?.(node, origin) ?? node;
      nodes.set(origin, to);
    }
    yield { line, node: to, draft: key === "" || draft.key !== undefined ? draft : { ...draft, key } };
  }
}
