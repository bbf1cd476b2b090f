import { t } from "@vscode/l10n";
import type { Node, Verb } from "../../broker/contract.ts";
import type { Choice, Field, Form } from "../../broker/form.ts";
import { queueTypes } from "./queue.ts";
import { exchangeTypes } from "./routing.ts";

/** What is asked before a verb is carried out on a node of this kind. */
export function formsOf(node: Node, verb: Verb): readonly Form[] {
  switch (verb) {
    case "publish":
      return [publishForm(node.kind === "exchange")];
    case "create":
      return [node.kind === "queues" ? queueForm() : exchangeForm()];
    case "bind":
      return [bindForm(node)];
    case "tap":
      return node.kind === "exchange" ? [tapForm(node)] : [];
    case "browse":
      return [node.variant === "stream" ? offsetForm() : limitForm()];
    case "delete":
      return node.kind === "queue" ? [deleteQueueForm()] : node.kind === "exchange" ? [deleteExchangeForm()] : [];
    case "consume":
    case "purge":
    case "configure":
    case "reset":
    case "retry":
    case "pin":
    case "unpin":
      return [];
    default:
      return verb satisfies never;
  }
}

function publishForm(keyed: boolean): Form {
  return {
    id: "publish",
    title: t("Publish"),
    submit: t("Publish"),
    fields: [
      ...(keyed ? [{ name: "key", label: t("Routing key"), type: "text" as const }] : []),
      { name: "messageId", label: t("Message id"), type: "text" },
      { name: "correlationId", label: t("Correlation id"), type: "text" },
      { name: "replyTo", label: t("Reply to"), type: "text" },
      { name: "type", label: t("Type"), type: "text" },
      { name: "appId", label: t("App id"), type: "text" },
      { name: "userId", label: t("User id"), type: "text" },
      { name: "priority", label: t("Priority"), type: "number", scalar: "uint8" },
      { name: "expiration", label: t("Expiration (ms)"), type: "number", scalar: "uint32" },
      { name: "timestamp", label: t("Timestamp (s)"), type: "number", scalar: "timestamp" },
    ],
  };
}

function queueForm(): Form {
  return {
    id: "queue",
    title: t("Create a queue"),
    submit: t("Create queue"),
    fields: [
      { name: "name", label: t("Name"), type: "text", required: true },
      { name: "type", label: t("Type"), type: "choice", default: "classic", choices: choices(queueTypes) },
      { name: "durable", label: t("Durable"), type: "boolean", default: true },
      { name: "maxLength", label: t("Max length"), type: "number", scalar: "uint32" },
      {
        name: "overflow",
        label: t("Overflow"),
        type: "choice",
        default: "drop-head",
        choices: choices(["drop-head", "reject-publish"]),
      },
      { name: "deadLetterExchange", label: t("Dead-letter exchange"), type: "text" },
      { name: "deadLetterKey", label: t("Dead-letter routing key"), type: "text" },
      argumentsField(),
    ],
  };
}

function exchangeForm(): Form {
  return {
    id: "exchange",
    title: t("Create an exchange"),
    submit: t("Create exchange"),
    fields: [
      { name: "name", label: t("Name"), type: "text", required: true },
      { name: "type", label: t("Type"), type: "choice", default: "topic", choices: choices(exchangeTypes) },
      { name: "durable", label: t("Durable"), type: "boolean", default: true },
      { name: "alternateExchange", label: t("Alternate exchange"), type: "text" },
      argumentsField(),
    ],
  };
}

function bindForm(node: Node): Form {
  const other: Field =
    node.kind === "queue"
      ? { name: "exchange", label: t("From exchange"), type: "text", required: true }
      : { name: "queue", label: t("To queue"), type: "text", required: true };
  return {
    id: "binding",
    title: t("Bind"),
    submit: t("Bind"),
    fields: [other, { name: "key", label: t("Routing key"), type: "text" }, argumentsField()],
  };
}

function tapForm(node: Node): Form {
  const key: Field = {
    name: "key",
    label: t("Binding key"),
    type: "text",
    default: node.variant === "topic" ? "#" : "",
  };
  const fields = node.variant === "fanout" ? [] : node.variant === "headers" ? [argumentsField()] : [key];
  return { id: "tap", title: t("Tap"), submit: t("Tap"), fields };
}

function limitForm(): Form {
  const limit: Field = { name: "limit", label: t("How many"), type: "number", scalar: "uint32", default: "100" };
  return { id: "browse", title: t("Browse"), submit: t("Browse"), fields: [limit] };
}

function offsetForm(): Form {
  const offset: Field = {
    name: "offset",
    label: t("From offset"),
    type: "text",
    default: "first",
    help: t("first, last, next, or a number"),
  };
  return { id: "browse", title: t("Browse"), submit: t("Browse"), fields: [offset] };
}

function deleteQueueForm(): Form {
  return {
    id: "delete",
    title: t("Delete the queue"),
    submit: t("Delete queue"),
    fields: [
      { name: "ifEmpty", label: t("Only if it is empty"), type: "boolean" },
      { name: "ifUnused", label: t("Only if it has no consumers"), type: "boolean" },
    ],
  };
}

function deleteExchangeForm(): Form {
  return {
    id: "delete",
    title: t("Delete the exchange"),
    submit: t("Delete exchange"),
    fields: [{ name: "ifUnused", label: t("Only if nothing is bound to it"), type: "boolean" }],
  };
}

function argumentsField(): Field {
  return { name: "arguments", label: t("Arguments"), type: "table" };
}

function choices(values: readonly string[]): readonly Choice[] {
  return values.map((value) => ({ value, label: value }));
}
