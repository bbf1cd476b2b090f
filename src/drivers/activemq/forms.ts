/** What is asked before a verb is carried out. */
import { t } from "@vscode/l10n";
import type { Node, Verb } from "../../broker/contract.ts";
import type { Field, Form } from "../../broker/form.ts";
import type { NodeRef } from "./nodeId.ts";
import type { Tree } from "./tree.ts";
import type { Dialect } from "./uri.ts";

export async function formsOf(
  node: Node,
  ref: NodeRef,
  verb: Verb,
  dialect: Dialect,
  tree: Tree,
): Promise<readonly Form[]> {
  const { name } = node;
  switch (verb) {
    case "publish":
      return [publishForm(dialect)];
    case "tap":
      return [{ id: "tap", title: t("Tap {name}", { name }), submit: t("Tap"), fields: [selectorField()] }];
    case "browse":
      return [browseForm(name, dialect)];
    case "consume":
      return [
        { id: "consume", title: t("Consume from {name}", { name }), submit: t("Consume"), fields: [selectorField()] },
      ];
    case "create":
      return createForms(ref, dialect, await tree.names("topics"));
    case "purge":
      return [{ id: "purge", title: t("Purge {name}", { name }), submit: t("Purge"), fields: [] }];
    case "delete":
      return [{ id: "delete", title: t("Delete {name}", { name }), submit: t("Delete"), fields: [] }];
    case "retry":
      return [{ id: "retry", title: t("Retry the dead letters of {name}", { name }), submit: t("Retry"), fields: [] }];
    case "pin":
      return [
        {
          id: "pin",
          title: t("Pin a name"),
          submit: t("Pin"),
          fields: [{ name: "name", label: t("Name"), type: "text", required: true }],
        },
      ];
    case "unpin":
      return [{ id: "unpin", title: t("Unpin {name}", { name }), submit: t("Unpin"), fields: [] }];
    case "bind":
    case "configure":
    case "reset":
      return [];
    default:
      return verb satisfies never;
  }
}

/** Persistence, content type, headers and body are asked by the page for every broker. */
function publishForm(dialect: Dialect): Form {
  return {
    id: "publish",
    title: t("Message properties"),
    submit: t("Publish"),
    fields: [
      {
        name: "bodyType",
        label: t("Body as"),
        type: "choice",
        default: "text",
        choices: [
          { value: "text", label: t("Text"), help: t("A string (amqp-value): a JMS TextMessage.") },
          { value: "data", label: t("Data"), help: t("Bytes (data): a JMS BytesMessage.") },
          {
            value: "value",
            label: t("Typed value"),
            help: t("The body is a typed value as JSON; a table is a JMS MapMessage."),
          },
          {
            value: "sequence",
            label: t("Sequence"),
            help: t("The body is an array of typed values as JSON: a JMS StreamMessage."),
          },
        ],
      },
      { name: "priority", label: t("Priority"), type: "number", scalar: "uint8", help: t("0 to 9; 4 unless set.") },
      {
        name: "expiration",
        label: t("Time to live (ms)"),
        type: "number",
        scalar: "uint32",
        help: t(
          "After so many milliseconds the message expires: it goes to the expiry or dead-letter queue, or is dropped.",
        ),
      },
      {
        name: "deliveryDelay",
        label: t("Delivery delay (ms)"),
        type: "number",
        scalar: "int64",
        help:
          dialect === "classic"
            ? t(
                "Nobody gets it before. Classic keeps it apart from the queue until then, and needs schedulerSupport for it.",
              )
            : t("Nobody gets it before; until then it counts as scheduled."),
      },
      { name: "correlationId", label: t("Correlation id"), type: "text" },
      { name: "replyTo", label: t("Reply to"), type: "text", help: t("The queue that an answer should go to.") },
      { name: "messageId", label: t("Message id"), type: "text" },
      { name: "type", label: t("Type"), type: "text", help: t("The JMSType (subject).") },
      {
        name: "groupId",
        label: t("Group id"),
        type: "text",
        help: t("Messages of one group go to one consumer, in order."),
      },
      { name: "groupSequence", label: t("Group sequence"), type: "number", scalar: "uint32" },
      { name: "userId", label: t("User id"), type: "text", group: "advanced" },
      { name: "to", label: t("To"), type: "text", group: "advanced" },
      { name: "replyToGroupId", label: t("Reply-to group id"), type: "text", group: "advanced" },
      {
        name: "creationTime",
        label: t("Creation time (ms)"),
        type: "number",
        scalar: "int64",
        group: "advanced",
        help: t("Milliseconds since 1970."),
      },
    ],
  };
}

function browseForm(name: string, dialect: Dialect): Form {
  return {
    id: "browse",
    title: t("Browse {name}", { name }),
    submit: t("Browse"),
    fields: [
      {
        name: "limit",
        label: t("How many messages"),
        type: "number",
        scalar: "uint16",
        required: true,
        default: "100",
        help:
          dialect === "classic"
            ? t("From the head of the queue. Classic shows no more than its maxBrowsePageSize, 400 unless set.")
            : t("From the head of the queue."),
      },
      selectorField(),
    ],
  };
}

function selectorField(): Field {
  return {
    name: "selector",
    label: t("Selector"),
    type: "text",
    placeholder: "region = 'eu' AND priority > 4",
    help: t("Only messages whose properties match, in the language of JMS selectors. Without one, all of them."),
  };
}

function createForms(ref: NodeRef, dialect: Dialect, addresses: readonly string[]): readonly Form[] {
  const name: Field = { name: "name", label: t("Name"), type: "text", required: true };
  if (dialect === "classic") {
    const isQueue = ref.kind === "queues";
    return [
      {
        id: isQueue ? "queue" : "topic",
        title: isQueue ? t("New queue") : t("New topic"),
        submit: isQueue ? t("Create queue") : t("Create topic"),
        fields: [name],
      },
    ];
  }
  const of = ref.kind === "address" ? ref.name : "";
  const routing = {
    name: "routing",
    label: t("Routing"),
    type: "choice",
    choices: [
      { value: "anycast", label: t("anycast"), help: t("One of the consumers gets each message: a queue.") },
      { value: "multicast", label: t("multicast"), help: t("Each queue of the address gets a copy: a topic.") },
    ],
  } as const satisfies Field;
  const queue: Form = {
    id: "queue",
    title: t("New queue"),
    submit: t("Create queue"),
    fields: [
      name,
      {
        name: "address",
        label: t("Address"),
        type: "text",
        suggestions: addresses,
        ...(of === "" ? {} : { default: of }),
        help: t("What it is bound to; its own name unless set. Made if it is not there."),
      },
      { ...routing, default: of === "" ? "anycast" : "multicast" },
      {
        name: "durable",
        label: t("Durable"),
        type: "boolean",
        default: true,
        help: t("It survives a restart of the broker."),
      },
      {
        name: "filter",
        label: t("Filter"),
        type: "text",
        group: "advanced",
        help: t("Only messages that match get in."),
      },
    ],
  };
  if (ref.kind !== "addresses") return [queue];
  const address: Form = {
    id: "address",
    title: t("New address"),
    submit: t("Create address"),
    fields: [
      name,
      {
        ...routing,
        default: "multicast",
        choices: [
          ...routing.choices,
          { value: "both", label: t("both"), help: t("It can have queues of both kinds.") },
        ],
      },
    ],
  };
  return [address];
}
