import type { RelationKind } from "../protocol/conversation.ts";
import type { Found } from "./conversation.ts";

export interface Relation {
  readonly kind: RelationKind;
  /** The index of the earlier message. */
  readonly to: number;
  /** Milliseconds between them. */
  readonly after: number;
}

/** How each message hangs together with an earlier one; undefined where it begins something. @param found by time */
export function relationsOf(found: readonly Found[]): readonly (Relation | undefined)[] {
  const seen = new Seen();
  return found.map((message, index) => {
    const [kind, to] = seen.nearest(message);
    seen.add(message, index);
    if (kind === undefined) return undefined;
    return { kind, to, after: message.received - (found[to]?.received ?? message.received) };
  });
}

/** The messages before, by what later ones may name of them. */
class Seen {
  readonly #messages = new Map<string, number>();
  readonly #correlations = new Map<string, number>();
  readonly #traces = new Map<string, number>();
  readonly #replyTos = new Map<string, number>();

  /** The strongest tie first. */
  nearest({ links, key }: Found): readonly [RelationKind, number] | readonly [undefined, -1] {
    const { messageId, correlations, trace } = links;
    const copy = messageId === undefined ? undefined : this.#messages.get(messageId);
    if (copy !== undefined) return ["copy", copy];
    const asked = first(correlations, this.#messages);
    if (asked !== undefined) return ["reply", asked];
    const same = first(correlations, this.#correlations);
    const addressed = this.#replyTos.get(key);
    if (addressed !== undefined && (same !== undefined || correlations.length === 0)) return ["reply", addressed];
    if (same !== undefined) return ["correlation", same];
    const traced = trace === undefined ? undefined : this.#traces.get(trace);
    return traced === undefined ? [undefined, -1] : ["trace", traced];
  }

  add({ links }: Found, index: number): void {
    const { messageId, correlations, trace, replyTo } = links;
    // A message is answered where it was seen first; what only carries the same id follows what came last.
    if (messageId !== undefined && !this.#messages.has(messageId)) this.#messages.set(messageId, index);
    for (const correlation of correlations) this.#correlations.set(correlation, index);
    if (trace !== undefined) this.#traces.set(trace, index);
    if (replyTo !== undefined) this.#replyTos.set(replyTo, index);
  }
}

function first(ids: readonly string[], among: ReadonlyMap<string, number>): number | undefined {
  for (const id of ids) {
    const index = among.get(id);
    if (index !== undefined) return index;
  }
  return undefined;
}
