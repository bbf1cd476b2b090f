/** What a verb will change, said before it is done. */
import { t } from "@vscode/l10n";
import type { Effect, Node, Verb } from "../../broker/contract.ts";
import { textOf, type Values } from "../../broker/form.ts";
import { takenFrom } from "./listConsumer.ts";
import { shownName } from "./names.ts";
import { entries, shown } from "./nodes.ts";
import type { NodeRef } from "./nodeRef.ts";
import { mapFrom, listFrom, numberFrom, bufferFrom } from "./reply.ts";
import type { Servers } from "./servers.ts";
import { aliveOwners } from "./streamConsumer.ts";
import { streamInfo } from "./streamReading.ts";

export async function effectsOf(
  servers: Servers,
  node: Node,
  ref: NodeRef,
  verb: Verb,
  values: Values,
): Promise<readonly Effect[]> {
  const { name } = node;
  switch (verb) {
    case "publish":
      return ref.kind === "channel" ? [info(t("Whoever is subscribed gets it now. Nothing is kept."))] : [];
    case "tap":
      return [
        ref.kind === "channel"
          ? info(
              t(
                "One more subscriber for as long as it lasts, which publishers may see in a count. Nothing is taken from anybody.",
              ),
            )
          : info(t("Reads along without a group: nobody notices.")),
      ];
    case "browse":
      return [info(t("Reads without removing anything: nobody notices."))];
    case "consume":
      return consumeEffects(servers, node, ref, values);
    case "create":
      return ref.kind === "stream" ? [info(t("The stream and its other groups stay as they are."))] : [];
    case "purge":
      return [await purgeEffect(servers, node, ref, values)];
    case "reset":
      return [
        notice(
          t("The consumers of “{name}” read from there on: entries are delivered again, or passed over.", { name }),
        ),
        info(t("What is pending with them stays pending.")),
      ];
    case "retry":
      return retryEffects(servers, ref);
    case "delete":
      return deleteEffects(servers, node, ref);
    case "pin":
    case "unpin":
      return [info(t("Nothing changes in Redis."))];
    case "bind":
    case "configure":
      return [];
    default:
      return verb satisfies never;
  }
}

async function consumeEffects(
  servers: Servers,
  { name }: Node,
  ref: NodeRef,
  values: Values,
): Promise<readonly Effect[]> {
  if (ref.kind === "list") {
    const held = await leftLists(servers, ref.key);
    return [
      notice(
        t("Takes elements away from the other consumers of “{name}”, into a private list, as many as the window.", {
          name,
        }),
      ),
      danger(t("What you acknowledge is gone for everyone.")),
      info(
        t("What is left is given back at the end. If VS Code is killed, it stays in the private list, to give back."),
      ),
      ...(held > 0
        ? [
            notice(
              t("{count} private lists of “{name}” are left of consumers that are gone: give them back in the tree.", {
                count: shown(held),
                name,
              }),
            ),
          ]
        : []),
    ];
  }
  const group = ref.kind === "group" ? shownName(ref.group) : textOf(values, "group");
  if (group === "")
    return [info(t("Reads in a temporary group that is removed at the end: the other groups notice nothing."))];
  return [
    notice(t("Competes with the consumers of “{group}”: what comes here does not come to them.", { group })),
    danger(t("What you acknowledge is done for the group “{group}”.", { group })),
    notice(
      t(
        "Redis cannot take an entry back: what is not acknowledged at the end stays pending in “{group}”, marked so that the next claim gets it.",
        { group },
      ),
    ),
    ...(textOf(values, "claimIdle") === ""
      ? []
      : [
          notice(
            t("Pending entries that idle that long are taken from their consumers, and counted as delivered again."),
          ),
        ]),
  ];
}

async function purgeEffect(servers: Servers, { name }: Node, ref: NodeRef, values: Values): Promise<Effect> {
  if (ref.kind === "stream") {
    const { length } = await streamInfo(servers, ref.key);
    const keep = Number(textOf(values, "keep") || 0);
    const before = textOf(values, "before");
    if (before !== "")
      return danger(t("Removes the entries of “{name}” from before {before}, for everyone.", { name, before }));
    return danger(t("Removes {count} of “{name}” for everyone.", { name, count: entries(Math.max(length - keep, 0)) }));
  }
  const length = ref.kind === "list" ? numberFrom(await servers.call(ref.key, ["LLEN", ref.key])) : 0;
  return danger(
    t("Removes all {count} elements of “{name}”; without elements the list is gone.", { name, count: shown(length) }),
  );
}

async function retryEffects(servers: Servers, ref: NodeRef): Promise<readonly Effect[]> {
  const taken = ref.kind === "list" ? takenFrom(ref.key) : undefined;
  if (!taken || ref.kind !== "list") return [];
  const alive = await aliveOwners(servers, ref.key);
  const key = shownName(taken.key);
  return [
    notice(t("Its elements go back to “{key}”, in their order, and are delivered again.", { key })),
    ...(alive?.has(taken.owner)
      ? [danger(t("Their consumer is still there: what it works on at the moment is delivered twice."))]
      : []),
    ...(alive ? [] : [notice(t("Whether their consumer is still there cannot be known: CLIENT LIST is not allowed."))]),
  ];
}

async function deleteEffects(servers: Servers, { name }: Node, ref: NodeRef): Promise<readonly Effect[]> {
  switch (ref.kind) {
    case "stream": {
      const { length, groups } = await streamInfo(servers, ref.key);
      return [
        danger(
          t("“{name}” is gone with {count} and {groups} groups, for everyone.", {
            name,
            count: entries(length),
            groups: shown(groups),
          }),
        ),
      ];
    }
    case "list": {
      const count = numberFrom(await servers.call(ref.key, ["LLEN", ref.key]));
      return [danger(t("“{name}” is gone with its {count} elements, for everyone.", { name, count: shown(count) }))];
    }
    case "group":
      return [
        danger(t("The group “{name}” is gone with its place in the stream and what is pending.", { name })),
        info(t("The entries stay in the stream.")),
      ];
    case "consumer": {
      const consumers = listFrom(await servers.call(ref.key, ["XINFO", "CONSUMERS", ref.key, ref.group]));
      const mine = consumers.map(mapFrom).find((each) => bufferFrom(each.get("name")).equals(ref.consumer));
      const pending = numberFrom(mine?.get("pending"));
      return pending > 0
        ? [
            danger(
              t("{count} pending entries of “{name}” can never be claimed again: the group loses them.", {
                count: shown(pending),
                name,
              }),
            ),
          ]
        : [info(t("Nothing is pending with “{name}”.", { name }))];
    }
    default:
      return [];
  }
}

/** Private lists of this list whose consumers are gone. */
async function leftLists(servers: Servers, key: Buffer): Promise<number> {
  const wire = await servers.of(key);
  const found: ReturnType<typeof takenFrom>[] = [];
  let cursor = "0";
  // As far as one look is cheap: the tree shows them all.
  for (let step = 0; step < 5; step++) {
    const [next, keys] = listFrom(
      await wire.call(["SCAN", cursor, "MATCH", "mq-workbench:taken:*", "COUNT", "2000", "TYPE", "list"]),
    );
    found.push(...listFrom(keys).map((each) => takenFrom(bufferFrom(each))));
    cursor = bufferFrom(next).toString();
    if (cursor === "0") break;
  }
  const mine = found.filter((taken) => taken?.key.equals(key));
  if (mine.length === 0) return 0;
  const alive = await aliveOwners(servers, key);
  return mine.filter((taken) => alive && taken && !alive.has(taken.owner)).length;
}

function info(sentence: string): Effect {
  return { severity: "info", sentence };
}

function notice(sentence: string): Effect {
  return { severity: "notice", sentence };
}

function danger(sentence: string): Effect {
  return { severity: "danger", sentence };
}
