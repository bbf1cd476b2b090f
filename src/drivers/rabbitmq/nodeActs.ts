import { t } from "@vscode/l10n";
import type { ActVerb, Done, Node } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { flagOf, textOf, type Form, type Values } from "../../broker/form.ts";
import {
  bind,
  bindingOf,
  createExchange,
  createQueue,
  deleteExchange,
  deleteQueue,
  purgeQueue,
  type BindingEnds,
} from "./acts.ts";
import type { Managed } from "./managed.ts";
import { canDeleteConditionally, type Known, type NodeForms } from "./nodeForms.ts";
import type { NodeRef } from "./nodeId.ts";
import { bindingNode, exchangeNode, queueNode } from "./nodes.ts";
import type { QueueRef } from "./topologyContract.ts";

/** Carries out what was asked, keeps the known names right, and says what was done. */
export class NodeActs {
  readonly #known: Known;
  readonly #forms: NodeForms;

  constructor(known: Known, forms: NodeForms) {
    this.#known = known;
    this.#forms = forms;
  }

  async act(node: Node, ref: NodeRef, verb: ActVerb, formId: string, values: Values): Promise<Done> {
    switch (verb) {
      case "create": {
        const forms = await this.#forms.forms(node, ref, "create");
        const form = forms.find(({ id }) => id === formId) ?? (forms.length === 1 ? forms[0] : undefined);
        if (!form) throw new BrokerError("unsupported", t("That cannot be created here."));
        return form.id === "queue"
          ? this.#createQueue(ref.vhost, form, values)
          : this.#createExchange(ref.vhost, form, values);
      }
      case "bind":
        return this.#bind(place(ref), values);
      case "purge":
        return this.#purge(place(ref));
      case "delete":
        if (ref.kind === "binding") return this.#unbind(ref);
        return ref.kind === "queue" ? this.#deleteQueue(node, ref, values) : this.#deleteExchange(place(ref), values);
      case "pin":
        return this.#pin(ref, values);
      case "unpin":
        return this.#unpin(place(ref));
      case "configure":
      case "reset":
      case "retry":
        throw new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name: node.name }));
      default:
        return verb satisfies never;
    }
  }

  async #createQueue(vhost: string, form: Form, values: Values): Promise<Done> {
    const name = await createQueue(this.#known.admin, vhost, form, values);
    const node = await this.#made({ kind: "queue", vhost, name });
    return done(t("Created the queue “{name}”.", { name }), node);
  }

  async #createExchange(vhost: string, form: Form, values: Values): Promise<Done> {
    const name = await createExchange(this.#known.admin, vhost, form, values);
    const node = await this.#made({ kind: "exchange", vhost, name });
    return done(t("Created the exchange “{name}”.", { name }), node);
  }

  async #bind(end: QueueRef, values: Values): Promise<Done> {
    const binding = bindingOf(end, values);
    await bind(this.#known.admin, binding, end.kind);
    const { source, destination, key } = binding;
    const sentence =
      key === ""
        ? t("Bound “{destination}” to “{source}”.", { source, destination })
        : t("Bound “{destination}” to “{source}” with the key “{key}”.", { source, destination, key });
    return done(sentence, await this.#madeBinding(binding, end));
  }

  async #purge({ kind, vhost, name }: QueueRef): Promise<Done> {
    if (kind !== "queue") throw notHere();
    const count = await purgeQueue(this.#known.admin, vhost, name);
    this.#known.managed()?.names.forgetDepths(vhost);
    return done(
      count === 1
        ? t("Purged 1 message from “{name}”.", { name })
        : t("Purged {count} messages from “{name}”.", { name, count }),
    );
  }

  async #deleteQueue(node: Node, ref: QueueRef, values: Values): Promise<Done> {
    const managed = this.#known.managed();
    const [ifEmpty, ifUnused] = [flagOf(values, "ifEmpty"), flagOf(values, "ifUnused")];
    const atomic = canDeleteConditionally(node.variant);
    // Where the broker does not check by itself: messages that consumers hold are only in the statistics.
    const unacked = ifEmpty && !atomic ? (await managed?.queueNow(ref.vhost, ref.name))?.unacked : 0;
    const count = await deleteQueue(this.#known.admin, ref, { ifEmpty, ifUnused, atomic, unacked: unacked ?? 0 });
    this.#forget(ref);
    const { name } = ref;
    if (node.variant === "stream" || count === 0) return done(t("Deleted the queue “{name}”.", { name }));
    return done(
      count === 1
        ? t("Deleted the queue “{name}” with 1 message.", { name })
        : t("Deleted the queue “{name}” with {count} messages.", { name, count }),
    );
  }

  async #deleteExchange(ref: QueueRef, values: Values): Promise<Done> {
    await deleteExchange(this.#known.admin, ref, flagOf(values, "ifUnused"));
    this.#forget(ref);
    return done(t("Deleted the exchange “{name}”.", { name: ref.name }));
  }

  async #unbind(ref: Extract<NodeRef, { kind: "binding" }>): Promise<Done> {
    const managed = this.#known.managed();
    if (!managed) throw notHere();
    await managed.unbind(ref);
    return done(t("Unbound “{destination}” from “{source}”.", { source: ref.source, destination: ref.destination }));
  }

  async #pin(ref: NodeRef, values: Values): Promise<Done> {
    if (ref.kind !== "queues" && ref.kind !== "exchanges") throw notHere();
    const name = textOf(values, "name");
    if (name === "") throw new BrokerError("invalid", t("Give it a name."), { field: "name" });
    const node = await this.#known.pinned.pin(ref, name);
    return done(t("Pinned “{name}”.", { name }), node);
  }

  #unpin({ kind, vhost, name }: QueueRef): Done {
    this.#known.pinned.remove(kind, vhost, name);
    return done(t("Unpinned “{name}”.", { name }));
  }

  /** What was just made, as the broker tells it: it is made even if the broker does not tell. */
  async #made(ref: QueueRef): Promise<Node | undefined> {
    const managed = this.#known.managed();
    if (!managed)
      return this.#known.pinned.pin(
        { kind: ref.kind === "queue" ? "queues" : "exchanges", vhost: ref.vhost },
        ref.name,
      );
    try {
      if (ref.kind === "queue") {
        const queue = await managed.queueNow(ref.vhost, ref.name);
        managed.names.addQueue(queue);
        return queueNode(queue, true);
      }
      const exchange = await managed.exchangeNow(ref.vhost, ref.name);
      if (!exchange) return undefined;
      managed.names.addExchange(exchange);
      return exchangeNode(exchange);
    } catch {
      return undefined;
    }
  }

  async #madeBinding(binding: BindingEnds, end: QueueRef): Promise<Node | undefined> {
    try {
      const made = await findBinding(this.#known.managed(), binding);
      return made && bindingNode(made, end.kind === "queue" ? "destination" : "source");
    } catch {
      return undefined;
    }
  }

  #forget({ kind, vhost, name }: QueueRef): void {
    this.#known.managed()?.names.remove(kind, vhost, name);
    this.#known.pinned.remove(kind, vhost, name);
  }
}

/** The one with that key; none when its arguments leave a choice. */
async function findBinding(
  managed: Managed | undefined,
  binding: BindingEnds,
): Promise<Parameters<typeof bindingNode>[0] | undefined> {
  const { vhost, source, destination, destinationType, key } = binding;
  const all = await managed?.listing.bindingsOfExchange(vhost, source, "source");
  const fitting = all?.filter(
    (each) => each.destination === destination && each.destinationType === destinationType && each.key === key,
  );
  return fitting?.length === 1 ? fitting[0] : undefined;
}

function place(ref: NodeRef): QueueRef {
  if (ref.kind === "queue" || ref.kind === "exchange") return ref;
  throw notHere();
}

function notHere(): BrokerError {
  return new BrokerError("unsupported", t("This cannot be done here."));
}

function done(sentence: string, node?: Node): Done {
  return node ? { sentence, node } : { sentence };
}
