import { t } from "@vscode/l10n";
import type { Draft, Node, Receipt } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { fieldsOf } from "./entry.ts";
import { missingKey, replyCode } from "./failures.ts";
import { shownName } from "./names.ts";
import { refOf, type NodeRef } from "./nodeRef.ts";
import { numberFrom, textFrom, type Arg } from "./reply.ts";
import type { Servers } from "./servers.ts";

/** What the publisher has to know about the server. */
export interface Durability {
  /** What Redis confirmed is on its disk. */
  readonly persisted: boolean;
  /** XADD can be told not to make a stream that is not there (6.2). */
  readonly canRefuseToMake: boolean;
}

/** Sends messages; all that is asked for at once goes out together. */
export class Publisher {
  readonly #servers: Servers;
  readonly #durability: Durability;
  /** Publishing many asks with the same node again and again. */
  readonly #refs = new WeakMap<Node, NodeRef>();

  constructor(servers: Servers, durability: Durability) {
    this.#servers = servers;
    this.#durability = durability;
  }

  async publish(to: Node, draft: Draft): Promise<Receipt> {
    if (!to.verbs.includes("publish"))
      throw new BrokerError("unsupported", t("Nothing can be published to “{name}”.", { name: to.name }));
    const ref = this.#refOf(to);
    if (draft.key !== undefined && draft.key !== "")
      throw invalid("key", t("Messages of Redis have no key. Leave the key empty."));
    try {
      switch (ref.kind) {
        case "stream":
          return await this.#add(ref.key, draft);
        case "list":
          return await this.#push(ref.key, draft);
        case "channel":
          return await this.#send(ref.name, ref.how === "shard" ? "SPUBLISH" : "PUBLISH", draft);
        default:
          throw new BrokerError("unsupported", t("Nothing can be published to “{name}”.", { name: to.name }));
      }
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      if (refusals.has(replyCode(error))) return { outcome: "refused", reason: error.message };
      // The session was open: the message may have been on its way.
      if (error.kind === "closed") return { outcome: "lost", reason: error.message };
      throw error;
    }
  }

  async #add(key: Buffer, draft: Draft): Promise<Receipt> {
    const { properties } = draft;
    for (const name of Object.keys(properties))
      if (!streamProperties.has(name)) throw invalid(name, t("Entries of a stream have no “{name}”.", { name }));
    const id = properties["id"] ?? "";
    if (id !== "" && id !== "*" && !/^\d{1,20}(-(\d{1,20}|\*))?$/.test(id))
      throw invalid("id", t("The id of an entry looks like 1700000000000-0, or 1700000000000-*."));
    const args: Arg[] = ["XADD", key];
    if (this.#durability.canRefuseToMake) args.push("NOMKSTREAM");
    args.push(...trimOf(properties["maxLength"], properties["trim"]), id === "" ? "*" : id, ...fieldsOf(draft));
    const reply = await this.#servers.call(key, args, "publishing").catch((error: unknown) => {
      if (id !== "" && error instanceof BrokerError && error.kind === "invalid" && replyCode(error) === "ERR")
        throw new BrokerError("invalid", error.message, { cause: error.cause, field: "id" });
      throw error;
    });
    if (reply === null) throw missingKey(shownName(key));
    return { outcome: "routed", persisted: this.#durability.persisted, position: textFrom(reply) };
  }

  async #push(key: Buffer, draft: Draft): Promise<Receipt> {
    plain(draft, listProperties, t("An element of a list is its body alone."));
    const side = draft.properties["side"] ?? "right";
    if (side !== "left" && side !== "right") throw invalid("side", t("The side of a list is left or right."));
    await this.#servers.call(key, [side === "left" ? "LPUSH" : "RPUSH", key, bodyOf(draft)], "publishing");
    return { outcome: "routed", persisted: this.#durability.persisted };
  }

  async #send(channel: Buffer, command: string, draft: Draft): Promise<Receipt> {
    plain(draft, noProperties, t("A message of a channel is its body alone."));
    const receivers = numberFrom(await this.#servers.call(channel, [command, channel, bodyOf(draft)], "publishing"));
    const name = shownName(channel);
    if (receivers === 0)
      return {
        outcome: "returned",
        reason: this.#servers.isCluster
          ? t("nobody is subscribed to “{name}” at the node that took it", { name })
          : t("nobody is subscribed to “{name}”", { name }),
      };
    return { outcome: "routed", persisted: false, receivers };
  }

  #refOf(node: Node): NodeRef {
    const known = this.#refs.get(node);
    if (known) return known;
    const ref = refOf(node);
    this.#refs.set(node, ref);
    return ref;
  }
}

/** MAXLEN of XADD. @throws BrokerError `invalid` */
export function trimOf(maxLength: string | undefined, trim: string | undefined): readonly string[] {
  if (trim !== undefined && trim !== "" && trim !== "approximate" && trim !== "exact")
    throw invalid("trim", t("A stream is trimmed “approximate” or “exact”."));
  if (maxLength === undefined || maxLength === "") return [];
  if (!/^\d{1,15}$/.test(maxLength)) throw invalid("maxLength", t("The greatest length has to be a whole number."));
  return ["MAXLEN", trim === "exact" ? "=" : "~", maxLength];
}

const streamProperties = new Set(["id", "maxLength", "trim", "fields", "bodyField", "bodyAt"]);
const listProperties = new Set(["side"]);
const noProperties = new Set<string>();

/** What Redis says to every message while it is in that state. */
const refusals = new Set(["OOM", "MISCONF", "NOREPLICAS"]);

function plain(draft: Draft, allowed: ReadonlySet<string>, why: string): void {
  for (const name of Object.keys(draft.properties))
    if (!allowed.has(name)) throw invalid(name, t("There is no “{name}” here. {why}", { name, why }));
  if (draft.headers.length > 0) throw invalid("headers", t("There are no headers here. {why}", { why }));
  if (draft.contentType !== undefined) throw invalid("contentType", t("There is no content type here. {why}", { why }));
  if (draft.contentEncoding !== undefined)
    throw invalid("contentEncoding", t("There is no content encoding here. {why}", { why }));
}

function bodyOf({ body }: Draft): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function invalid(field: string, sentence: string): BrokerError {
  return new BrokerError("invalid", sentence, { field });
}
