import { t } from "@vscode/l10n";
import type { Node, Verb } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Form } from "../../broker/form.ts";
import type { Managed } from "./managed.ts";
import type { NodeRef } from "./nodeId.ts";
import type { Pinned } from "./pinned.ts";
import type { Admin, QueueRef } from "./topologyContract.ts";
import {
  bindExchangeForm,
  bindQueueForm,
  createExchangeForm,
  createQueueForm,
  deleteBindingForm,
  deleteExchangeForm,
  deleteQueueForm,
  pinForm,
  purgeForm,
  unpinForm,
  type Surroundings,
} from "./topologyForms.ts";
import {
  browseQueueForm,
  browseStreamForm,
  consumeForm,
  publishForm,
  tapExchangeForm,
  tapQueueForm,
} from "./watchForms.ts";

/** What forms, effects and acts need to know. */
export interface Known {
  readonly admin: Admin;
  readonly pinned: Pinned;
  /** undefined = no management API. */
  managed(): Managed | undefined;
}

/** Which form asks for what a verb needs, filled with what the broker knows. */
export class NodeForms {
  readonly #known: Known;

  constructor(known: Known) {
    this.#known = known;
  }

  async forms(node: Node, ref: NodeRef, verb: Verb): Promise<readonly Form[]> {
    switch (verb) {
      case "publish":
        return [publishForm(ref.kind === "exchange")];
      case "tap":
        return [ref.kind === "exchange" ? await this.#tapExchange(ref) : tapQueueForm(node.name)];
      case "browse":
        return [node.variant === "stream" ? browseStreamForm(node.name) : browseQueueForm(node.name)];
      case "consume":
        return [consumeForm(node.name)];
      case "create":
        return this.#create(ref);
      case "bind":
        return ref.kind === "queue" || ref.kind === "exchange" ? [await this.#bind(ref)] : [];
      case "pin":
        return ref.kind === "queues" || ref.kind === "exchanges" ? [pinForm(ref.kind)] : [];
      case "unpin":
        return [unpinForm(node.name)];
      case "purge":
        return [purgeForm(node.name)];
      case "delete":
        return [deleteForm(node, ref)];
      case "configure":
      case "reset":
      case "retry":
        return [];
      default:
        return verb satisfies never;
    }
  }

  async #create(ref: NodeRef): Promise<readonly Form[]> {
    const around = await this.#surroundings(ref.vhost, ["exchanges"]);
    switch (ref.kind) {
      case "queues":
        return [createQueueForm(around)];
      case "exchanges":
        return [createExchangeForm(around)];
      default:
        return [createQueueForm(around), createExchangeForm(around)];
    }
  }

  async #bind(ref: QueueRef): Promise<Form> {
    if (ref.kind === "queue") return bindQueueForm(ref.name, await this.#surroundings(ref.vhost, ["exchanges"]));
    return bindExchangeForm(ref.name, await this.#surroundings(ref.vhost, ["exchanges", "queues"]));
  }

  async #tapExchange(ref: QueueRef): Promise<Form> {
    const managed = this.#known.managed();
    if (!managed) return tapExchangeForm(ref.name, undefined, []);
    const exchange = await managed.exchangeNow(ref.vhost, ref.name);
    if (!exchange) throw new BrokerError("missing", t("There is no exchange “{name}” any more.", { name: ref.name }));
    // A delayed exchange behaves like the type that it was given.
    const delayed = exchange.arguments["x-delayed-type"];
    const type = exchange.type === "x-delayed-message" && typeof delayed === "string" ? delayed : exchange.type;
    const wantsKeys = type === "direct" || type === "topic";
    const bindings = wantsKeys ? await managed.listing.bindingsOfExchange(ref.vhost, ref.name, "source") : [];
    const keys = new Set(bindings.map(({ key }) => key).filter((key) => key !== ""));
    return tapExchangeForm(ref.name, type, [...keys].slice(0, mostSuggestions));
  }

  /** Suggestions are a help: a broker that does not tell them must not keep anyone from typing. */
  async #surroundings(vhost: string, wanted: readonly ("exchanges" | "queues")[]): Promise<Surroundings> {
    const managed = this.#known.managed();
    if (!managed) {
      const names = (kind: QueueRef["kind"]): readonly string[] => this.#known.pinned.names(kind, vhost);
      return { exchanges: names("exchange"), queues: names("queue") };
    }
    const { overview, names } = managed;
    const [exchanges, queues] = await Promise.all([
      wanted.includes("exchanges") ? names.exchanges(vhost).catch(() => []) : [],
      wanted.includes("queues") ? names.queues(vhost).catch(() => []) : [],
    ]);
    const named = (things: readonly { readonly name: string }[]): readonly string[] =>
      things
        .map(({ name }) => name)
        .filter((name) => name !== "")
        .slice(0, mostSuggestions);
    return {
      version: overview.version,
      ...(overview.exchangeTypes.length > 0 ? { exchangeTypes: overview.exchangeTypes } : {}),
      exchanges: named(exchanges),
      queues: named(queues),
    };
  }
}

/** More are no help, and they all go to the page. */
const mostSuggestions = 1000;

function deleteForm(node: Node, ref: NodeRef): Form {
  if (ref.kind === "queue")
    return deleteQueueForm(node.name, canDeleteConditionally(node.variant) ? "broker" : "before");
  if (ref.kind === "exchange") return deleteExchangeForm(node.name);
  return deleteBindingForm();
}

/** Other types close the whole connection when asked to delete only if empty or unused. */
export function canDeleteConditionally(queueType: string | undefined): boolean {
  return queueType === "classic";
}
