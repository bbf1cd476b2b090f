import { t } from "@vscode/l10n";
import type { Consent, Effect, Node, Session } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { type Form, textOf, type Values } from "../broker/form.ts";
import type { Connection } from "../connections/connections.ts";
import { refusalOf } from "../connections/guardRules.ts";
import type { Journal } from "../journal/journal.ts";
import { parseQuery } from "../inspect/query/parser.ts";
import { consentOf, nameToType, withoutTyped, withTypedField } from "./consent.ts";
import { connectionOf, type NodeDeps, type NodeRef } from "./deps.ts";
import { windowFor } from "./drain.ts";
import { journalBytes, journalFor } from "./drainInto.ts";
import { averageBytes } from "./journaledPurge.ts";
import { copyLooked, mostMoves, type MoveJob, moveQueue, type MoveResult, movesHeader } from "./moveQueue.ts";
import { grouped, sizeText } from "./transferWords.ts";

export type Kind = "move" | "copy";

/** All that may be in hand at once: the protocols have 16 bits for it. */
const largestWindow = 65_535;

/**
 * Moves or copies the messages of a queue to any place of any connection. First it says how many there are, what that does
 * to others and what cannot be carried over; then the user may narrow it down, go on, or leave it.
 */
export async function moveMessagesOf(deps: NodeDeps, from: NodeRef, to: NodeRef, kind: Kind): Promise<void> {
  try {
    await ask(deps, from, to, kind);
  } catch (error) {
    deps.prompts.fail(error);
  }
}

interface Plan {
  readonly kind: Kind;
  readonly source: { readonly connection: Connection; readonly session: Session; readonly node: Node };
  readonly target: { readonly connection: Connection; readonly session: Session; readonly node: Node };
  readonly count: number | undefined;
  readonly filter: string;
  readonly consent: Consent;
}

async function ask(deps: NodeDeps, from: NodeRef, to: NodeRef, kind: Kind): Promise<void> {
  const [source, target] = [connectionOf(deps, from.connectionId), connectionOf(deps, to.connectionId)];
  if (source === target && from.node.id === to.node.id)
    throw new BrokerError("invalid", t("They are in “{name}” already. Choose another target.", { name: to.node.name }));
  const refusal =
    (kind === "move" ? refusalOf("consume", source.rules) : undefined) ?? refusalOf("publish", target.rules);
  if (refusal) throw refusal;
  const [sourceSession, targetSession] = [await source.connect(), await target.connect()];
  const verb = kind === "move" ? "consume" : "browse";
  if (!from.node.verbs.includes(verb))
    throw new BrokerError(
      "unsupported",
      t("The messages of “{name}” cannot be taken this way.", { name: from.node.name }),
    );
  const [node = from.node] = await sourceSession.refresh([from.node]);
  const lookEffects = await sourceSession.effects(node, verb);
  const effects: readonly Effect[] = [
    ...lookEffects,
    ...(await targetSession.effects(to.node, "publish")),
    ...notCarried(sourceSession, targetSession, to.node).map((sentence): Effect => ({ severity: "notice", sentence })),
    ...(kind === "move" ? [journalEffect(deps, node)] : []),
    ...(target.rules.environment === "production"
      ? [
          {
            severity: "notice",
            sentence: t("“{connection}” is production.", { connection: target.profile.name }),
          } as const,
        ]
      : []),
  ];
  const typed = nameToType(source, node, lookEffects);
  const place = placeOf(target, to.node, source);
  let plan: Plan | undefined;
  await deps.prompts.form({
    form: withTypedField(formOf(kind, node, place), typed),
    effects,
    connection: source.id,
    submit: async (given) => {
      const values = withoutTyped(given, typed);
      plan = {
        kind,
        source: { connection: source, session: sourceSession, node },
        target: { connection: target, session: targetSession, node: to.node },
        ...choicesOf(values),
        consent: consentOf(typed),
      };
    },
  });
  if (plan) await carryOut(deps, plan, place);
}

const field = { count: "count", filter: "filter" } as const;

function formOf(kind: Kind, { name, counts }: Node, to: string): Form {
  const words = {
    name,
    to,
    count: counts?.ready === undefined ? t("unknown") : grouped(counts.ready),
    size: counts?.bytes === undefined ? t("of unknown size") : sizeText(counts.bytes),
  };
  return {
    id: kind,
    title: kind === "move" ? t("Move Messages of {name}", { name }) : t("Copy Messages of {name}", { name }),
    submit: kind === "move" ? t("Move") : t("Copy"),
    note:
      kind === "move"
        ? t(
            "From “{name}” to {to}. Ready now: {count} ({size}). Each is acknowledged only after {to} has confirmed it and routed it. The header {header} counts its moves, up to {most}.",
            { ...words, header: movesHeader, most: mostMoves },
          )
        : t("From “{name}” to {to}. Ready now: {count} ({size}). They stay where they are.", words),
    fields: [
      {
        name: field.count,
        label: t("How many at most"),
        type: "number",
        scalar: "uint32",
        placeholder: t("all that are ready now"),
      },
      {
        name: field.filter,
        label: t("Only those that this filter lets through"),
        type: "text",
        placeholder: "key:order.* and size > 10kb",
        help: t("In the language of the inspector's filter. The others go back in the end."),
      },
    ],
  };
}

/** @throws BrokerError `invalid` with the field at fault */
function choicesOf(values: Values): Pick<Plan, "count" | "filter"> {
  const count = textOf(values, field.count).trim();
  const filter = textOf(values, field.filter).trim();
  const parsed = parseQuery(filter);
  if ("mistake" in parsed) throw new BrokerError("invalid", parsed.mistake.sentence, { field: field.filter });
  if (count !== "" && !/^[1-9]\d{0,8}$/.test(count))
    throw new BrokerError("invalid", t("The number of messages is at least 1."), { field: field.count });
  return { count: count === "" ? undefined : Number(count), filter };
}

async function carryOut(deps: NodeDeps, plan: Plan, place: string): Promise<void> {
  const { kind, source, count } = plan;
  const total = Math.min(count ?? Infinity, source.node.counts?.ready ?? Infinity);
  const title = kind === "move" ? t("Moving to {to}", { to: place }) : t("Copying to {to}", { to: place });
  const result = await deps.prompts.progress(title, (report, signal) => {
    let reported = 0;
    const told = (done: number): void => {
      const known = Number.isFinite(total);
      report(
        known ? t("{done} of {count}", { done: grouped(done), count: grouped(total) }) : grouped(done),
        known ? ((done - reported) / Math.max(1, total)) * 100 : undefined,
      );
      reported = done;
    };
    return kind === "move" ? move(deps, plan, told, signal) : copy(plan, told, signal);
  });
  const sentence = resultSentence(kind, result, source.node.name, place);
  const whole = result.stopped === undefined && !result.cancelled && result.reasons.length === 0 && result.inBoth === 0;
  if (whole) deps.prompts.inform(sentence);
  else deps.prompts.warn(sentence);
}

function move(deps: NodeDeps, plan: Plan, report: (done: number) => void, signal: AbortSignal): Promise<MoveResult> {
  const { source, target, count, filter, consent } = plan;
  const journal = fittingJournal(deps, source.node);
  // What the filter does not let through stays in hand to the end, so that it goes back once.
  const window =
    filter === ""
      ? Math.min(windowFor(averageBytes(source.node)), count ?? Infinity)
      : Math.min(largestWindow, Math.max(1000, (source.node.counts?.ready ?? largestWindow) + 1));
  return moveQueue({
    from: source,
    to: target,
    window,
    ...(count === undefined ? {} : { most: count }),
    filter,
    ...(journal
      ? { journal: { journal, connection: { id: source.connection.id, name: source.connection.profile.name } } }
      : {}),
    consent,
    report,
    signal,
  });
}

/** A look at the queue, which says its effects itself; its form decides how far it looks. */
async function copy(plan: Plan, report: (done: number) => void, signal: AbortSignal): Promise<MoveResult> {
  const { source, target, count, filter, consent } = plan;
  const [form] = await source.session.forms(source.node, "browse");
  const ready = source.node.counts?.ready;
  const limit = Math.min(largestWindow, (filter === "" ? count : undefined) ?? Math.max(1, ready ?? largestWindow));
  const limits = form?.fields.some(({ name }) => name === "limit") ? { limit: String(limit) } : {};
  const standard = Object.fromEntries(
    (form?.fields ?? []).flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]])),
  ) as Values;
  const looked = await source.session.watch(source.node, {
    mode: "browse",
    window: 1000,
    values: { ...standard, ...limits },
    consent,
  });
  const stop = (): void => void looked.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const job: Pick<MoveJob, "to" | "filter" | "report" | "signal"> = { to: target, filter, report, signal };
    // A source that never ends is read as far as it goes now.
    const most = count ?? (source.node.variant === "stream" ? ready : undefined);
    const result = await copyLooked({ ...job, ...(most === undefined ? {} : { most }) }, looked);
    return { taken: result.counts.routed, inBoth: 0, back: 0, ...result };
  } finally {
    signal.removeEventListener("abort", stop);
    await looked.close();
  }
}

function fittingJournal(deps: NodeDeps, node: Node): Journal | undefined {
  const journal = journalFor(deps, node);
  return journal && (journalBytes(node) ?? 0) <= journal.limits.maxBytes ? journal : undefined;
}

function journalEffect(deps: NodeDeps, node: Node): Effect {
  return fittingJournal(deps, node)
    ? { severity: "info", sentence: t("They are written to the undo journal too, before they leave.") }
    : {
        severity: "notice",
        sentence: t("They are not written to the undo journal: it is off, or they are too much for it."),
      };
}

/** What another broker, or a place that decides on keys by itself, does not take over. */
function notCarried(source: Session, target: Session, to: Node): readonly string[] {
  const sentences: string[] = [];
  if (source.info.product !== target.info.product)
    sentences.push(
      t(
        "{from} and {to} do not have the same properties: a message that has one that {to} does not know stays where it is, and you are told why.",
        { from: source.info.product, to: target.info.product },
      ),
    );
  if (to.kind === "queue" && target.info.keyLabel !== undefined)
    sentences.push(t("In a queue the key of a message becomes the queue's name: its own is not carried over."));
  return sentences;
}

function placeOf(connection: Connection, node: Node, source: Connection): string {
  return connection === source
    ? t("“{name}”", { name: node.name })
    : t("“{name}” on {connection}", { name: node.name, connection: connection.profile.name });
}

function resultSentence(kind: Kind, result: MoveResult, from: string, to: string): string {
  const { taken, inBoth, cancelled, stopped, counts, failed, reasons } = result;
  const words = { count: grouped(taken), from, to };
  const sentences = [
    kind === "move"
      ? t("Moved from “{from}” to {to}: {count}. Each was confirmed and routed there first.", words)
      : t("Copied from “{from}” to {to}: {count}, all confirmed and routed.", words),
  ];
  const say = (number: number, sentence: (count: string) => string): void => {
    if (number > 0) sentences.push(sentence(grouped(number)));
  };
  say(inBoth, (count) =>
    t("Now in both places: {count}. They were taken there, but could not be acknowledged here any more.", { count }),
  );
  say(counts.returned, (count) => t("Returned, because nobody gets them there: {count}.", { count }));
  say(counts.refused, (count) => t("Refused by the broker: {count}.", { count }));
  say(counts.blocked, (count) => t("Met a broker that blocks publishing: {count}.", { count }));
  say(counts.lost, (count) => t("Without an answer, so that the broker may or may not have them: {count}.", { count }));
  say(failed, (count) => t("Could not be sent: {count}.", { count }));
  if (kind === "move" && (stopped !== undefined || cancelled || failed + counts.returned + counts.refused > 0))
    sentences.push(t("What was not moved stays in “{from}”.", { from }));
  if (cancelled) sentences.push(t("You cancelled."));
  if (stopped !== undefined && !reasons.includes(stopped)) sentences.push(stopped);
  return [...sentences, ...reasons.slice(0, 3)].join(" ");
}
