import { t } from "@vscode/l10n";
import { BrokerError } from "../broker/errors.ts";
import { Emitter, type Event } from "../broker/event.ts";
import { idsOf, isBare, linksOf, type MessageLinks, sentAt } from "./conversationLinks.ts";
import type { Envelope } from "./envelope.ts";
import type { MessageLog } from "./log.ts";
import { guessType, preview, previewText } from "./preview.ts";
import { newRecordBytes } from "./record.ts";

/** Where messages are looked for. */
export interface ConversationSource {
  readonly id: string;
  readonly log: MessageLog;
}

/** What is remembered of a message, so that it can be shown when it is no longer kept. */
export interface Found {
  readonly source: string;
  readonly seq: number;
  /** Milliseconds since 1970; `sent` as the message itself says. */
  readonly received: number;
  readonly sent?: number;
  readonly key: string;
  readonly type: string;
  readonly size: number;
  readonly preview: string;
  readonly links: MessageLinks;
}

export interface ConversationOptions {
  /** How many messages are found at most. */
  readonly limit?: number;
  /** How long one piece of searching may hold the event loop, in milliseconds. */
  readonly slice?: number;
}

/**
 * The messages that belong together with one of them, in any number of logs: those that share an id with it or with what
 * was found already. Searches what is kept in time slices, and what comes as it comes, until it is closed.
 */
export class Conversation {
  readonly limit: number;
  readonly #slice: number;
  readonly #places = new Map<string, Place>();
  readonly #found = new Map<string, Found>();
  readonly #ids = new Set<string>();
  /** Where answers to what was found are sent, and where an answer that only has its key was sent to. */
  readonly #answersTo = new Set<string>();
  readonly #sentTo = new Set<string>();
  readonly #record = newRecordBytes();
  readonly #changed = new Emitter<void>();
  /** Fires after each slice in which something was found, and when the first search is over. */
  readonly onDidChange: Event<void> = this.#changed.event;
  #sorted: readonly Found[] | undefined;
  #pattern: RegExp | undefined;
  /** An id was learned that what was looked at before may carry. */
  #learned = false;
  /** What is kept has all been looked through once: from then on only what is recent is looked through again. */
  #caughtUp = false;
  #more = false;
  #running = false;
  #closed = false;

  /** @throws BrokerError `missing` when the message is no longer kept, `invalid` when nothing in it leads to others */
  constructor(from: ConversationSource, seq: number, options: ConversationOptions = {}) {
    this.limit = options.limit ?? 500;
    this.#slice = options.slice ?? 6;
    const slot = from.log.slot(seq);
    if (slot < 0) throw new BrokerError("missing", t("This message is no longer kept: newer ones took its place."));
    const envelope = from.log.envelope(slot);
    const links = linksOf(envelope);
    if (isBare(links) && envelope.key !== undefined && envelope.key !== "") this.#sentTo.add(envelope.key);
    if (idsOf(links).length === 0 && links.replyTo === undefined)
      throw new BrokerError(
        "invalid",
        t(
          "This message carries no message id, correlation id, trace parent or reply address: nothing says which others belong to it.",
        ),
      );
    this.#take(from, slot, envelope, links);
    this.add(from);
  }

  /** By the time at which they were received. */
  get found(): readonly Found[] {
    this.#sorted ??= [...this.#found.values()].sort(
      (one, other) => one.received - other.received || this.#order(one) - this.#order(other) || one.seq - other.seq,
    );
    return this.#sorted;
  }

  /** Whether more belong to it than the limit lets in; then it is no longer looked for any. */
  get more(): boolean {
    return this.#more;
  }

  /** Whether what was kept at first has not all been looked through yet. */
  get searching(): boolean {
    return this.#running && !this.#caughtUp;
  }

  /** How many logs are looked through. */
  get sources(): number {
    return [...this.#places.values()].filter(({ source }) => source).length;
  }

  /** Looks through this one too. */
  add(source: ConversationSource): void {
    if (this.#places.has(source.id)) return;
    this.#places.set(source.id, { source, order: this.#places.size, next: 0 });
    this.wake();
  }

  /** Looks there no longer; what was found stays. */
  remove(id: string): void {
    const place = this.#places.get(id);
    if (!place?.source) return;
    // Its log is as large as it may be: not held any longer.
    place.source = undefined;
    this.#changed.fire();
  }

  /** Something was added to one of the logs. */
  wake(): void {
    if (this.#running || this.#closed || this.#more) return;
    this.#running = true;
    setImmediate(() => {
      this.#run();
    });
  }

  /** Ends the search. */
  close(): void {
    this.#closed = true;
    this.#running = false;
    this.#changed.dispose();
  }

  #run(): void {
    if (this.#closed) return;
    const { searching, more } = this;
    const before = this.#found.size;
    const done = this.#search();
    this.#running = !done;
    if (done) this.#caughtUp = true;
    if (this.#found.size > before || this.searching !== searching || this.#more !== more) this.#changed.fire();
    if (!done)
      setImmediate(() => {
        this.#run();
      });
  }

  /** For a slice. @returns whether there is nothing left to look at */
  #search(): boolean {
    const until = performance.now() + this.#slice;
    for (;;) {
      let left = false;
      for (const place of this.#places.values()) {
        const { source } = place;
        if (!source || place.next >= source.log.nextSeq) continue;
        this.#lookThrough(place, source);
        if (this.#more) return true;
        left ||= place.next < source.log.nextSeq;
        if (performance.now() >= until) return false;
      }
      if (left) continue;
      if (!this.#learned) return true;
      this.#lookAgain();
    }
  }

  /** A few hundred messages of one log. */
  #lookThrough(place: Place, source: ConversationSource): void {
    const { log } = source;
    const end = log.count;
    let position = log.positionFrom(place.next);
    for (let some = 0; some < 256 && position < end && !this.#more; some++, position++) {
      const slot = log.slotAt(position);
      place.next = log.seq(slot) + 1;
      this.#lookAt(source, slot);
    }
    if (position >= end) place.next = log.nextSeq;
  }

  #lookAt(source: ConversationSource, slot: number): void {
    const { log } = source;
    if (log.isMarker(slot) || !this.#mayMatch(log, slot)) return;
    if (this.#found.has(nameOf(source, log.seq(slot)))) return;
    const envelope = log.envelope(slot);
    const links = linksOf(envelope);
    if (!this.#belongs(links, envelope.key)) return;
    if (this.#found.size >= this.limit) this.#more = true;
    else this.#take(source, slot, envelope, links);
  }

  #belongs(links: MessageLinks, key: string | undefined): boolean {
    if (idsOf(links).some((id) => this.#ids.has(id))) return true;
    if (links.replyTo !== undefined && this.#sentTo.has(links.replyTo)) return true;
    return key !== undefined && this.#answersTo.has(key) && isBare(links);
  }

  /** Searches the bytes before anything of them is decoded. */
  #mayMatch(log: MessageLog, slot: number): boolean {
    const texts = this.#ids.size + this.#answersTo.size + this.#sentTo.size;
    // With more of them decoding is faster.
    if (texts > mostPatterns) return true;
    this.#pattern ??= patternOf([...this.#ids, ...this.#answersTo, ...this.#sentTo]);
    const record = this.#record;
    log.locate(slot, record);
    return this.#pattern.test(record.buffer.toString("latin1", record.start, record.bodyStart));
  }

  #take(source: ConversationSource, slot: number, envelope: Envelope, links: MessageLinks): void {
    const { log } = source;
    const seq = log.seq(slot);
    const body = log.body(slot);
    const sent = sentAt(envelope);
    this.#found.set(nameOf(source, seq), {
      source: source.id,
      seq,
      received: log.time(slot),
      ...(sent === undefined ? {} : { sent }),
      key: previewText(envelope.key ?? ""),
      type: previewText(envelope.contentType ?? guessType(body)),
      size: log.size(slot),
      preview: preview(body),
      links,
    });
    this.#sorted = undefined;
    for (const id of idsOf(links)) this.#learn(this.#ids, id);
    if (links.replyTo !== undefined) this.#learn(this.#answersTo, links.replyTo);
  }

  #learn(to: Set<string>, text: string): void {
    if (to.has(text)) return;
    to.add(text);
    this.#learned = true;
    this.#pattern = undefined;
  }

  #lookAgain(): void {
    this.#learned = false;
    for (const place of this.#places.values()) {
      const log = place.source?.log;
      if (!log) continue;
      const from = this.#caughtUp ? log.count - recent : 0;
      place.next = from > 0 ? log.seq(log.slotAt(from)) : 0;
    }
  }

  #order({ source }: Found): number {
    return this.#places.get(source)?.order ?? 0;
  }
}

interface Place {
  /** Absent when it is looked through no longer. */
  source: ConversationSource | undefined;
  readonly order: number;
  /** What is older has been looked at. */
  next: number;
}

const mostPatterns = 12;
/** Messages of one log that are looked through again when something new came. */
const recent = 20_000;

function nameOf({ id }: ConversationSource, seq: number): string {
  return `${id} ${String(seq)}`;
}

/** Bytes are searched as Latin-1 text; so the texts have to be their own bytes. */
function patternOf(texts: readonly string[]): RegExp {
  const parts = texts.map((text) => {
    // Where an envelope is kept as JSON, what JSON escapes stands otherwise: only its longest plain part is looked for.
    const [longest = ""] = text
      .split(/[\\"\u0000-\u001f]|[\ud800-\udfff]/)
      .sort((one, other) => other.length - one.length);
    return Buffer.from(longest)
      .toString("latin1")
      .replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  });
  return new RegExp(parts.join("|"));
}
