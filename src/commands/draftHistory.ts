/** What was sent, per connection, and what is being written, per target. Drafts hold no secrets. */
import { t } from "@vscode/l10n";
import type { Receipt } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { Emitter, type Event } from "../broker/event.ts";
import type { DraftText, HistoryEntry } from "../protocol/publish.ts";

/** The part of `vscode.Memento` that is used. */
export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface SentDraft {
  readonly target: DraftTarget;
  readonly draft: DraftText;
  readonly outcome: Receipt["outcome"];
  /** 1 unless it was sent many times. */
  readonly count: number;
}

export interface DraftTarget {
  /** The id of its node. */
  readonly id: string;
  readonly name: string;
}

interface Stored {
  readonly id: string;
  readonly sent: number;
  readonly target: DraftTarget;
  readonly draft: DraftText;
  readonly outcome: Receipt["outcome"];
  readonly count: number;
  /** The length of a body that was too large to keep. */
  readonly leftOut?: number;
}

const maxEntries = 100;
const maxBody = 256 * 1024;
/** Of all bodies of one connection together: they are kept in VS Code's own small database. */
const maxBodies = 4 * 1024 * 1024;
const maxKept = 50;
const previewLength = 120;

/** Bounded: 100 entries, 256 KiB for a body and 4 MiB for all of them per connection; newest first. Lengths in characters. */
export class DraftHistory {
  readonly #memento: Memento;
  readonly #now: () => number;
  readonly #changed = new Emitter<string>();
  /** Being written and too large for the store: kept while VS Code runs. */
  readonly #large = new Map<string, DraftText>();

  /** With the id of the connection whose entries changed. */
  readonly onDidChange: Event<string> = this.#changed.event;

  constructor(memento: Memento, now: () => number = Date.now) {
    this.#memento = memento;
    this.#now = now;
  }

  /** `here` = the id of the node for which they are shown: entries of others are marked. */
  entries(connection: string, here?: string): readonly HistoryEntry[] {
    return this.#stored(connection).map(({ id, sent, target, draft, outcome, count, leftOut }) => ({
      id,
      sent,
      target: target.name,
      key: draft.key,
      outcome,
      count,
      preview: leftOut === undefined ? preview(draft) : t("A body of {size} characters, not kept", { size: leftOut }),
      ...(here === undefined || here === target.id ? {} : { elsewhere: true }),
      ...(leftOut === undefined ? {} : { bodyLeftOut: true }),
    }));
  }

  /** The same draft to the same target again only counts up. */
  add(connection: string, { target, draft, outcome, count }: SentDraft): void {
    const before = this.#stored(connection);
    const tooLarge = draft.body.length > maxBody;
    const kept = tooLarge ? { ...draft, body: "" } : draft;
    const latest = before[0];
    const again =
      latest && !tooLarge && latest.leftOut === undefined && latest.target.id === target.id && same(latest.draft, kept);
    const sent = this.#now();
    const entry: Stored = again
      ? { ...latest, sent, outcome, count: latest.count + count }
      : {
          id: this.#newId(before, sent),
          sent,
          target: { id: target.id, name: target.name },
          draft: kept,
          outcome,
          count,
          ...(tooLarge ? { leftOut: draft.body.length } : {}),
        };
    this.#store(connection, bounded([entry, ...(again ? before.slice(1) : before)]));
  }

  /** @throws BrokerError `missing` when it was forgotten meanwhile */
  recall(connection: string, id: string): DraftText {
    const entry = this.#stored(connection).find((each) => each.id === id);
    if (!entry) throw new BrokerError("missing", t("This draft was forgotten meanwhile."));
    return entry.draft;
  }

  forget(connection: string, id: string): void {
    this.#store(
      connection,
      this.#stored(connection).filter((entry) => entry.id !== id),
    );
  }

  /** Forgets all of a connection, drafts in progress too: when it was removed. */
  clear(connection: string): void {
    for (const key of [...this.#large.keys()]) if (key.startsWith(`${connection} `)) this.#large.delete(key);
    this.#update(keptKey(connection), undefined);
    this.#store(connection, []);
  }

  /** What was being written for a target. */
  kept(connection: string, target: string): DraftText | undefined {
    return (
      this.#large.get(`${connection} ${target}`) ?? this.#keptOf(connection).find(([each]) => each === target)?.[1]
    );
  }

  keep(connection: string, target: string, draft: DraftText): void {
    const large = draft.body.length > maxBody;
    if (large) this.#large.set(`${connection} ${target}`, draft);
    else this.#large.delete(`${connection} ${target}`);
    const others = this.#keptOf(connection).filter(([each]) => each !== target);
    const all = large ? others : [[target, draft] as const, ...others];
    this.#update(keptKey(connection), all.slice(0, maxKept));
  }

  #stored(connection: string): readonly Stored[] {
    return (this.#memento.get(historyKey(connection)) ?? []) as readonly Stored[];
  }

  #keptOf(connection: string): readonly (readonly [string, DraftText])[] {
    return (this.#memento.get(keptKey(connection)) ?? []) as readonly (readonly [string, DraftText])[];
  }

  #store(connection: string, entries: readonly Stored[]): void {
    this.#update(historyKey(connection), entries.length > 0 ? entries : undefined);
    this.#changed.fire(connection);
  }

  /** A store that fails to write costs a draft at the next start, nothing now. */
  #update(key: string, value: unknown): void {
    this.#memento.update(key, value).then(undefined, () => undefined);
  }

  #newId(before: readonly Stored[], sent: number): string {
    const last = Number(before[0]?.id ?? 0);
    return String(Math.max(sent, last + 1));
  }
}

function historyKey(connection: string): string {
  return `mq.sent:${connection}`;
}

function keptKey(connection: string): string {
  return `mq.drafts:${connection}`;
}

function bounded(entries: readonly Stored[]): readonly Stored[] {
  let room = maxBodies;
  const kept: Stored[] = [];
  for (const entry of entries.slice(0, maxEntries)) {
    room -= entry.draft.body.length;
    if (room < 0) break;
    kept.push(entry);
  }
  return kept;
}

function preview(draft: DraftText): string {
  return draft.body
    .slice(0, previewLength * 4)
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, previewLength);
}

function same(a: DraftText, b: DraftText): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
