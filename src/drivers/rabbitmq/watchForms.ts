/**
 * What is asked before a message is sent or looked at. The values of the watching ones, as `WatchOptions.values` has them:
 * tap of an exchange: `key`, `arguments` · browse of a classic or quorum queue: `limit` · browse of a stream: `offset`.
 */
import { t } from "@vscode/l10n";
import type { Field, Form } from "../../broker/form.ts";

/**
 * Persistence, content type, headers and body are asked by the page for every broker.
 * @param keyed whether a routing key is asked: a queue is reached by its name
 */
export function publishForm(keyed: boolean): Form {
  return {
    id: "publish",
    title: t("Message properties"),
    submit: t("Publish"),
    fields: [
      ...(keyed ? [{ name: "key", label: t("Routing key"), type: "text" as const }] : []),
      {
        name: "priority",
        label: t("Priority"),
        type: "number",
        scalar: "uint8",
        help: t("Higher ones are delivered first, in queues that were made with priorities."),
      },
      {
        name: "expiration",
        label: t("Expiration (ms)"),
        type: "number",
        scalar: "uint32",
        help: t("After so many milliseconds in a queue the message is dropped or dead-lettered."),
      },
      { name: "correlationId", label: t("Correlation id"), type: "text" },
      { name: "replyTo", label: t("Reply to"), type: "text", help: t("The queue that an answer should go to.") },
      { name: "messageId", label: t("Message id"), type: "text" },
      {
        name: "timestamp",
        label: t("Timestamp (s)"),
        type: "number",
        scalar: "timestamp",
        help: t("Seconds since 1970."),
      },
      {
        name: "type",
        label: t("Type"),
        type: "text",
        help: t("What kind of message this is, in the application's words."),
      },
      {
        name: "userId",
        label: t("User id"),
        type: "text",
        help: t("The broker refuses any other name than that of the user of this connection."),
      },
      { name: "appId", label: t("App id"), type: "text" },
    ],
  };
}

/**
 * @param type of the exchange, where it is known; of a delayed one that which it behaves like
 * @param keys with which it is bound already
 */
export function tapExchangeForm(name: string, type: string | undefined, keys: readonly string[]): Form {
  return {
    id: "tap",
    title: t("Tap {name}", { name }),
    submit: t("Tap"),
    fields: tapFields(type, keys),
  };
}

export function tapQueueForm(name: string): Form {
  return {
    id: "tap",
    title: t("Shadow {name}", { name }),
    submit: t("Shadow"),
    note: t("The private copy is bound like this queue is now."),
    fields: [],
  };
}

export function consumeForm(name: string): Form {
  return { id: "consume", title: t("Consume from {name}", { name }), submit: t("Consume"), fields: [] };
}

export function browseQueueForm(name: string): Form {
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
        help: t("From the head of the queue. All of them are put back at once after reading."),
      },
    ],
  };
}

export function browseStreamForm(name: string): Form {
  return {
    id: "browse",
    title: t("Browse {name}", { name }),
    submit: t("Browse"),
    fields: [
      {
        name: "offset",
        label: t("Start at"),
        type: "text",
        required: true,
        default: "first",
        suggestions: ["first", "last", "next"],
        help: t(
          "first = the oldest message that is kept · last = the last group of messages written together · next = only what is published from now on · an offset such as 1200 · a time such as 2026-01-31T12:00:00Z · a span such as 30m.",
        ),
      },
    ],
  };
}

function tapFields(type: string | undefined, keys: readonly string[]): readonly Field[] {
  const key = { name: "key", label: t("Routing key"), type: "text" } as const;
  const args = { name: "arguments", label: t("Arguments"), type: "table", help: matchHelp() } as const;
  switch (type) {
    case "fanout":
    case "x-recent-history":
      return [];
    case "headers":
      return [
        {
          ...args,
          label: t("Headers to match"),
          help: t("{match} Without any, every message matches.", { match: matchHelp() }),
        },
      ];
    case "topic":
      return [{ ...key, default: "#", suggestions: ["#", ...keys], help: topicHelp() }];
    case "direct":
      return [{ ...key, suggestions: keys, help: t("Exactly this key: a direct exchange knows no patterns.") }];
    default:
      return [
        { ...key, default: "#", suggestions: keys, help: topicHelp() },
        { ...args, group: "advanced" },
      ];
  }
}

/** Of the key of a topic exchange. */
export function topicHelp(): string {
  return t("In a topic exchange * stands for one word and # for any number of words.");
}

/** Of the arguments of a binding. */
export function matchHelp(): string {
  return t(
    "For headers exchanges: the headers that a message has to have. x-match = all (the default) or any says whether all of them or one is enough.",
  );
}
