/** What is asked before something is done. */
import { t } from "@vscode/l10n";
import type { Node, Verb } from "../../broker/contract.ts";
import type { Field, Form, MessagePart } from "../../broker/form.ts";
import { standardBodyField } from "./entry.ts";
import type { NodeRef } from "./nodeRef.ts";

/** @param groups names of the stream's groups, to complete from */
export function formsOf(node: Node, ref: NodeRef, verb: Verb, groups: readonly string[]): readonly Form[] {
  const { name } = node;
  switch (verb) {
    case "publish":
      return [{ id: "publish", title: t("Message properties"), submit: t("Publish"), ...publishFields(ref) }];
    case "tap":
      return [{ id: "tap", title: t("Tap {name}", { name }), submit: t("Tap"), fields: [] }];
    case "browse":
      return [
        {
          id: "browse",
          title: t("Browse {name}", { name }),
          submit: t("Browse"),
          fields: [...(ref.kind === "stream" ? [browseFrom()] : []), limitField(ref.kind === "stream")],
        },
      ];
    case "consume":
      return [
        {
          id: "consume",
          title: t("Consume from {name}", { name }),
          submit: t("Consume"),
          fields: consumeFields(ref, groups),
        },
      ];
    case "create":
      return ref.kind === "stream" ? [groupForm(name)] : [streamForm()];
    case "pin":
      return [pinForm(ref)];
    case "unpin":
      return [{ id: "unpin", title: t("Unpin {name}", { name }), submit: t("Unpin"), fields: [] }];
    case "purge":
      return ref.kind === "stream" ? trimForms(name) : [bare("purge", t("Empty {name}", { name }), t("Empty"))];
    case "reset":
      return [resetForm(name)];
    case "retry":
      return [bare("retry", t("Give back {name}", { name }), t("Give back"))];
    case "delete":
      return [bare("delete", t("Delete {name}", { name }), t("Delete"))];
    case "bind":
    case "configure":
      return [];
    default:
      return verb satisfies never;
  }
}

function publishFields(ref: NodeRef): Pick<Form, "fields" | "lacks"> & { readonly note: string } {
  if (ref.kind === "list")
    return {
      lacks: allButTheBody,
      note: t("The body becomes one element. Redis decides by its settings whether it survives a restart."),
      fields: [
        {
          name: "side",
          label: t("Add at"),
          type: "choice",
          default: "right",
          choices: [
            { value: "right", label: t("Right end (RPUSH)"), help: t("For consumers that take from the left.") },
            { value: "left", label: t("Left end (LPUSH)"), help: t("For consumers that take from the right.") },
          ],
        },
      ],
    };
  if (ref.kind === "channel")
    return { lacks: allButTheBody, note: t("Whoever is subscribed gets it now; nothing is kept."), fields: [] };
  const advanced = "advanced";
  return {
    lacks: ["persistent"],
    note: t("Headers become fields of the entry, the body the last one."),
    fields: [
      {
        name: "bodyField",
        label: t("Field of the body"),
        type: "text",
        placeholder: standardBodyField,
        suggestions: [standardBodyField, "payload", "message", "data"],
      },
      {
        name: "id",
        label: t("Id"),
        type: "text",
        placeholder: "*",
        help: t("Without one, Redis makes it of the time. It has to be greater than the newest one."),
      },
      {
        name: "maxLength",
        label: t("Trim to (MAXLEN)"),
        type: "number",
        scalar: "int64",
        help: t("The oldest entries beyond so many are removed as this one is added."),
      },
      {
        name: "trim",
        label: t("Trim"),
        type: "choice",
        default: "approximate",
        choices: [
          { value: "approximate", label: t("Approximately (~)"), help: t("Some more may stay; this costs little.") },
          { value: "exact", label: t("Exactly (=)") },
        ],
      },
      {
        name: "fields",
        label: t("Fields"),
        type: "choice",
        group: advanced,
        default: "",
        choices: [
          { value: "", label: t("Headers and body") },
          { value: "json", label: t("Members of the JSON body") },
          { value: "headers", label: t("Headers only, no body") },
        ],
      },
      {
        name: "bodyAt",
        label: t("Place of the body among the fields"),
        type: "number",
        scalar: "uint32",
        group: advanced,
        placeholder: t("last"),
      },
    ],
  };
}

const allButTheBody: readonly MessagePart[] = ["contentType", "contentEncoding", "persistent", "headers"];

function consumeFields(ref: NodeRef, groups: readonly string[]): readonly Field[] {
  const claim: Field = {
    name: "claimIdle",
    label: t("Claim what idles longer than (s)"),
    type: "number",
    scalar: "uint32",
    help: t("Takes over pending entries of the group's other consumers first. Leave it empty to leave them alone."),
  };
  switch (ref.kind) {
    case "list":
      return [
        {
          name: "side",
          label: t("Take from"),
          type: "choice",
          default: "left",
          choices: [
            { value: "left", label: t("Left end"), help: t("As consumers do whose producers use RPUSH.") },
            { value: "right", label: t("Right end"), help: t("As consumers do whose producers use LPUSH.") },
          ],
        },
      ];
    case "group":
      return [claim];
    default:
      return [
        {
          name: "group",
          label: t("Group"),
          type: "text",
          suggestions: groups,
          placeholder: t("a temporary one"),
          help: t(
            "Empty = a temporary group of your own, removed at the end: nobody notices. The name of a group = compete with its consumers.",
          ),
        },
        {
          ...fromField(t("A temporary group starts at")),
          suggestions: ["first", "new"],
          help: t(
            "first = the oldest entry · new = only what is added from now on · an id, a time such as 2026-01-31T12:00:00Z, or a span such as 30m.",
          ),
        },
        { ...claim, group: "advanced" },
      ];
  }
}

function browseFrom(): Field {
  return {
    ...fromField(t("Start at")),
    suggestions: ["first", "last 100"],
    help: t(
      "first = the oldest entry · last 100 = the newest hundred · an id such as 1700000000000-0 · a time such as 2026-01-31T12:00:00Z · a span such as 30m.",
    ),
  };
}

function fromField(label: string): Field {
  return { name: "from", label, type: "text", default: "first" };
}

function limitField(stream: boolean): Field {
  return {
    name: "limit",
    label: t("How many messages"),
    type: "number",
    scalar: "uint32",
    required: true,
    default: "100",
    help: stream ? t("At most; none that is added meanwhile.") : t("At most, from the left end."),
  };
}

function streamForm(): Form {
  return {
    id: "stream",
    title: t("Create stream"),
    submit: t("Create stream"),
    fields: [
      { name: "name", label: t("Name"), type: "text", required: true },
      {
        name: "group",
        label: t("With a group"),
        type: "text",
        help: t("Its first group, which reads from the beginning. May be left out."),
      },
    ],
  };
}

function groupForm(stream: string): Form {
  return {
    id: "group",
    title: t("Create a group of {stream}", { stream }),
    submit: t("Create group"),
    fields: [
      { name: "name", label: t("Name"), type: "text", required: true },
      {
        ...fromField(t("Starts at")),
        default: "new",
        suggestions: ["new", "first"],
        help: t(
          "new = only what is added from now on · first = the oldest entry · an id, a time or a span such as 30m.",
        ),
      },
    ],
  };
}

function resetForm(group: string): Form {
  return {
    id: "reset",
    title: t("Reset {group}", { group }),
    submit: t("Reset"),
    note: t("What is pending with its consumers stays pending."),
    fields: [
      {
        ...fromField(t("Goes on at")),
        required: true,
        suggestions: ["first", "new"],
        help: t(
          "first = the oldest entry · new = only what is added from now on · an id, a time or a span such as 30m.",
        ),
      },
    ],
  };
}

function trimForms(stream: string): readonly Form[] {
  return [
    {
      id: "purge",
      title: t("Trim {stream}", { stream }),
      submit: t("Trim"),
      fields: [
        {
          name: "keep",
          label: t("Keep the newest"),
          type: "number",
          scalar: "int64",
          placeholder: "0",
          help: t("How many entries stay; 0 or nothing = none. Groups stay as they are."),
        },
        {
          name: "before",
          label: t("Only entries before"),
          type: "text",
          placeholder: "1700000000000-0",
          help: t("An id, a time or a span such as 7d: older entries are removed (Redis 6.2). In place of a number."),
        },
      ],
    },
  ];
}

function pinForm(ref: NodeRef): Form {
  const help =
    ref.kind === "lists"
      ? t("A list without elements is not there for Redis; pinned, it is shown all the same.")
      : ref.kind === "channels"
        ? t("A channel without subscribers is not there for Redis. With * ? [ it is a pattern: news.*")
        : t("A channel without subscribers is not there for Redis.");
  return {
    id: "pin",
    title: ref.kind === "lists" ? t("Pin a list") : t("Pin a channel"),
    submit: t("Pin"),
    fields: [{ name: "name", label: t("Name"), type: "text", required: true, help }],
  };
}

function bare(id: string, title: string, submit: string): Form {
  return { id, title, submit, fields: [] };
}
