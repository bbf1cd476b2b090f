import { join } from "node:path";
import { build } from "esbuild";
import { type HarnessOptions, openPageHarness, type PageHarness, type ThemeName } from "./pageHarness.ts";
import type { Scene } from "./inspectorHost.ts";

/** The inspector page with a made-up host and this many messages. */
export async function openInspector(
  scene: Scene,
  options: HarnessOptions & { readonly theme?: ThemeName } = {},
): Promise<PageHarness> {
  const script = `(() => { ${await hostScript()}; return fakeInspector.makeHost(${JSON.stringify(scene)}, (...call) => tell(...call)); })()`;
  return openPageHarness("inspector", script, options.theme ?? "dark", options);
}

let script: Promise<string> | undefined;

function hostScript(): Promise<string> {
  script ??= build({
    entryPoints: [join(import.meta.dirname, "inspectorHost.ts")],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "fakeInspector",
    target: "es2022",
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? "");
  return script;
}
