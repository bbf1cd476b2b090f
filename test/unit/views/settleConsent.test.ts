import assert from "node:assert/strict";
import type { SettleTerms } from "../../../src/broker/contract.ts";
import type { Inspection } from "../../../src/inspect/inspection.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { SettleConsent } from "../../../src/views/inspector/settleConsent.ts";
import { delivery } from "../logSupport.ts";

describe("asking before messages are settled", () => {
  const asked: string[] = [];
  let answer = true;
  let production = false;

  beforeEach(() => {
    asked.length = 0;
    answer = true;
    production = false;
  });

  const terms = (rejected: SettleTerms["rejected"]): SettleTerms => ({
    says: { reject: "Rejected: this happens." },
    rejected,
    withinSays: "",
  });
  const consent = (pending: number, rejected?: SettleTerms["rejected"]): SettleConsent => {
    const log = new MessageLog();
    for (let at = 0; at < pending; at++) log.add(delivery({ tag: at + 1 }), 0, "pending");
    const inspection = {
      log,
      summary: { pending },
      filter: "",
      ...(rejected && { terms: terms(rejected) }),
    } as unknown as Inspection;
    return new SettleConsent({
      inspection,
      title: "orders",
      isProduction: () => production,
      confirm: async ({ message, detail, typed }) => {
        asked.push(`${message} ${detail ?? ""}${typed === undefined ? "" : ` (type ${typed})`}`);
        return answer;
      },
    });
  };
  const these = (outcome: "ack" | "requeue" | "reject", ...seqs: number[]) =>
    ({ what: "these", seqs, outcome }) as const;
  const all = (outcome: "ack" | "requeue" | "reject") => ({ what: "all", outcome }) as const;

  it("never holds up acks and requeues of single ones, nor rejects that are dead-lettered", async () => {
    const those = consent(3, "kept");
    for (const outcome of ["ack", "requeue", "reject"] as const)
      assert.equal(await those.allows(these(outcome, 1)), true);
    assert.equal(asked.length, 0);
  });

  it("asks before the first that is dropped for good, and until that was agreed to", async () => {
    const those = consent(3, "dropped");
    answer = false;
    assert.equal(await those.allows(these("reject", 1, 2, 99)), false);
    answer = true;
    assert.equal(await those.allows(these("reject", 1)), true);
    assert.equal(await those.allows(these("reject", 2)), true);
    assert.equal(asked.length, 2);
    assert.match(
      asked.at(0) ?? "",
      /^Drop what is selected of orders \(2\) for good\? Rejected: this happens\. This cannot/,
    );
    assert.match(asked.at(1) ?? "", /\(1\)/);
  });

  it("asks too where it is not known what becomes of it, and not about what is settled already", async () => {
    const those = consent(1, "unknown");
    assert.equal(await those.allows(these("reject", 7)), true);
    assert.equal(asked.length, 0);
    await those.allows(these("reject", 1));
    assert.match(asked.at(0) ?? "", /^Reject what is selected/);
  });

  it("wants the name typed in production before several are settled, once for selected ones, each time for all", async () => {
    production = true;
    const those = consent(5, "kept");
    assert.deepEqual(those.consent, { typed: "orders" });
    assert.equal(await those.allows(these("ack", 1)), true);
    assert.equal(await those.allows(these("requeue", 1, 2)), true);
    assert.equal(asked.length, 0);
    answer = false;
    assert.equal(await those.allows(these("ack", 1, 2)), false);
    answer = true;
    assert.equal(await those.allows(these("ack", 1, 2)), true);
    assert.equal(await those.allows(these("ack", 3, 4)), true);
    assert.equal(asked.length, 2);
    assert.match(asked.at(1) ?? "", /^Acknowledge 2 messages of orders\?.*asked once in this panel.*\(type orders\)$/);
    await those.allows(these("reject", 3, 4));
    assert.match(asked.at(2) ?? "", /^Reject 2 messages of orders\?.*\(type orders\)$/);
    await those.allows(all("ack"));
    await those.allows(all("ack"));
    assert.equal(asked.length, 5);
    assert.match(asked.at(4) ?? "", /\(type orders\)$/);
  });

  it("asks about all each time, unless they only go back, with what it does here", async () => {
    const those = consent(3, "kept");
    assert.equal(await those.allows(all("requeue")), true);
    await those.allows(all("reject"));
    await those.allows(all("ack"));
    assert.equal(asked.length, 2);
    assert.match(asked.at(0) ?? "", /Reject all 3 pending messages of orders\? Rejected: this happens\. This cannot/);
    await consent(1, "dropped").allows(all("reject"));
    assert.match(asked.at(2) ?? "", /^Drop what is selected of orders \(1\)/);
  });
});
