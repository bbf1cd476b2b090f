import { t } from "@vscode/l10n";
import type { ActVerb, Done, Node } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { flagOf, textOf, type Values } from "../../broker/form.ts";
import type { Management } from "./management.ts";
import type { NodeRef, QueueRef, Routing, TopicRef } from "./nodeId.ts";
import { isPlace, type Tree } from "./tree.ts";

/** Carries out a verb that changes what there is. @throws BrokerError */
export async function act(
  node: Node,
  ref: NodeRef,
  verb: ActVerb,
  form: string,
  values: Values,
  tree: Tree,
): Promise<Done> {
  const { name } = node;
  switch (verb) {
    case "pin":
      return pin(ref, values, tree);
    case "unpin":
      if (isPlace(ref)) tree.unpin(ref);
      return { sentence: t("Unpinned “{name}”.", { name }) };
    case "create":
      return create(ref, form, values, tree);
    case "purge": {
      const count = await managed(tree).purge(queueOf(ref));
      return {
        sentence:
          count === undefined
            ? t("Purged “{name}”.", { name })
            : t("Purged “{name}”: {count} messages.", { name, count: count.toLocaleString("en") }),
      };
    }
    case "retry": {
      const count = await managed(tree).retry(queueOf(ref));
      return {
        sentence:
          count === 0
            ? t("“{name}” held no message of which the broker knows where it came from.", { name })
            : t("{count} messages of “{name}” went back to where they came from.", {
                name,
                count: count.toLocaleString("en"),
              }),
      };
    }
    case "delete": {
      if (!isPlace(ref) && ref.kind !== "subscription") throw notHere();
      await managed(tree).delete(ref);
      tree.removed(ref);
      return { sentence: t("Deleted “{name}”.", { name }) };
    }
    case "bind":
    case "configure":
    case "reset":
      throw notHere();
    default:
      return verb satisfies never;
  }
}

function pin(ref: NodeRef, values: Values, tree: Tree): Done {
  if (ref.kind !== "queues" && ref.kind !== "topics" && ref.kind !== "addresses") throw notHere();
  const name = wantedName(values);
  return { sentence: t("Pinned “{name}”.", { name }), node: tree.pin(ref, name) };
}

async function create(ref: NodeRef, form: string, values: Values, tree: Tree): Promise<Done> {
  const name = wantedName(values);
  const kind = form === "topic" || form === "address" ? form : "queue";
  const chosen = textOf(values, "routing");
  const routing: readonly Routing[] =
    chosen === "both"
      ? ["anycast", "multicast"]
      : [chosen === "" ? (kind === "queue" ? "anycast" : "multicast") : (chosen as Routing)];
  const address = textOf(values, "address") || (ref.kind === "address" && kind === "queue" ? ref.name : name);
  await managed(tree).create({
    kind,
    name,
    address,
    routing,
    filter: textOf(values, "filter"),
    durable: values["durable"] === undefined || flagOf(values, "durable"),
  });
  const made: QueueRef | TopicRef =
    kind === "queue" ? { kind, name, address, routing: routing[0] ?? "anycast" } : { kind, name };
  const node = await tree.made(made);
  return { sentence: t("Created “{name}”.", { name }), ...(node ? { node } : {}) };
}

function wantedName(values: Values): string {
  const name = textOf(values, "name");
  if (name === "") throw new BrokerError("invalid", t("Give it a name."), { field: "name" });
  return name;
}

function queueOf(ref: NodeRef): QueueRef {
  if (ref.kind === "queue") return ref;
  throw notHere();
}

function managed({ management }: Tree): Management {
  if (management) return management;
  throw new BrokerError("unsupported", t("This needs Jolokia, which is not to be had here."));
}

function notHere(): BrokerError {
  return new BrokerError("unsupported", t("This cannot be done here."));
}
