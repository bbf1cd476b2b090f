import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { aptInstall, hasApt } from "./apt.ts";

/** The path of a Chromium or Chrome: `$CHROMIUM`, else installed, else Playwright's own, else by apt. Rejects with what to do. */
export async function provideChromium(): Promise<string> {
  const found = findChromium();
  if (found !== undefined) return found;
  // Ubuntu's package is a reference to a snap, which a build machine cannot start.
  if (hasApt())
    await aptInstall(["chromium", "fonts-liberation"]).catch((error: unknown) => console.error(String(error)));
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new Error(
    "No Chromium was found. Install Chromium or Google Chrome, or run: npx playwright-core install chromium. " +
      "One in another place is named by the environment variable CHROMIUM.",
  );
}

/** Flags for a headless run on a build machine. */
export const chromiumFlags: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

function findChromium(): string | undefined {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) throw new Error(`The environment variable CHROMIUM names ${named}, which does not exist.`);
    return named;
  }
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin"].filter((folder) => folder !== "");
  const candidates = [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    chromium.executablePath(),
  ];
  return candidates.find((file) => existsSync(file));
}
