import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { messageCommandIds } from "../../src/views/inspector/messageCommandTable.ts";
import { commandIds, contextKeys, selectedRow, treeOnly } from "../../src/views/commandTable.ts";

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}
interface Manifest {
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly keybindings: readonly {
      readonly command: string;
      readonly key: string;
      readonly when: string;
      readonly args?: unknown;
    }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly when: string; readonly contents: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, object>> };
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly media: { readonly markdown: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly colors: readonly { readonly id: string }[];
  };
}

const text = readFileSync("package.json", "utf8");
const { contributes, icon } = JSON.parse(text) as Manifest;
const nls = JSON.parse(readFileSync("package.nls.json", "utf8")) as Readonly<Record<string, string>>;
const ids: readonly string[] = [...commandIds, ...messageCommandIds];

/** Every `when` with what it belongs to. */
const conditions = [
  ...Object.entries(contributes.menus).flatMap(([menu, items]) =>
    items.map(({ command, when }) => [`${menu} ${command}`, when ?? ""] as const),
  ),
  ...contributes.keybindings.map(({ command, when }) => [`key ${command}`, when] as const),
  ...contributes.viewsWelcome.map(({ when }, index) => [`welcome ${String(index)}`, when] as const),
];

describe("manifest", () => {
  it("contributes exactly the commands of the table", () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).toSorted(), ids.toSorted());
  });

  it("refers only to commands, views and files that exist", () => {
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
    const inTexts = [...JSON.stringify(nls).matchAll(/\(command:(mq\.[A-Za-z]+)/g)].map(([, command]) => command ?? "");
    const completing = contributes.walkthroughs.flatMap(({ steps }) => steps.flatMap((step) => step.completionEvents));
    const views = Object.values(contributes.views)
      .flat()
      .map(({ id }) => id);
    for (const command of [...used, ...completing.flatMap((event) => /^onCommand:(.*)$/.exec(event)?.[1] ?? [])])
      assert.ok(ids.includes(command), command);
    // VS Code makes a command of its own for each view: "mq.connections.focus".
    for (const command of inTexts) assert.ok(ids.includes(command) || views.includes(command), command);
    for (const { view } of contributes.viewsWelcome) assert.ok(views.includes(view), view);
    for (const event of completing.filter((each) => each.startsWith("onView:")))
      assert.ok(views.includes(event.slice(7)), event);
    const files = [
      icon,
      ...contributes.viewsContainers.activitybar.map((container) => container.icon),
      ...Object.values(contributes.views)
        .flat()
        .map((view) => view.icon),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ];
    for (const file of files) assert.ok(existsSync(file), file);
  });

  it("looks only at context keys that are set", () => {
    for (const [where, when] of conditions) {
      for (const [key] of when.replaceAll(/\/[^/]*\//g, "").matchAll(/\bmq\.[A-Za-z.]+/g))
        assert.ok(
          (contextKeys as readonly string[]).includes(key) || ["mq.connections", "mq.inspector"].includes(key),
          `${where}: ${key}`,
        );
    }
  });

  it("has conditions that VS Code can read: patterns that compile, known words, balanced brackets", () => {
    const words = new Set([
      ...contextKeys,
      "view",
      "viewItem",
      "focusedView",
      "inputFocus",
      "editorIsOpen",
      "editorHasSelection",
      "resourceScheme",
      "mq.connections",
      "depth",
      "output",
      "false",
      "activeWebviewPanelId",
      "webviewId",
      "webviewSection",
      "messagesSelected",
      "outcomes",
      "message",
      "mq.inspector",
    ]);
    for (const [where, when] of conditions) {
      for (const [pattern, inside] of when.matchAll(/\/([^/]*)\//g))
        assert.doesNotThrow(() => new RegExp(inside ?? ""), `${where}: ${pattern}`);
      const rest = when.replaceAll(/\/[^/]*\//g, "");
      for (const [word] of rest.matchAll(/[A-Za-z][A-Za-z.]*/g)) assert.ok(words.has(word), `${where}: ${word}`);
      assert.equal(rest.split("(").length, rest.split(")").length, where);
    }
  });

  it("offers every command in the palette but those that mean nothing there", () => {
    const hidden = (contributes.menus["commandPalette"] ?? [])
      .filter(({ when }) => when === "false")
      .map(({ command }) => command);
    assert.deepEqual(hidden.toSorted(), treeOnly.toSorted());
  });

  it("binds keys in its own view only, and tells them from the palette", () => {
    for (const { when, command, args } of contributes.keybindings) {
      assert.match(when, /^focusedView == mq\.connections && !inputFocus/, command);
      assert.equal(args, selectedRow);
    }
  });

  it("has a text for every key, and a key for every text", () => {
    const used = new Set([...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key ?? ""));
    assert.deepEqual([...used].toSorted(), Object.keys(nls).toSorted());
  });

  it("says what every setting is for, and where", () => {
    for (const [name, setting] of Object.entries(contributes.configuration.properties)) {
      assert.ok(
        "default" in setting && "scope" in setting && ("description" in setting || "markdownDescription" in setting),
        name,
      );
      assert.match(name, /^mq\./);
    }
  });
});
