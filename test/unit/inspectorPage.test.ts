import assert from "node:assert/strict";
import type { Header } from "../../src/broker/values.ts";
import type { Summary } from "../../src/protocol/inspector.ts";
import type { Row } from "../../src/protocol/rows.ts";
import { byteSize } from "../../webview/inspector/format.ts";
import { headerRows } from "../../webview/inspector/headerRows.ts";
import { jsonTokens } from "../../webview/inspector/jsonTokens.ts";
import { type KeyPress, pageKey } from "../../webview/inspector/keys.ts";
import { MessageList } from "../../webview/inspector/messageList.ts";
import { type Range, shiftBetween, wanted } from "../../webview/inspector/rowWindow.ts";
import {
  endOf,
  scrollFor,
  topAfterScroll,
  topToShow,
  trackHeight,
  visibleRows,
} from "../../webview/inspector/scrollScale.ts";
import { sizeOf } from "../../webview/inspector/selection.ts";

describe("inspector page: scrolling", () => {
  const short = { count: 1000, rowHeight: 22, viewport: 440 };
  const long = { count: 1_000_000, rowHeight: 22, viewport: 440 };

  it("is the browser's own for a short list", () => {
    assert.equal(trackHeight(short), 22_000);
    assert.equal(topAfterScroll({ scroll: 0, top: 0 }, 1234, short), 1234);
    assert.equal(scrollFor(1234, short), 1234);
    assert.deepEqual(visibleRows(1234, short), { first: 56, last: 77 });
  });

  it("keeps a long track within what browsers can lay out, at 200 % as well", () => {
    assert.ok(trackHeight(long) <= 2 ** 25 / 4);
  });

  it("moves pixel by pixel under a wheel and in proportion under the thumb", () => {
    const middle = { scroll: scrollFor(11_000_000, long), top: 11_000_000 };
    assert.equal(topAfterScroll(middle, middle.scroll + 50, long), 11_000_050);
    assert.equal(topAfterScroll(middle, middle.scroll - 50, long), 10_999_950);
    const quarter = trackHeight(long) / 4;
    assert.ok(Math.abs(topAfterScroll(middle, quarter, long) - endOf(long) / 4) < 1000);
  });

  it("reaches both ends exactly", () => {
    const longest = trackHeight(long) - long.viewport;
    assert.equal(topAfterScroll({ scroll: 100, top: 9000 }, 0, long), 0);
    assert.equal(topAfterScroll({ scroll: longest - 100, top: 9000 }, longest, long), endOf(long));
    assert.equal(visibleRows(endOf(long), long).last, 1_000_000);
  });

  it("brings a row into view with the least movement", () => {
    assert.equal(topToShow(5, 1000, short), 110);
    assert.equal(topToShow(50, 1000, short), 1000);
    assert.equal(topToShow(100, 1000, short), 101 * 22 - 440);
    assert.equal(topToShow(0, 0, { ...short, count: 3 }), 0);
  });
});

describe("inspector page: rows", () => {
  const view = { version: 3, count: 10_000, first: 500, last: 530 };

  it("are asked for around what is visible, once", () => {
    const range = wanted(undefined, view);
    assert.deepEqual(range, { from: 420, count: 190 });
    assert.equal(wanted({ version: 3, ...range, rows: [] }, view), undefined);
    assert.equal(wanted({ version: 3, ...range, rows: [] }, { ...view, first: 560, last: 590 }), undefined);
  });

  it("are asked for again after a change, and when scrolled far", () => {
    const window = { version: 3, from: 420, count: 190, rows: [] };
    assert.ok(wanted(window, { ...view, version: 4 }));
    assert.ok(wanted(window, { ...view, first: 600, last: 630 }));
    assert.equal(wanted(undefined, { ...view, count: 0 }), undefined);
  });

  it("tell how far they moved by a message that is in both", () => {
    const window = (from: number, first: number) => ({
      version: 1,
      from,
      count: 50,
      rows: Array.from({ length: 50 }, (_, at) => row(first + at)),
    });
    assert.equal(shiftBetween(window(100, 1100), window(100, 1120), 130), -20);
    assert.equal(shiftBetween(window(100, 1100), window(100, 1140), 110), -40);
    assert.equal(shiftBetween(window(100, 1100), window(100, 5000), 110), undefined);
  });
});

describe("inspector page: list", () => {
  /** A host with messages `first` … `first + shown - 1` that answers when told to. */
  class Host {
    first = 0;
    shown = 100;
    version = 1;
    ranges: Range[] = [];
    answers: (() => void)[] = [];
    failures: unknown[] = [];
    /** Sorted, the newest first. */
    descending = false;
    readonly list = new MessageList({
      rows: (range, anchor) => {
        this.ranges.push(range);
        return new Promise((resolve) => {
          this.answers.push(() => {
            const place = anchor ? this.order(anchor.seq) : -1;
            const from = Math.max(0, range.from + (anchor && place >= 0 ? place - anchor.index : 0));
            const count = Math.max(0, Math.min(range.count, this.shown - from));
            resolve({ from, rows: Array.from({ length: count }, (_, at) => row(this.seqAt(from + at))) });
          });
        });
      },
      changed: () => undefined,
      moved: () => undefined,
      failed: (error) => this.failures.push(error),
      rangeCut: () => undefined,
    });

    /** The place of a message in the view. */
    order(seq: number): number {
      const place = seq - this.first;
      return this.descending ? this.shown - 1 - place : place;
    }

    seqAt(place: number): number {
      return this.first + (this.descending ? this.shown - 1 - place : place);
    }

    update(): void {
      this.version++;
      this.list.update(this.summary);
    }

    get summary(): Summary {
      return {
        version: this.version,
        shown: this.shown,
        kept: this.shown,
        received: this.first + this.shown,
        pending: 0,
        evicted: this.first,
        dropped: 0,
        bytes: 0,
        searching: false,
        highlights: [],
        shift: -this.first,
      };
    }

    async answer(): Promise<void> {
      while (this.answers.length > 0) {
        this.answers.shift()?.();
        await new Promise(setImmediate);
      }
    }
  }

  const start = async (shown = 100): Promise<Host> => {
    const host = new Host();
    host.shown = shown;
    host.list.setGeometry(20, 200);
    host.update();
    await host.answer();
    return host;
  };

  it("asks for one window at a time, and for the latest after it", async () => {
    const host = await start();
    host.ranges = [];
    host.update();
    host.update();
    host.update();
    assert.equal(host.ranges.length, 1);
    await host.answer();
    assert.equal(host.ranges.length, 2);
  });

  it("follows without ever showing a row that is not here yet", async () => {
    const host = await start();
    host.shown = 140;
    host.update();
    assert.equal(host.list.size.count, 100);
    await host.answer();
    assert.equal(host.list.size.count, 140);
    assert.equal(host.list.position.top, 140 * 20 - 200);
  });

  it("drops rows that were asked for before the view became another one", async () => {
    const host = await start();
    host.update();
    host.list.renew();
    host.first = 500;
    host.ranges = [];
    await host.answer();
    assert.equal(host.ranges.length, 1);
    assert.equal(host.list.window?.rows[0]?.seq, 500 + (host.ranges[0]?.from ?? 0));
  });

  it("keeps the current message while rows before it go, and counts what arrived unseen", async () => {
    const host = await start(1000);
    host.list.click(995, { toggle: false, range: false });
    assert.equal(host.list.follow, false);
    const { top } = host.list.position;
    host.first = 30;
    host.update();
    await host.answer();
    assert.deepEqual(host.list.current, { index: 965, seq: 995 });
    assert.equal(host.list.position.top, top - 30 * 20);
    assert.equal(host.list.unseen, 30);
  });

  it("stays with the rows in view when messages that it never saw went", async () => {
    const host = await start(1000);
    host.list.placed(host.list.position.scroll);
    host.list.scrolled(400 * 20);
    await host.answer();
    host.first = 300;
    host.shown = 700;
    host.update();
    await host.answer();
    assert.equal(host.list.position.top, 100 * 20);
    assert.equal(host.list.window?.rows[100 - host.list.window.from]?.seq, 400);
  });

  describe("when it is sorted", () => {
    const sorted = async (): Promise<Host> => {
      const host = await start(1000);
      host.list.click(995, { toggle: false, range: false });
      host.descending = true;
      host.list.reorder(true);
      await host.answer();
      return host;
    };
    const more = async (host: Host): Promise<void> => {
      host.shown += 500;
      host.update();
      await host.answer();
    };

    it("begins at its beginning, keeps what is selected and knows again where it stands", async () => {
      const host = await sorted();
      assert.equal(host.list.position.top, 0);
      assert.equal(host.list.window?.rows[0]?.seq, 999);
      assert.deepEqual(host.list.current, { index: 4, seq: 995 });
      assert.equal(sizeOf(host.list.selection, 1000), 1);
    });

    it("follows nothing, and counts nothing as new", async () => {
      const host = await sorted();
      assert.equal(host.list.follow, false);
      assert.equal(host.list.unseen, 0);
      host.list.reorder(false);
      assert.equal(host.list.wouldFollow, false, "a message was chosen before");
    });

    it("stays at its beginning, and in the middle with the rows in view", async () => {
      const host = await sorted();
      await more(host);
      assert.equal(host.list.position.top, 0);
      assert.equal(host.list.window?.rows[0]?.seq, 1499);
      host.list.scrolled(300 * 20);
      await host.answer();
      await more(host);
      assert.equal(host.list.position.top, 800 * 20);
    });
  });

  it("selects a range whose rows are not here", async () => {
    const host = await start(3000);
    host.list.click(2995, { toggle: false, range: false });
    host.list.press({ to: "start" }, true);
    await host.answer();
    assert.equal(sizeOf(host.list.selection, 3000), 2996);
    assert.deepEqual(host.failures, []);
  });
});

describe("inspector page: pieces", () => {
  it("colours JSON without losing a character, also what is not JSON", () => {
    const samples = [
      '{"a\\"b": [1, -2.5e+10, "x", true, null], "שלום" : "\\\\"}',
      '{"cut": "in the mid',
      "truely 12:30 <b>",
      '"\\',
      "",
    ];
    for (const sample of samples)
      assert.equal(
        jsonTokens(sample)
          .map((token) => token.text)
          .join(""),
        sample,
      );
    const kinds = jsonTokens('{"a": "b", "c": -1, "d": true}').filter(({ kind }) => kind !== "plain");
    assert.deepEqual(
      kinds.map(({ kind, text }) => `${kind} ${text}`),
      ['name "a"', 'string "b"', 'name "c"', "number -1", 'name "d"', "word true"],
    );
  });

  it("colours a body made of quotes and backslashes in time that grows with its length", () => {
    const begin = performance.now();
    jsonTokens('\\"'.repeat(200_000));
    jsonTokens(`"${'\\"'.repeat(200_000)}`);
    assert.ok(performance.now() - begin < 2000);
  });

  it("lays nested headers out as lines", () => {
    const headers: Header[] = [
      {
        name: "t",
        value: {
          type: "table",
          entries: [{ name: "a", value: { type: "array", items: [{ type: "int8", value: "1" }] } }],
        },
      },
      { name: "when", value: { type: "timestamp", value: "1772616600" } },
      { name: "never", value: { type: "timestamp", value: "18446744073709551615" } },
      { name: "nothing", value: { type: "null", value: "" } },
    ];
    assert.deepEqual(
      headerRows(headers).map(({ depth, name, type, value }) => [depth, name, type, value]),
      [
        [0, "t", "table", ""],
        [1, "a", "array", ""],
        [2, "[0]", "int8", "1"],
        [0, "when", "timestamp", "1772616600 (2026-03-04T09:30:00Z)"],
        [0, "never", "timestamp", "18446744073709551615"],
        [0, "nothing", "null", "null"],
      ],
    );
  });

  it("writes sizes short", () => {
    assert.deepEqual([0, 1023, 1024, 16_777_216, 5_000_000_000].map(byteSize), [
      "0 B",
      "1023 B",
      "1.0 KB",
      "16 MB",
      "4.7 GB",
    ]);
  });

  it("gives letters to fields and settles by them elsewhere", () => {
    const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
      key,
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      ...more,
    });
    const list = { typing: false, pressable: false };
    assert.equal(pageKey(press("a"), list), "ack");
    assert.equal(pageKey(press("N"), list), "requeue");
    assert.equal(pageKey(press("a"), { typing: true, pressable: false }), undefined);
    assert.equal(pageKey(press("a", { ctrlKey: true }), list), undefined);
    assert.equal(pageKey(press(" "), { typing: false, pressable: true }), undefined);
    assert.equal(pageKey(press("f", { metaKey: true }), { typing: true, pressable: false }), "filter");
  });
});

function row(seq: number): Row {
  return {
    seq,
    received: 0,
    state: "none",
    redelivered: false,
    deliveryCount: -1,
    size: 1,
    key: "k",
    type: "",
    preview: "",
    marker: false,
  };
}
