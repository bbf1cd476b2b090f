import { t } from "@vscode/l10n";
import type { ActVerb, Consent, Done, Effect, Node, Session } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import type { Form, Values } from "../broker/form.ts";
import type { Connection } from "../connections/connections.ts";
import { refusalOf } from "../connections/guardRules.ts";
import { consentOf, nameToType, withoutTyped, withTypedField } from "./consent.ts";
import { connectionOf } from "./deps.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";
import { pickForm } from "./pickForm.ts";

/** What is asked before something that cannot be undone. */
export interface Confirmation {
  /** The question: 'Purge the queue "orders"?' */
  readonly message: string;
  /** The word on the button. */
  readonly act: string;
}

/** What was asked for, and agreed to. */
export interface Agreed {
  readonly connection: Connection;
  readonly session: Session;
  readonly node: Node;
  /** The id of its form, an empty text where there is none. */
  readonly form: string;
  readonly values: Values;
  readonly consent: Consent;
}

/** How a verb is carried out, where that is more than one call. */
export interface Means {
  /** Said with the effects. */
  readonly effects: readonly Effect[];
  /** @returns undefined when nothing was done, which has been told */
  carryOut(agreed: Agreed): Promise<Done | undefined>;
}

/**
 * Carries out a verb that changes topology: asks its form, says its effects, acts, and tells what was done. A failure is
 * shown, in the form where there is one.
 * @param confirmation asked when there is no form; absent = not needed
 * @param means absent = the session's own act
 * @returns undefined when the user changed their mind, or it failed
 */
export async function askAndAct(
  deps: NodeDeps,
  ref: NodeRef,
  verb: ActVerb,
  confirmation?: Confirmation,
  means?: Means,
): Promise<Done | undefined> {
  try {
    const connection = connectionOf(deps, ref.connectionId);
    const session = await connection.connect();
    const done = await carryOut(deps, { connection, session, node: ref.node, verb, confirmation, means });
    if (done) deps.prompts.done(done.sentence);
    return done;
  } catch (error) {
    deps.prompts.fail(error);
    return undefined;
  }
}

interface Job {
  readonly connection: Connection;
  readonly session: Session;
  readonly node: Node;
  readonly verb: ActVerb;
  readonly confirmation: Confirmation | undefined;
  readonly means: Means | undefined;
}

async function carryOut(deps: NodeDeps, job: Job): Promise<Done | undefined> {
  const { connection, session, node, verb, confirmation } = job;
  const refusal = refusalOf(verb, connection.rules);
  if (refusal) throw refusal;
  const forms = await session.forms(node, verb);
  const form = await pickForm(deps.prompts, forms, node);
  if (forms.length > 0 && !form) return undefined;
  const effects = [...(await session.effects(node, verb)), ...(job.means?.effects ?? [])];
  if (form && form.fields.length > 0) return askForm(deps, job, form, effects);
  const typed = nameToType(connection, node, effects);
  if (confirmation || typed !== undefined) {
    const sure = await deps.prompts.confirm({
      ...(confirmation ?? { message: t("Go on with “{name}”?", { name: node.name }), act: t("Go On") }),
      detail: describeEffects(effects),
      ...(typed !== undefined && { typed }),
    });
    if (!sure) return undefined;
  }
  return act(job, form?.id ?? "", {}, consentOf(typed));
}

function act(
  { connection, session, node, verb, means }: Job,
  form: string,
  values: Values,
  consent: Consent,
): Promise<Done | undefined> {
  if (means) return means.carryOut({ connection, session, node, form, values, consent });
  return session.act(node, verb, form, values, consent);
}

async function askForm(deps: NodeDeps, job: Job, form: Form, effects: readonly Effect[]): Promise<Done | undefined> {
  const { connection, node } = job;
  const typed = nameToType(connection, node, effects);
  let done: Done | undefined;
  await deps.prompts.form({
    form: withTypedField(form, typed),
    effects,
    connection: connection.id,
    submit: async (given) => {
      const values = withoutTyped(given, typed);
      const consent = typed ?? (await typedAfterwards(deps, job, values));
      done = await act(job, form.id, values, consentOf(consent));
    },
  });
  return done;
}

/** Some values are more dangerous than the form looked: then the name is asked for once they are known. */
async function typedAfterwards(
  { prompts }: NodeDeps,
  { connection, session, node, verb }: Omit<Job, "confirmation" | "means">,
  values: Values,
): Promise<string | undefined> {
  if (connection.rules.environment !== "production") return undefined;
  const effects = await session.effects(node, verb, values);
  const typed = nameToType(connection, node, effects);
  if (typed === undefined) return undefined;
  const message = t("“{connection}” is production. Go on?", { connection: connection.profile.name });
  const sure = await prompts.confirm({ message, detail: describeEffects(effects), act: t("Go On"), typed });
  if (sure) return typed;
  throw new BrokerError("invalid", t("Nothing was changed: the name was not typed."));
}

/** The sentences below each other, the gravest first. */
export function describeEffects(effects: readonly Effect[]): string {
  const order = ["danger", "notice", "info"] as const satisfies readonly Effect["severity"][];
  return order
    .flatMap((severity) => effects.filter((effect) => effect.severity === severity))
    .map(({ sentence }) => sentence)
    .join("\n");
}
