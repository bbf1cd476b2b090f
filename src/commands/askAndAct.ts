import { t } from "@vscode/l10n";
import type { ActVerb, Done, Effect, Node, Session } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { textOf } from "../broker/form.ts";
import type { Field, Form, Values } from "../broker/form.ts";
import type { Connection } from "../connections/connections.ts";
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

/**
 * Carries out a verb that changes topology: asks its form, says its effects, acts, and tells what was done. A failure is
 * shown, in the form where there is one.
 * @param confirmation asked when there is no form; absent = not needed
 * @returns undefined when the user changed their mind, or it failed
 */
export async function askAndAct(
  deps: NodeDeps,
  ref: NodeRef,
  verb: ActVerb,
  confirmation?: Confirmation,
): Promise<Done | undefined> {
  try {
    const connection = connectionOf(deps, ref.connectionId);
    const session = await connection.connect();
    const done = await carryOut(deps, { connection, session, node: ref.node, verb, confirmation });
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
}

async function carryOut(deps: NodeDeps, job: Job): Promise<Done | undefined> {
  const { connection, session, node, verb, confirmation } = job;
  const forms = await session.forms(node, verb);
  const form = await pickForm(deps.prompts, forms, node);
  if (forms.length > 0 && !form) return undefined;
  const effects = await session.effects(node, verb);
  const typed = connection.profile.environment === "production" && isDangerous(effects) ? node.name : undefined;
  if (form && form.fields.length > 0) return askForm(deps, job, form, effects, typed);
  if (confirmation) {
    const sure = await deps.prompts.confirm({
      ...confirmation,
      detail: describeEffects(effects),
      ...(typed && { typed }),
    });
    if (!sure) return undefined;
  }
  return session.act(node, verb, form?.id ?? "", {});
}

async function askForm(
  deps: NodeDeps,
  { connection, session, node, verb }: Job,
  form: Form,
  effects: readonly Effect[],
  typed: string | undefined,
): Promise<Done | undefined> {
  let done: Done | undefined;
  await deps.prompts.form({
    form: typed ? { ...form, fields: [...form.fields, typedField(typed)] } : form,
    effects,
    connection: connection.id,
    submit: async (values) => {
      if (typed && textOf(values, typedName) !== typed) {
        const sentence = t("This is production. Type “{name}” to go on.", { name: typed });
        throw new BrokerError("invalid", sentence, { field: typedName });
      }
      done = await session.act(node, verb, form.id, without(values, typedName));
    },
  });
  return done;
}

const typedName = "confirmName";

function typedField(name: string): Field {
  return {
    name: typedName,
    label: t("Type the name to go on"),
    type: "text",
    required: true,
    placeholder: name,
    help: t("This is production."),
  };
}

/** The sentences below each other, the gravest first. */
export function describeEffects(effects: readonly Effect[]): string {
  const order = ["danger", "notice", "info"] as const satisfies readonly Effect["severity"][];
  return order
    .flatMap((severity) => effects.filter((effect) => effect.severity === severity))
    .map(({ sentence }) => sentence)
    .join("\n");
}

function isDangerous(effects: readonly Effect[]): boolean {
  return effects.some(({ severity }) => severity === "danger");
}

function without(values: Values, name: string): Values {
  return Object.fromEntries(Object.entries(values).filter(([each]) => each !== name));
}
