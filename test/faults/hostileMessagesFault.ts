import assert from "node:assert/strict";
import fc from "fast-check";
import type { Draft, Node, Session } from "../../src/broker/contract.ts";
import { BrokerError } from "../../src/broker/errors.ts";
import { decodeBody, openBody } from "../../src/inspect/decode/decodeBody.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import { comparableText } from "../../src/inspect/messageDocument.ts";
import type { SelectedMessage } from "../../src/inspect/selectedMessages.ts";
import { readJsonLines } from "../../src/inspect/transfer/readJsonLines.ts";
import { jsonLine } from "../../src/inspect/transfer/writeJsonLine.ts";
import type { Detail } from "../../src/protocol/inspector.ts";
import { type Row, unpackRows } from "../../src/protocol/rows.ts";
import { until } from "../support/until.ts";
import { Findings, type Fault, type FaultRun, type Found } from "./fault.ts";
import { hostileDraft } from "./hostileArbitraries.ts";
import { scriptsRun } from "./hostilePage.ts";
import { liveConnection } from "./liveConnection.ts";

export const hostileMessagesFault: Fault = {
  name: "hostile.messages",
  unit: "exceptions, scripts run, bytes and types changed",
  limit: 900,
  run,
};

/** Messages that go the way together; what fails is made as small as it can be. */
const together = 25;
/** Rows that are looked at in a page. */
const shownInPage = 60;

/** What a page is shown of a message. */
export interface Shown {
  readonly row: Row;
  readonly detail: Detail;
}

async function run(size: FaultRun): Promise<Found> {
  const count = size.quick ? 250 : 10_000;
  const findings = new Findings();
  const broker = await size.startRabbitmq();
  const shown: Shown[] = [];
  let [sent, refused] = [0, 0];
  try {
    const name = "hostile.messages";
    await broker.make(name);
    const connection = liveConnection(broker.driver, broker.target);
    try {
      const session = await connection.connect();
      const node = await broker.find(session, name);
      const property = fc.asyncProperty(
        fc.array(hostileDraft, { minLength: 1, maxLength: together, size: "max" }),
        async (drafts) => {
          const taken = await publish(session, node, drafts);
          sent += drafts.length;
          refused += drafts.length - taken.length;
          const arrived = await consume(session, node, taken.length, shown);
          same(arrived.map(draftOf), taken);
          const imported = await throughFile(arrived);
          same(imported, taken);
          assert.equal((await publish(session, node, imported)).length, taken.length);
          same((await consume(session, node, taken.length)).map(draftOf), taken);
        },
      );
      const result = await fc.check(property, { seed: size.seed, numRuns: Math.ceil((2 * count) / together) });
      if (result.failed) findings.add(fc.defaultReportMessage(result) ?? "failed");
    } finally {
      await connection.dispose();
    }
    for (const problem of await scriptsRun(shown)) findings.add(problem);
    return findings.found({ sent, refused, shown: shown.length });
  } finally {
    await broker.stop();
  }
}

/** @returns what the broker took; what the driver does not send it has to refuse with a sentence */
async function publish(session: Session, node: Node, drafts: readonly Draft[]): Promise<readonly Draft[]> {
  const taken: Draft[] = [];
  for (const draft of drafts) {
    try {
      const { outcome } = await session.publish(node, draft);
      assert.equal(outcome, "routed");
      taken.push(draft);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      assert.equal(error.kind, "invalid", error.message);
      assert.match(error.message, /[.?!]$/u, "a sentence");
    }
  }
  return taken;
}

/** Everything that is in the queue, looked at in every way, and acked. */
async function consume(
  session: Session,
  node: Node,
  count: number,
  shown?: Shown[],
): Promise<readonly SelectedMessage[]> {
  const inspection = new Inspection();
  try {
    inspection.attach(await session.watch(node, { mode: "consume", window: 1000 }));
    await until("all have arrived", () => inspection.summary.received === count);
    const messages: SelectedMessage[] = [];
    for await (const message of inspection.messages({ what: "kept" })) messages.push(message);
    if (shown) await look(inspection, messages, shown);
    await inspection.settle({ what: "all", outcome: "ack" });
    return messages;
  } finally {
    await inspection.close();
  }
}

/** As rows, as a detail, decoded, searched, as a document: nothing of it may throw. */
async function look(inspection: Inspection, messages: readonly SelectedMessage[], shown: Shown[]): Promise<void> {
  const rows = unpackRows(inspection.rows({ from: 0, count: messages.length }));
  for (const [index, { seq, body, size, ...rest }] of messages.entries()) {
    const row = rows[index];
    assert.ok(row);
    await decodeBody(body, { size, ...rest });
    const { tree } = await openBody(body, { size, ...rest });
    await tree?.root();
    const kept = inspection.reader.message(seq);
    assert.ok(kept);
    await comparableText(kept);
    const detail = await inspection.reader.detail(seq);
    if (shown.length < shownInPage && size < 10_000) shown.push({ row, detail });
  }
  for (const filter of ["hacked or $..a = 1", "/<(img|script)/i", "header.__proto__ ~ x", 'key:"' + "\0" + '"']) {
    inspection.setFilter(filter);
    await until("all is searched", () => !inspection.summary.searching);
  }
  inspection.setFilter("");
}

async function throughFile(messages: readonly SelectedMessage[]): Promise<readonly Draft[]> {
  const drafts: Draft[] = [];
  async function* file(): AsyncGenerator<Uint8Array> {
    for (const message of messages) for (const part of jsonLine(message)) yield Buffer.from(part);
  }
  for await (const { line, message, problem } of readJsonLines(file())) {
    assert.equal(problem, undefined, `line ${String(line)}`);
    drafts.push(message.draft);
  }
  return drafts;
}

function draftOf({ body, persistent, contentType, contentEncoding, headers, properties }: SelectedMessage): Draft {
  return {
    body,
    persistent: persistent ?? false,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    headers,
    properties,
  };
}

function same(found: readonly Draft[], expected: readonly Draft[]): void {
  assert.equal(found.length, expected.length);
  for (const [index, draft] of found.entries()) {
    const other = expected[index];
    assert.ok(other && Buffer.compare(draft.body, other.body) === 0, `the body of message ${String(index)}`);
    assert.deepEqual(comparable(draft), comparable(other), `message ${String(index)}`);
  }
}

/** A property that is an empty text is one that is not set. */
function comparable({ persistent, headers, properties, contentType = "", contentEncoding = "" }: Draft): unknown {
  const set = Object.entries(properties).filter(([, value]) => value !== "");
  return {
    persistent,
    headers,
    contentType,
    contentEncoding,
    properties: set.toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
}
