import assert from "node:assert/strict";
import { SavedFilters } from "../../src/views/inspector/savedFilters.ts";

describe("saved filters", () => {
  const memento = (stored?: unknown) => {
    const values = new Map<string, unknown>(stored === undefined ? [] : [["mq.savedFilters", stored]]);
    return {
      get: <T>(key: string, otherwise?: T) => (values.get(key) ?? otherwise) as T,
      update: (key: string, value: unknown) => {
        values.set(key, value);
        return Promise.resolve();
      },
    };
  };

  it("are there for every inspector of the workspace, in the order of their names", async () => {
    const store = memento();
    await new SavedFilters(store).save({ name: " Paid ", text: "key:*.paid" });
    await new SavedFilters(store).save({ name: "Large", text: "size > 1mb" });
    assert.deepEqual(new SavedFilters(store).list(), [
      { name: "Large", text: "size > 1mb" },
      { name: "Paid", text: "key:*.paid" },
    ]);
  });

  it("take the place of one of the same name, and are removed by name", async () => {
    const saved = new SavedFilters(memento());
    await saved.save({ name: "a", text: "1" });
    assert.deepEqual(await saved.save({ name: "a", text: "2" }), [{ name: "a", text: "2" }]);
    assert.deepEqual(await saved.remove("other"), [{ name: "a", text: "2" }]);
    assert.deepEqual(await saved.remove("a"), []);
  });

  it("are refused in a sentence when they have no name, no text, or are too many", async () => {
    const saved = new SavedFilters(memento());
    await assert.rejects(saved.save({ name: " ", text: "x" }), /Give the filter a name/);
    await assert.rejects(saved.save({ name: "a", text: " " }), /type one first/);
    await assert.rejects(saved.save({ name: "a".repeat(101), text: "x" }), /at most 100 characters/);
    for (let at = 0; at < 200; at++) await saved.save({ name: at.toString(), text: "x" });
    await assert.rejects(saved.save({ name: "one more", text: "x" }), /200 saved filters/);
    assert.equal((await saved.save({ name: "7", text: "y" })).length, 200);
  });

  it("are none where something else was stored", () => {
    assert.deepEqual(new SavedFilters(memento("nonsense")).list(), []);
    assert.deepEqual(new SavedFilters(memento([{ name: "a" }, { name: "b", text: "x" }, null])).list(), [
      { name: "b", text: "x" },
    ]);
  });
});
