import assert from "node:assert/strict";
import { BrokerError } from "../../src/broker/errors.ts";
import { Peer, PeerError, type Port } from "../../src/protocol/peer.ts";

interface HostCalls {
  add(numbers: { readonly a: number; readonly b: number }): number;
  fail(): void;
  never(): void;
}
interface ViewCalls {
  changed(text: string): void;
}

describe("two peers", () => {
  const setUp = () => {
    const [hostPort, viewPort] = portPair();
    const heard: string[] = [];
    const host = new Peer<HostCalls, ViewCalls>(hostPort, {
      add: ({ a, b }) => a + b,
      fail: async () => {
        throw new BrokerError("invalid", "That is not a number.", { field: "priority" });
      },
      never: () => new Promise<void>(() => undefined),
    });
    const view = new Peer<ViewCalls, HostCalls>(viewPort, { changed: (text) => void heard.push(text) });
    return { host, view, heard, hostPort, viewPort };
  };

  it("answer each other", async () => {
    const { host, view, heard } = setUp();
    const [three, seven] = await Promise.all([view.call("add", { a: 1, b: 2 }), view.call("add", { a: 3, b: 4 })]);
    assert.deepEqual([three, seven], [3, 7]);
    await host.call("changed", "now");
    assert.deepEqual(heard, ["now"]);
  });

  it("hand on what a handler throws, as its sentence and field", async () => {
    const { view } = setUp();
    await assert.rejects(view.call("fail"), (error: unknown) => {
      assert.ok(error instanceof PeerError);
      assert.equal(error.message, "That is not a number.");
      assert.equal(error.field, "priority");
      return true;
    });
  });

  it("answer an unknown call with an error, also one named like a method of every object", async () => {
    const { view } = setUp();
    for (const name of ["nonsense", "constructor", "toString", "__proto__"])
      await assert.rejects(view.call(name as "fail"), PeerError);
  });

  it("take no notice of what is not a message", async () => {
    const { view, viewPort } = setUp();
    for (const noise of [
      undefined,
      null,
      1,
      "call",
      {},
      { type: "call" },
      { type: "result", id: 99 },
      { type: "x", id: 1 },
    ])
      viewPort.post(noise);
    assert.equal(await view.call("add", { a: 1, b: 1 }), 2);
  });

  it("reject what still waits when they are closed, and calls after that", async () => {
    const { host, view } = setUp();
    const waiting = view.call("never");
    view.close("The panel was closed.");
    await assert.rejects(waiting, { message: "The panel was closed." });
    await assert.rejects(view.call("add", { a: 1, b: 1 }), { message: "The panel was closed." });
    host.close("Gone.");
    host.close("Again.");
  });
});

/** Two ports, each hearing what the other posts, later and as a copy: as between a host and a page. */
function portPair(): [Port, Port] {
  const listeners: (((message: unknown) => void) | undefined)[] = [undefined, undefined];
  const port = (own: number, other: number): Port => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => listeners[other]?.(copy));
    },
    receive: (listener) => {
      listeners[own] = listener;
      return () => {
        listeners[own] = undefined;
      };
    },
  });
  return [port(0, 1), port(1, 0)];
}
