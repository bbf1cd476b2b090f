/** What is asked before something is done with a topic or a group. */
import { t } from "@vscode/l10n";
import type { Node, Verb } from "../../broker/contract.ts";
import type { Field, Form } from "../../broker/form.ts";
import { compressions } from "./messages.ts";
import { parseNodeId, type NodeRef } from "./nodeId.ts";
import { partitioners } from "./partitioner.ts";
import { browseStarts } from "./watch.ts";

/** The settings of a topic that have a field of their own, with what they are called. */
export const namedSettings = [
  "retention.ms",
  "retention.bytes",
  "cleanup.policy",
  "min.insync.replicas",
  "max.message.bytes",
] as const;
export type NamedSetting = (typeof namedSettings)[number];

/** What the forms are filled with. */
export interface Around {
  /** Setting → value, of a topic that is there. */
  readonly settings: ReadonlyMap<string, string>;
  readonly partitions: number;
  /** Names of topics that a group reads. */
  readonly topics: readonly string[];
}

export function formsOf(node: Node, verb: Verb, around: Around): readonly Form[] {
  const ref = parseNodeId(node.id);
  if (!ref) return [];
  switch (verb) {
    case "publish":
      return [publishForm(ref)];
    case "tap":
      return [
        { id: "tap", title: t("Tap {name}", { name: titleOf(ref) }), submit: t("Tap"), fields: partitionField(ref) },
      ];
    case "browse":
      return [browseForm(ref)];
    case "consume":
      return [consumeForm(ref)];
    case "create":
      return [createForm()];
    case "configure":
      return [configureForm(titleOf(ref), around)];
    case "purge":
      return [purgeForm(ref)];
    case "reset":
      return [resetForm(titleOf(ref), around)];
    case "delete":
      return [{ id: "delete", title: t("Delete {name}", { name: titleOf(ref) }), submit: t("Delete"), fields: [] }];
    case "bind":
    case "retry":
    case "pin":
    case "unpin":
      return [];
    default:
      return verb satisfies never;
  }
}

/** "orders", "orders, partition 2" */
export function titleOf(ref: NodeRef): string {
  switch (ref.kind) {
    case "topic":
      return ref.topic;
    case "partition":
      return t("{topic}, partition {partition}", { topic: ref.topic, partition: ref.partition });
    case "group":
      return ref.group;
    default:
      return ref.kind;
  }
}

function publishForm(ref: NodeRef): Form {
  return {
    id: "publish",
    title: t("Message properties"),
    submit: t("Publish"),
    lacks: ["persistent"],
    fields: [
      {
        name: "key",
        label: t("Message key"),
        type: "text",
        help: t("Messages of one key stay in order. Empty = no key."),
      },
      {
        name: "keyEncoding",
        label: t("The key is"),
        type: "choice",
        default: "text",
        choices: [
          { value: "text", label: t("text") },
          { value: "base64", label: t("bytes, in base64") },
        ],
        group: "advanced",
      },
      ...(ref.kind === "partition"
        ? []
        : [
            {
              name: "partition",
              label: t("Partition"),
              type: "number" as const,
              scalar: "uint32" as const,
              help: t("Empty = by the key; without a key in turn, batch by batch."),
            },
            {
              name: "partitioner",
              label: t("Partitioner"),
              type: "choice" as const,
              default: "murmur2",
              choices: partitioners.map((value) => ({
                value,
                label:
                  value === "murmur2" ? t("murmur2 (Java, JavaScript)") : t("crc32 (librdkafka: C, Python, Go, .NET)"),
              })),
              group: "advanced",
              help: t("How the partition of a key is found: it has to be the same as your application's."),
            },
          ]),
      {
        name: "timestamp",
        label: t("Timestamp (ms)"),
        type: "number",
        scalar: "int64",
        help: t("Milliseconds since 1970. Empty = now. The retention counts from here."),
      },
      {
        name: "compression",
        label: t("Compression"),
        type: "choice",
        default: "none",
        choices: compressions.map((value) => ({ value, label: value })),
      },
      {
        name: "tombstone",
        label: t("Tombstone (no value)"),
        type: "boolean",
        default: false,
        group: "advanced",
        help: t("In a compacted topic it removes what was there for this key."),
      },
    ],
  };
}

function partitionField(ref: NodeRef): readonly Field[] {
  if (ref.kind === "partition") return [];
  return [
    {
      name: "partition",
      label: t("Partition"),
      type: "number",
      scalar: "uint32",
      help: t("Empty = all of them."),
    },
  ];
}

function browseForm(ref: NodeRef): Form {
  const name = titleOf(ref);
  return {
    id: "browse",
    title: t("Browse {name}", { name }),
    submit: t("Browse"),
    fields: [
      {
        name: "start",
        label: t("Start at"),
        type: "choice",
        default: "last",
        choices: browseStarts.map((value) => ({ value, label: startLabel(value) })),
      },
      {
        name: "offset",
        label: t("Offset"),
        type: "number",
        scalar: "int64",
        required: true,
        when: { field: "start", is: ["offset"] },
      },
      {
        name: "time",
        label: t("Time"),
        type: "text",
        required: true,
        placeholder: "30m",
        when: { field: "start", is: ["time"] },
        help: t(
          "A time such as 2026-01-31T12:00:00Z, milliseconds since 1970, or a span before now such as 30m, 2h, 7d.",
        ),
      },
      ...partitionField(ref),
      {
        name: "limit",
        label: t("How many messages"),
        type: "number",
        scalar: "uint32",
        required: true,
        default: "100",
      },
    ],
  };
}

function startLabel(start: (typeof browseStarts)[number]): string {
  switch (start) {
    case "last":
      return t("the last messages");
    case "beginning":
      return t("the beginning");
    case "offset":
      return t("an offset");
    case "time":
      return t("a time");
    default:
      return start satisfies never;
  }
}

function consumeForm(ref: NodeRef): Form {
  return {
    id: "consume",
    title: t("Consume from {name}", { name: titleOf(ref) }),
    submit: t("Consume"),
    fields: [
      {
        name: "from",
        label: t("Start at"),
        type: "choice",
        default: "beginning",
        choices: [
          { value: "beginning", label: t("the beginning") },
          { value: "now", label: t("now: only what comes") },
        ],
      },
    ],
  };
}

function createForm(): Form {
  return {
    id: "topic",
    title: t("Create topic"),
    submit: t("Create topic"),
    fields: [
      { name: "name", label: t("Name"), type: "text", required: true },
      {
        name: "partitions",
        label: t("Partitions"),
        type: "number",
        scalar: "int32",
        placeholder: t("the cluster's default"),
        help: t("More can be added later, but not removed; keys then go elsewhere."),
      },
      {
        name: "replicas",
        label: t("Replicas"),
        type: "number",
        scalar: "int16",
        placeholder: t("the cluster's default"),
        help: t("On how many brokers each partition is kept."),
      },
      ...settingFields(new Map()),
      settingsTable(),
    ],
  };
}

function configureForm(name: string, { settings, partitions }: Around): Form {
  return {
    id: "configure",
    title: t("Configure {name}", { name }),
    submit: t("Change"),
    note: t("Only what differs is changed. An emptied field goes back to the cluster's default."),
    fields: [
      {
        name: "partitions",
        label: t("Partitions"),
        type: "number",
        scalar: "int32",
        default: String(partitions),
        help: t("Can only grow. Keys go to other partitions from then on."),
      },
      ...settingFields(settings),
      settingsTable(),
    ],
  };
}

function settingFields(settings: ReadonlyMap<string, string>): readonly Field[] {
  const number = (name: NamedSetting, label: string, help: string): Field => {
    const value = settings.get(name);
    return { name, label, type: "number", scalar: "int64", help, ...(value === undefined ? {} : { default: value }) };
  };
  const policy = settings.get("cleanup.policy");
  return [
    number("retention.ms", t("Retention (ms)"), t("How long a message is kept at least; -1 = for ever.")),
    number("retention.bytes", t("Retention (bytes)"), t("What a partition may hold; -1 = no limit.")),
    {
      name: "cleanup.policy",
      label: t("Cleanup policy"),
      type: "choice",
      choices: [
        { value: "", label: t("the cluster's default") },
        { value: "delete", label: t("delete: old messages go") },
        { value: "compact", label: t("compact: the last message of each key stays") },
        { value: "compact,delete", label: t("both") },
      ],
      ...(policy === undefined ? {} : { default: policy }),
    },
    {
      ...number("min.insync.replicas", t("In-sync replicas needed"), t("Fewer in sync: nothing can be published.")),
      group: "advanced",
    },
    {
      ...number("max.message.bytes", t("Largest batch (bytes)"), t("Of what is sent together, compressed.")),
      group: "advanced",
    },
  ];
}

function settingsTable(): Field {
  return {
    name: "settings",
    label: t("Other settings"),
    type: "table",
    group: "advanced",
    help: t("By Kafka's own names, such as segment.bytes. An empty value goes back to the default."),
  };
}

function purgeForm(ref: NodeRef): Form {
  return {
    id: "purge",
    title: t("Delete records of {name}", { name: titleOf(ref) }),
    submit: t("Delete records"),
    note: t("Kafka deletes from the beginning of a partition up to an offset."),
    fields: [
      ...partitionField(ref),
      {
        name: "offset",
        label: t("Up to offset"),
        type: "number",
        scalar: "int64",
        placeholder: t("the end"),
        help: t("The first one that stays. Empty = everything that is there now."),
      },
    ],
  };
}

function resetForm(name: string, { topics }: Around): Form {
  return {
    id: "reset",
    title: t("Reset the offsets of {name}", { name }),
    submit: t("Reset"),
    note: t("First as a dry run: it tells from where to where, and how many messages that is, and changes nothing."),
    fields: [
      { name: "dryRun", label: t("Only tell what would change"), type: "boolean", default: true },
      {
        name: "topic",
        label: t("Topic"),
        type: "text",
        suggestions: topics,
        help: t("Empty = all that the group has read."),
      },
      {
        name: "partition",
        label: t("Partition"),
        type: "number",
        scalar: "uint32",
        help: t("Empty = all of them."),
      },
      {
        name: "to",
        label: t("To"),
        type: "choice",
        default: "beginning",
        choices: [
          { value: "beginning", label: t("the beginning") },
          { value: "end", label: t("the end: skips what is left") },
          { value: "offset", label: t("an offset") },
          { value: "time", label: t("a time") },
        ],
      },
      {
        name: "offset",
        label: t("Offset"),
        type: "number",
        scalar: "int64",
        required: true,
        when: { field: "to", is: ["offset"] },
      },
      {
        name: "time",
        label: t("Time"),
        type: "text",
        required: true,
        placeholder: "30m",
        when: { field: "to", is: ["time"] },
        help: t(
          "A time such as 2026-01-31T12:00:00Z, milliseconds since 1970, or a span before now such as 30m, 2h, 7d.",
        ),
      },
    ],
  };
}
