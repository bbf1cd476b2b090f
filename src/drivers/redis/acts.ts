import { t } from "@vscode/l10n";
import type { ActVerb, Done, Node } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { textOf, type Values } from "../../broker/form.ts";
import { missingGroup, missingKey } from "./failures.ts";
import { giveBack, takenFrom } from "./listConsumer.ts";
import type { Listing } from "./listing.ts";
import { shownName } from "./names.ts";
import { entries, isFolder, shown, streamNode } from "./nodes.ts";
import type { NodeRef } from "./nodeRef.ts";
import { bufferFrom, listFrom, mapFrom, numberFrom } from "./reply.ts";
import type { Servers } from "./servers.ts";
import { startOf, streamInfo } from "./streamReading.ts";

/** Carries out a verb that changes what there is. @throws BrokerError */
export async function carryOut(
  servers: Servers,
  listing: Listing,
  node: Node,
  ref: NodeRef,
  verb: ActVerb,
  values: Values,
): Promise<Done> {
  switch (verb) {
    case "create":
      return ref.kind === "stream" ? createGroup(servers, ref.key, values) : createStream(servers, values);
    case "purge":
      if (ref.kind === "stream") return trim(servers, ref.key, values);
      if (ref.kind === "list") return empty(servers, ref.key);
      break;
    case "reset":
      if (ref.kind === "group") return reset(servers, ref.key, ref.group, values);
      break;
    case "retry":
      if (ref.kind === "list") return returnTaken(servers, ref.key);
      break;
    case "delete":
      return remove(servers, node, ref);
    case "pin":
      if (isFolder(ref)) {
        const pinned = listing.pin(ref.kind, textOf(values, "name"));
        return { sentence: t("“{name}” is pinned.", { name: pinned.name }), node: pinned };
      }
      break;
    case "unpin":
      listing.unpin(ref);
      return { sentence: t("“{name}” is no longer pinned.", { name: node.name }) };
    case "bind":
    case "configure":
      break;
    default:
      return verb satisfies never;
  }
  throw new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name: node.name }));
}

async function createStream(servers: Servers, values: Values): Promise<Done> {
  const name = nameOf(values);
  const key = Buffer.from(name);
  if (numberFrom(await servers.call(key, ["EXISTS", key])) > 0)
    throw new BrokerError("invalid", t("There is a key “{name}” already. Choose another name.", { name }), {
      field: "name",
    });
  const group = textOf(values, "group");
  // Only with a group is a stream made without an entry.
  await servers.call(key, ["XGROUP", "CREATE", key, group || "mq-workbench:first", "0", "MKSTREAM"]);
  if (group === "") await servers.call(key, ["XGROUP", "DESTROY", key, "mq-workbench:first"]);
  return { sentence: t("The stream “{name}” was created.", { name }), node: streamNode(key) };
}

async function createGroup(servers: Servers, key: Buffer, values: Values): Promise<Done> {
  const name = nameOf(values);
  const start = await placeOf(servers, key, textOf(values, "from") || "new");
  await servers.call(key, ["XGROUP", "CREATE", key, name, start]);
  return { sentence: t("The group “{name}” of “{stream}” was created.", { name, stream: shownName(key) }) };
}

async function reset(servers: Servers, key: Buffer, group: Buffer, values: Values): Promise<Done> {
  const start = await placeOf(servers, key, textOf(values, "from") || "first");
  await servers.call(key, ["XGROUP", "SETID", key, group, start]);
  const groups = listFrom(await servers.call(key, ["XINFO", "GROUPS", key])).map(mapFrom);
  const lag = numberFrom(groups.find((each) => bufferFrom(each.get("name")).equals(group))?.get("lag"));
  const name = shownName(group);
  return {
    sentence: Number.isNaN(lag)
      ? t("The group “{name}” goes on from there.", { name })
      : t("The group “{name}” goes on from there: {count} are before it.", { name, count: entries(lag) }),
  };
}

async function trim(servers: Servers, key: Buffer, values: Values): Promise<Done> {
  const before = textOf(values, "before");
  const keep = textOf(values, "keep") || "0";
  if (!/^\d{1,15}$/.test(keep))
    throw new BrokerError("invalid", t("How many entries stay has to be a whole number."), { field: "keep" });
  const { length } = await streamInfo(servers, key);
  const id = before === "" ? undefined : startOf(before, await timeOf(servers, key), "before");
  const args = id === undefined ? ["MAXLEN", "=", keep] : ["MINID", "=", id === "-" ? "0" : id];
  const removed = numberFrom(await servers.call(key, ["XTRIM", key, ...args]));
  return {
    sentence: t("{count} of “{name}” were removed, {left} stay.", {
      count: entries(removed),
      name: shownName(key),
      left: shown(Math.max(length - removed, 0)),
    }),
  };
}

async function empty(servers: Servers, key: Buffer): Promise<Done> {
  const [length] = await Promise.all([
    servers.call(key, ["LLEN", key]),
    // Also where the key is of another type by now: that one is refused, and not removed as DEL would.
    servers.call(key, ["LTRIM", key, "1", "0"]),
  ]);
  return {
    sentence: t("{count} elements of “{name}” were removed.", {
      count: shown(numberFrom(length)),
      name: shownName(key),
    }),
  };
}

async function returnTaken(servers: Servers, key: Buffer): Promise<Done> {
  const taken = takenFrom(key);
  if (!taken) throw new BrokerError("unsupported", t("“{name}” is no private list.", { name: shownName(key) }));
  const count = await giveBack(servers, { taken: key, key: taken.key, side: taken.side });
  return {
    sentence: t("{count} elements are back in “{name}”.", { count: shown(count), name: shownName(taken.key) }),
  };
}

async function remove(servers: Servers, { name }: Node, ref: NodeRef): Promise<Done> {
  switch (ref.kind) {
    case "stream":
    case "list": {
      // Asked again: a key of that name may be another thing by now.
      const type = await servers.call(ref.key, ["TYPE", ref.key]);
      if (type !== ref.kind) {
        if (type === "none") throw missingKey(name);
        throw new BrokerError(
          "invalid",
          t("The key “{key}” holds another type by now. Refresh the tree to see it as it is.", { key: name }),
        );
      }
      await servers.call(ref.key, ["DEL", ref.key]);
      return { sentence: t("The key “{name}” was deleted.", { name }) };
    }
    case "group": {
      const gone = numberFrom(await servers.call(ref.key, ["XGROUP", "DESTROY", ref.key, ref.group]));
      if (gone === 0) throw missingGroup(name, shownName(ref.key));
      return { sentence: t("The group “{name}” was deleted.", { name }) };
    }
    case "consumer": {
      const pending = numberFrom(
        await servers.call(ref.key, ["XGROUP", "DELCONSUMER", ref.key, ref.group, ref.consumer]),
      );
      return {
        sentence:
          pending > 0
            ? t("The consumer “{name}” was deleted, with {count} pending entries.", { name, count: shown(pending) })
            : t("The consumer “{name}” was deleted.", { name }),
      };
    }
    default:
      throw new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name }));
  }
}

/** The last id that a group has seen, of what a form says. */
async function placeOf(servers: Servers, key: Buffer, text: string): Promise<string> {
  if (text === "new") return "$";
  const start = startOf(text, await timeOf(servers, key));
  return start === "-" ? "0" : start;
}

async function timeOf(servers: Servers, key: Buffer): Promise<number> {
  return numberFrom(listFrom(await servers.call(key, ["TIME"]))[0]) * 1000;
}

function nameOf(values: Values): string {
  const name = textOf(values, "name");
  if (name === "") throw new BrokerError("invalid", t("Give a name."), { field: "name" });
  return name;
}
