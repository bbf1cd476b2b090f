import { t } from "@vscode/l10n";
import type * as vscode from "vscode";
import { BrokerError } from "../broker/errors.ts";
import type { FormQuestion } from "../commands/prompts.ts";
import type { ConnectionBadge } from "../protocol/common.ts";
import type { FormHostCalls, FormState, FormViewCalls, SecretState } from "../protocol/form.ts";
import { Peer } from "../protocol/peer.ts";
import type { FollowPanel } from "./activeConnection.ts";
import { openPage } from "./page.ts";

/** Asks on a page of its own; resolves when it was answered, cancelled or closed. */
export function askForm(
  extensionUri: vscode.Uri,
  question: FormQuestion,
  badge: ConnectionBadge | undefined,
  follow: FollowPanel,
): Promise<void> {
  const { form } = question;
  const { panel, port } = openPage(extensionUri, {
    page: "form",
    title: form.title,
    icon: "edit",
    environment: badge?.environment,
  });
  if (question.connection !== undefined) follow(panel, question.connection);
  const peer = new Peer<FormHostCalls, FormViewCalls>(port, {
    hello: () => formState(question, badge),
    submit: async (values) => {
      await question.submit(values);
      panel.dispose();
    },
    test: (values) => {
      if (!question.test) throw new BrokerError("unsupported", t("There is nothing to test here."));
      return question.test(values);
    },
    askSecret: async ({ name }) => {
      await question.secrets?.find((secret) => secret.name === name)?.ask();
      return secretStates(question);
    },
    cancel: () => {
      panel.dispose();
    },
  });
  return new Promise((resolve) => {
    panel.onDidDispose(() => {
      peer.close(t("The form was closed."));
      resolve();
    });
  });
}

function formState(question: FormQuestion, badge: ConnectionBadge | undefined): FormState {
  return {
    form: question.form,
    values: question.values ?? {},
    ...(badge ? { connection: badge } : {}),
    effects: question.effects ?? [],
    canTest: question.test !== undefined,
    secrets: secretStates(question),
  };
}

function secretStates({ secrets = [] }: FormQuestion): readonly SecretState[] {
  return secrets.map((secret) => ({ name: secret.name, label: secret.label, set: secret.isSet() }));
}
