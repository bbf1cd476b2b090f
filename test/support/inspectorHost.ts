/**
 * The other end of the inspector page for tests of the page alone: runs in the browser beside the page, and makes its
 * messages up by their place, so that a million of them cost nothing.
 */
import type { HeldOutcome } from "../../src/broker/contract.ts";
import type {
  Detail,
  InspectorHostCalls,
  InspectorState,
  RowRange,
  SettleRequest,
  Summary,
} from "../../src/protocol/inspector.ts";
import { type ColumnLayout, defaultLayout } from "../../src/protocol/columns.ts";
import { FakeBodies } from "./bodyHost.ts";
import { FakeColumns } from "./inspectorColumnsHost.ts";
import type { Handlers } from "../../src/protocol/peer.ts";
import type { TimeRange } from "../../src/protocol/filter.ts";
import { type AckState, packRows, type Row } from "../../src/protocol/rows.ts";
import { fakeFilterCalls, fakeTimeline, filterSummary, isMistaken, timeOfSeq } from "./inspectorFilterHost.ts";
import { exampleTerms, fakeCount, fakeSettleCalls } from "./inspectorSettleHost.ts";

type Tell = (name: string, argument: unknown) => Promise<unknown>;

class FakeHost {
  readonly states = new Map<number, AckState>();
  readonly bodies = new FakeBodies();
  readonly columns = new FakeColumns(this);
  /** Seqs below this were evicted. */
  first = 0;
  count = 0;
  filter = "";
  range: TimeRange | undefined;
  #wanted = "";
  state: InspectorState;
  largestRange = 0;
  /** Milliseconds between the newest message and the host's present. */
  later = 60_000;
  #version = 1;
  readonly #tell: Tell;

  constructor(tell: Tell, state: Partial<InspectorState>, count: number) {
    this.#tell = tell;
    this.count = count;
    this.state = { ...exampleState, ...state };
  }

  readonly handlers: Handlers<InspectorHostCalls> = {
    hello: () => ({
      ...this.state,
      layout: this.columns.layout,
      filter: this.filter,
      ...(this.range && { range: this.range }),
      summary: this.summary,
    }),
    rows: (range) => this.rows(range),
    detail: ({ seq }) => this.detail(seq),
    ...this.bodies.handlers,
    locate: ({ seq }) => this.#placeOf(seq),
    ...this.columns.handlers,
    selected: () => undefined,
    settle: (request) => this.settle(request),
    ...fakeSettleCalls(this),
    setPaused: ({ paused }) => {
      this.state = { ...this.state, paused };
      void this.changed();
    },
    setWindow: ({ window }) => {
      this.state = { ...this.state, window };
    },
    setFilter: ({ text, range }) => {
      this.filter = text;
      // With a mistake in it, everything stays as it was.
      if (!isMistaken(text)) this.#wanted = text;
      this.range = range;
      this.#version++;
      void this.changed();
      return this.summary;
    },
    ...fakeFilterCalls(),
    timeline: ({ buckets }) => fakeTimeline(this, buckets),
    clear: () => {
      this.first = this.count;
      void this.changed();
    },
    openBody: () => undefined,
    copy: () => undefined,
    resend: () => undefined,
    reattach: () => {
      this.state = { ...exampleState, summary: this.summary };
      void this.#tell("state", { ...this.state, summary: this.summary });
    },
  };

  get summary(): Summary {
    return {
      version: this.#version,
      shown: this.isFiltered ? this.#visible().length : this.count - this.first,
      kept: this.count - this.first,
      received: this.count,
      pending: [...this.states.values()].filter((state) => state === "pending").length,
      evicted: this.first,
      dropped: 0,
      bytes: (this.count - this.first) * 431,
      ...(this.state.outcomes.length > 0 ? { settling: fakeCount(this) } : {}),
      ...(this.state.paused ? { stalled: "paused" as const } : {}),
      searching: false,
      ...filterSummary(this.filter),
      ...this.columns.summary,
      shift: this.isFiltered ? 0 : -this.first,
    };
  }

  /** Lets this many more arrive and evicts this many. */
  async arrive(more: number, evict = 0): Promise<void> {
    this.count += more;
    this.first += evict;
    await this.changed();
  }

  async changed(): Promise<void> {
    this.#version++;
    await this.#tell("changed", this.summary);
  }

  async end(sentence: string): Promise<void> {
    this.state = { ...this.state, ended: { sentence, failed: true } };
    await this.#tell("state", { ...this.state, summary: this.summary });
  }

  rows({ from: asked, count, fields = [], anchor }: RowRange): ArrayBuffer {
    this.largestRange = Math.max(this.largestRange, count);
    const place = anchor ? this.#placeOf(anchor.seq) : -1;
    const from = Math.max(0, asked + (anchor && place >= 0 ? place - anchor.index : 0));
    const end = Math.min(from + count, this.summary.shown);
    const seqs =
      this.isFiltered || this.columns.sort
        ? this.#visible().slice(from, end)
        : Array.from({ length: Math.max(0, end - from) }, (_, at) => this.first + from + at);
    const rows = seqs.map((seq) => this.row(seq));
    return packRows(
      fields.length === 0 ? rows : rows.map((row) => ({ ...row, extras: this.columns.extras(row.seq, fields) })),
      from,
    );
  }

  #placeOf(seq: number): number {
    if (this.isFiltered || this.columns.sort) return this.#visible().indexOf(seq);
    return seq >= this.first && seq < this.count ? seq - this.first : -1;
  }

  stateOf(seq: number): AckState {
    return this.states.get(seq) ?? (this.state.outcomes.length > 0 ? "acked" : "none");
  }

  get isFiltered(): boolean {
    return this.#wanted !== "" || this.range !== undefined;
  }

  shows(seq: number): boolean {
    const { range } = this;
    if (range && (timeOfSeq(seq) < range.from || timeOfSeq(seq) >= range.to)) return false;
    return this.row(seq).preview.includes(this.#wanted);
  }

  row(seq: number): Row {
    const marker = seq % 5000 === 4990;
    const example = examples[seq % examples.length];
    return {
      seq,
      received: timeOfSeq(seq),
      state: this.stateOf(seq),
      redelivered: seq % 7 === 3,
      deliveryCount: seq % 14 === 3 ? 4 : -1,
      size: 90 + ((seq * 7919) % 70_000),
      key: example?.key ?? "",
      type: example?.type ?? "",
      preview: marker
        ? "Nothing was seen from 11:02:10 to 11:02:41. Went back unsettled: 3."
        : `${example?.preview ?? ""} #${seq}`,
      marker,
    };
  }

  detail(seq: number): Detail {
    if (seq < this.first) throw new Error("This message is no longer kept.");
    const row = this.row(seq);
    const text = JSON.stringify(
      {
        order: seq,
        customer: { name: "Ann O’Neil", vip: true },
        total: 12.5,
        note: null,
        tags: ["<b>bold</b>", "שלום"],
      },
      null,
      2,
    );
    return {
      seq,
      received: row.received,
      state: row.state,
      key: row.key,
      origin: "orders",
      redelivered: row.redelivered,
      persistent: true,
      contentType: "application/json",
      headers: [
        { name: "tenant", value: { type: "int32", value: "42" } },
        { name: "x-script", value: { type: "string", value: "<img src=x onerror=window.hacked=1>" } },
        {
          name: "trace",
          value: { type: "table", entries: [{ name: "id", value: { type: "int64", value: "9007199254740993" } }] },
        },
        {
          name: "steps",
          value: {
            type: "array",
            items: [
              { type: "string", value: "received" },
              { type: "timestamp", value: "1772616600" },
            ],
          },
        },
      ],
      properties: { messageId: `order-${seq}`, priority: "3" },
      deaths: [
        {
          queue: "orders.created",
          reason: "rejected",
          exchange: "orders",
          keys: ["order.created"],
          count: 1,
          time: 1_772_616_600,
        },
        {
          queue: "orders.retry",
          reason: "expired",
          exchange: "",
          keys: ["orders.retry"],
          count: 3,
          time: 1_772_616_660,
        },
      ],
      body: this.bodies.view(row.size, text, seq % 2 === 1, [
        { stage: "encoding", outcome: "ok", sentence: "gzip: 1,204 → 8,310 bytes" },
        { stage: "type", outcome: "ok", sentence: "JSON (content type)" },
      ]),
    };
  }

  settle(request: SettleRequest): { settled: number; lost: number } {
    const outcomes: Record<HeldOutcome, AckState> = { ack: "acked", requeue: "requeued", reject: "rejected" };
    const seqs = request.what === "all" ? [...this.states.keys()] : request.seqs;
    const pending = seqs.filter((seq) => this.states.get(seq) === "pending");
    for (const seq of pending) this.states.set(seq, outcomes[request.outcome]);
    void this.changed();
    return { settled: pending.length, lost: 0 };
  }

  #visible(): readonly number[] {
    const seqs = Array.from({ length: this.count - this.first }, (_, at) => this.first + at);
    return this.columns.sorted(this.isFiltered ? seqs.filter((seq) => this.shows(seq)) : seqs);
  }
}

const examples = [
  {
    key: "order.created",
    type: "application/json",
    preview: '{"order":1041,"customer":{"name":"Ann O’Neil"},"total":12.50,"lines":[{"sku":"A-1","count":2}]}',
  },
  { key: "order.paid", type: "application/json", preview: '{"order":1041,"amount":"12.50","currency":"EUR"}' },
  { key: "stock.reserved", type: "text/xml", preview: '<reservation id="77"><sku>A-1</sku></reservation>' },
  { key: "mail.send", type: "text/plain", preview: "Dear Ann, thank you for your order." },
  { key: "image.thumbnail.created.eu-west-1", type: "image/png", preview: "‰PNG␍␊␚␊␀␀␀␍IHDR" },
] as const;

const exampleState: InspectorState = {
  title: "orders.created",
  kind: "queue",
  connection: { name: "shop @ localhost", environment: "staging" },
  mode: "consume",
  effects: [
    {
      severity: "notice",
      sentence: "Messages are taken from the queue: its other consumers do not get them while they are shown here.",
    },
    { severity: "danger", sentence: "A message that is acknowledged is gone for everyone." },
  ],
  facts: [
    { label: "Consumer tag", value: "mq-workbench-7f3a" },
    { label: "Queue", value: "orders.created (quorum)" },
  ],
  outcomes: ["ack", "requeue", "reject"],
  terms: exampleTerms,
  window: 50,
  paused: false,
  filter: "",
  layout: defaultLayout,
  keyLabel: "Routing key",
  summary: {
    version: 0,
    shown: 0,
    kept: 0,
    received: 0,
    pending: 0,
    evicted: 0,
    dropped: 0,
    bytes: 0,
    searching: false,
    highlights: [],
    shift: 0,
  },
};

export interface Scene {
  readonly state?: Partial<InspectorState>;
  readonly count: number;
  /** The columns as they were left. */
  readonly layout?: ColumnLayout;
  /** How many of the newest are pending. */
  readonly pending?: number;
  /** Milliseconds between the newest message and the host's present. */
  readonly later?: number;
}

/** @returns the handlers of the calls; the host is `window.fakeHost` */
export function makeHost(scene: Scene, tell: Tell): Handlers<InspectorHostCalls> {
  const host = new FakeHost(tell, scene.state ?? {}, scene.count);
  host.later = scene.later ?? host.later;
  for (let at = 1; at <= (scene.pending ?? 0); at++) host.states.set(scene.count - at, "pending");
  if (scene.layout) host.columns.layout = scene.layout;
  Object.assign(globalThis, { fakeHost: host });
  return host.handlers;
}
