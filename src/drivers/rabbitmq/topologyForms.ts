/** What is asked before something is created, bound, deleted or pinned. */
import { t } from "@vscode/l10n";
import type { Choice, Field, Form } from "../../broker/form.ts";
import { matchHelp, topicHelp } from "./watchForms.ts";

/** What is known about the broker and its things when a form is made. */
export interface Surroundings {
  readonly version?: string;
  /** undefined = not known: then any may be typed. */
  readonly exchangeTypes?: readonly string[];
  /** Names to complete from, without the default exchange. */
  readonly exchanges: readonly string[];
  readonly queues: readonly string[];
}

export function createQueueForm({ version, exchanges }: Surroundings): Form {
  const classic = { field: "type", is: ["classic"] };
  const notStream = { field: "type", is: ["classic", "quorum"] };
  const quorum = { field: "type", is: ["quorum"] };
  const stream = { field: "type", is: ["stream"] };
  const limits = t("Limits");
  const deadLetters = t("Dead letters");
  const noTransient = isAtLeast(version, 4, 3);
  return {
    id: "queue",
    title: t("Create queue"),
    submit: t("Create queue"),
    fields: [
      { name: "name", label: t("Name"), type: "text", required: true },
      { name: "type", label: t("Type"), type: "choice", default: "classic", choices: queueTypes(version) },
      {
        name: "durable",
        label: t("Durable"),
        type: "boolean",
        default: true,
        help: noTransient
          ? t("Survives a restart of the broker. RabbitMQ 4.3 and later refuse shared queues that do not.")
          : t("Survives a restart of the broker."),
        when: classic,
      },
      {
        name: "autoDelete",
        label: t("Auto-delete"),
        type: "boolean",
        default: false,
        help: t("Deleted when its last consumer leaves."),
        when: classic,
      },
      number("ttl", t("Message TTL (ms)"), t("Older messages are dropped or dead-lettered."), limits, notStream),
      number(
        "expires",
        t("Expires (ms)"),
        t("The queue is deleted when it was not used for so long."),
        limits,
        notStream,
      ),
      number("maxLength", t("Max length"), t("Messages that are ready."), limits, notStream),
      number("maxLengthBytes", t("Max length (bytes)"), t("Bodies of the messages that are ready."), limits),
      {
        name: "overflow",
        label: t("When it is full"),
        type: "choice",
        choices: [
          ...overflowChoices(),
          {
            value: "reject-publish-dlx",
            label: "reject-publish-dlx",
            help: t("Refuse new messages and dead-letter them."),
          },
        ],
        group: limits,
        when: classic,
      },
      {
        name: "quorumOverflow",
        label: t("When it is full"),
        type: "choice",
        choices: overflowChoices(),
        group: limits,
        when: quorum,
      },
      {
        name: "maxAge",
        label: t("Max age"),
        type: "text",
        placeholder: "7D",
        help: t("A number and Y, M, D, h, m or s: older segments are deleted."),
        group: limits,
        when: stream,
      },
      number(
        "segmentBytes",
        t("Segment size (bytes)"),
        t("What is deleted at once when a limit is reached."),
        limits,
        stream,
      ),
      {
        name: "deadLetterExchange",
        label: t("Dead-letter exchange"),
        type: "text",
        suggestions: exchanges,
        help: t("Where rejected and expired messages go."),
        group: deadLetters,
        when: notStream,
      },
      {
        name: "deadLetterKey",
        label: t("Dead-letter routing key"),
        type: "text",
        help: t("Empty = the key that the message has. With a key and no exchange, the default exchange is used."),
        group: deadLetters,
        when: notStream,
      },
      {
        name: "maxPriority",
        label: t("Max priority"),
        type: "number",
        scalar: "uint8",
        help: t("1 to 255; more than 10 costs memory and speed."),
        group: t("Delivery"),
        when: classic,
      },
      {
        name: "singleActiveConsumer",
        label: t("Single active consumer"),
        type: "boolean",
        default: false,
        help: t("Only one consumer gets messages; the others wait until it leaves."),
        group: t("Delivery"),
        when: notStream,
      },
      number(
        "deliveryLimit",
        t("Delivery limit"),
        t("A message that came back more often is dropped or dead-lettered."),
        t("Delivery"),
        quorum,
      ),
      number("initialGroupSize", t("Initial group size"), t("On how many nodes it lives."), "advanced", {
        field: "type",
        is: ["quorum", "stream"],
      }),
      { name: "arguments", label: t("Further arguments"), type: "table", group: "advanced" },
    ],
  };
}

export function createExchangeForm({ exchangeTypes, exchanges }: Surroundings): Form {
  const usual = ["direct", "fanout", "topic", "headers"];
  const type: Field = exchangeTypes
    ? {
        name: "type",
        label: t("Type"),
        type: "choice",
        default: "topic",
        choices: [...usual, ...exchangeTypes.filter((each) => !usual.includes(each))].map(exchangeTypeChoice),
      }
    : { name: "type", label: t("Type"), type: "text", required: true, default: "topic", suggestions: usual };
  return {
    id: "exchange",
    title: t("Create exchange"),
    submit: t("Create exchange"),
    fields: [
      { name: "name", label: t("Name"), type: "text", required: true },
      type,
      {
        name: "durable",
        label: t("Durable"),
        type: "boolean",
        default: true,
        help: t("Survives a restart of the broker."),
      },
      {
        name: "autoDelete",
        label: t("Auto-delete"),
        type: "boolean",
        default: false,
        help: t("Deleted when the last thing that was bound to it is unbound."),
      },
      {
        name: "internal",
        label: t("Internal"),
        type: "boolean",
        default: false,
        help: t("Only other exchanges can publish to it."),
      },
      {
        name: "alternateExchange",
        label: t("Alternate exchange"),
        type: "text",
        suggestions: exchanges,
        help: t("Where messages go that nothing here is bound for."),
      },
      { name: "arguments", label: t("Further arguments"), type: "table", group: "advanced" },
    ],
  };
}

export function bindQueueForm(queue: string, { exchanges }: Surroundings): Form {
  return {
    id: "bind",
    title: t("Bind {name}", { name: queue }),
    submit: t("Bind"),
    fields: [
      { name: "source", label: t("From exchange"), type: "text", required: true, suggestions: exchanges },
      ...bindingFields(),
    ],
  };
}

export function bindExchangeForm(exchange: string, { exchanges, queues }: Surroundings): Form {
  const destination = { label: t("To"), type: "text", required: true } as const;
  return {
    id: "bind",
    title: t("Bind {name}", { name: exchange }),
    submit: t("Bind"),
    fields: [
      {
        name: "destinationType",
        label: t("Bind to"),
        type: "choice",
        default: "queue",
        choices: [
          { value: "queue", label: t("a queue") },
          { value: "exchange", label: t("another exchange") },
        ],
      },
      { ...destination, name: "queue", suggestions: queues, when: { field: "destinationType", is: ["queue"] } },
      {
        ...destination,
        name: "exchange",
        suggestions: exchanges.filter((name) => name !== exchange),
        when: { field: "destinationType", is: ["exchange"] },
      },
      ...bindingFields(),
    ],
  };
}

/** @param checked by whom: the broker itself, or only by us right before */
export function deleteQueueForm(name: string, checked: "broker" | "before"): Form {
  const before = t("Checked right before: this kind of queue cannot do it in one step.");
  const help = checked === "before" ? { help: before } : {};
  return {
    id: "delete",
    title: t("Delete queue {name}", { name }),
    submit: t("Delete queue"),
    fields: [
      { name: "ifEmpty", label: t("Only if it is empty"), type: "boolean", default: false, ...help },
      { name: "ifUnused", label: t("Only if it has no consumers"), type: "boolean", default: false, ...help },
    ],
  };
}

export function deleteExchangeForm(name: string): Form {
  return {
    id: "delete",
    title: t("Delete exchange {name}", { name }),
    submit: t("Delete exchange"),
    fields: [{ name: "ifUnused", label: t("Only if nothing is bound to it"), type: "boolean", default: false }],
  };
}

export function deleteBindingForm(): Form {
  return { id: "delete", title: t("Unbind"), submit: t("Unbind"), fields: [] };
}

export function purgeForm(name: string): Form {
  return { id: "purge", title: t("Purge {name}", { name }), submit: t("Purge"), fields: [] };
}

export function pinForm(kind: "queues" | "exchanges"): Form {
  return {
    id: "pin",
    title: kind === "queues" ? t("Pin queue") : t("Pin exchange"),
    submit: t("Pin"),
    fields: [{ name: "name", label: t("Name"), type: "text", required: true }],
  };
}

export function unpinForm(name: string): Form {
  return { id: "unpin", title: t("Unpin {name}", { name }), submit: t("Unpin"), fields: [] };
}

/** Whether `version` is `major.minor` or later; false when it is not known. */
export function isAtLeast(version: string | undefined, major: number, minor: number): boolean {
  const [, x = "", y = ""] = /^(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  if (x === "") return false;
  return Number(x) > major || (Number(x) === major && Number(y) >= minor);
}

function bindingFields(): readonly Field[] {
  return [
    { name: "key", label: t("Routing key"), type: "text", help: topicHelp() },
    { name: "arguments", label: t("Arguments"), type: "table", help: matchHelp() },
  ];
}

function number(name: string, label: string, help: string, group: string, when?: NonNullable<Field["when"]>): Field {
  // What counts bytes may be larger than 4 GiB; milliseconds may not be more.
  const scalar = name.endsWith("Bytes") ? "uint64" : "uint32";
  return { name, label, type: "number", scalar, help, group, ...(when ? { when } : {}) };
}

function queueTypes(version: string | undefined): readonly Choice[] {
  const choices: Choice[] = [{ value: "classic", label: t("classic"), help: t("On one node.") }];
  if (version === undefined || isAtLeast(version, 3, 8)) {
    choices.push({ value: "quorum", label: t("quorum"), help: t("Replicated and safe; always durable.") });
  }
  if (version === undefined || isAtLeast(version, 3, 9)) {
    choices.push({ value: "stream", label: t("stream"), help: t("A log that can be read again and again.") });
  }
  return choices;
}

function overflowChoices(): readonly Choice[] {
  return [
    {
      value: "",
      label: t("the broker's default"),
      help: t("Drops the oldest messages, unless a policy says otherwise."),
    },
    { value: "drop-head", label: "drop-head", help: t("Drop or dead-letter the oldest messages.") },
    { value: "reject-publish", label: "reject-publish", help: t("Refuse new messages.") },
  ];
}

function exchangeTypeChoice(type: string): Choice {
  const help = {
    direct: t("To the queues that are bound with exactly the key of the message."),
    fanout: t("To everything that is bound."),
    topic: t("To the queues whose binding key, a pattern, matches the key of the message."),
    headers: t("To the queues whose binding arguments match the headers of the message."),
  }[type];
  return { value: type, label: type, ...(help === undefined ? {} : { help }) };
}
