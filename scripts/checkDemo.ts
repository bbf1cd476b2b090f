import { chromium } from "playwright-core";
import { chromiumFlags, provideChromium } from "./provideChromium.ts";

/** Opens the workbench in a headless browser and waits until the extension's tree shows these rows. */
export async function checkDemo(url: string, rows: readonly string[]): Promise<void> {
  const browser = await chromium.launch({ executablePath: await provideChromium(), args: [...chromiumFlags] });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(60_000);
    await page.goto(url);
    await page.locator('.activitybar a[aria-label^="MQ Workbench"]').first().click();
    for (const name of rows)
      await page.locator(".sidebar .monaco-list-row .label-name", { hasText: exactly(name) }).waitFor();
  } finally {
    await browser.close();
  }
}

function exactly(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}
