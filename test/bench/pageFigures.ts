/** In VS Code: its extension host, and the inspector's real page. */
import type { Frame } from "playwright-core";
import { connect } from "amqplib";
import { type Figure, median } from "./figure.ts";
import { million } from "./messages.ts";
import { openSceneWindow, type SceneWindow } from "./sceneWindow.ts";

const samples = 100;
const streamSeconds = 10;

/** @param part 0.5 = the median */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}

export const viewLatency: Figure = latency("view.latency", (times) => median(times));
export const viewLatencyWorst: Figure = latency("view.latency.p99", (times) => quantile(times, 0.99));

function latency(name: string, of: (times: readonly number[]) => number): Figure {
  return {
    name,
    unit: "ms",
    versus: "bare amqplib, from publish to the consumer's callback",
    rounds: 1,
    broker: "rabbitmq",
    ours: () =>
      inWindow(async (window) => {
        const address = new URLSearchParams({ uri: setting("MQ_BENCH_URI"), admin: setting("MQ_BENCH_ADMIN") });
        await window.ask(`/open?messages=100000&${address.toString()}`);
        const frame = await window.inspector();
        const times: number[] = [];
        for (let at = 0; at < samples; at++) {
          const id = `sample-${at}-`;
          const shown = inPage<number>(frame, waitForText, id);
          const { confirmed } = (await window.ask(`/publish?id=${id}`)) as { readonly confirmed: number };
          times.push((await shown) - confirmed);
          // Idle again: what was told a moment ago does not delay what comes next.
          await new Promise((resolve) => setTimeout(resolve, 150));
        }
        return of(times);
      }),
    other: async () => {
      const connection = await connect(setting("MQ_BENCH_URI"), { noDelay: true });
      const channel = await connection.createConfirmChannel();
      const { queue } = await channel.assertQueue("", { exclusive: true });
      let arrived = (): void => undefined;
      await channel.consume(queue, () => arrived(), { noAck: true });
      const times: number[] = [];
      for (let at = 0; at < samples; at++) {
        const start = performance.now();
        await new Promise<void>((resolve) => {
          arrived = resolve;
          channel.sendToQueue(queue, Buffer.from("{}"));
        });
        times.push(performance.now() - start);
      }
      await connection.close();
      return of(times);
    },
  };
}

export const viewFrames: Figure = frames("view.frames", (times) => quantile(times, 0.95));
export const viewFramesWorst: Figure = frames("view.frames.longest", (times) => Math.max(...times));

function frames(name: string, of: (times: readonly number[]) => number): Figure {
  return {
    name,
    unit: "ms",
    versus: "the same page while nothing arrives and nothing is scrolled",
    rounds: 1,
    ours: () =>
      inWindow(async (window) => {
        await window.ask("/open?messages=100000");
        await window.ask("/fill?count=20000");
        const frame = await window.inspector();
        await rowsShown(frame, 20_000);
        const streaming = window.ask(`/stream?perSecond=20000&seconds=${streamSeconds}`);
        const times = await inPage<number[]>(frame, frameTimes, {
          seconds: streamSeconds - 1,
          scroll: true,
        });
        await streaming;
        return of(times);
      }),
    other: () =>
      inWindow(async (window) => {
        await window.ask("/open?messages=100000");
        const frame = await window.inspector();
        return of(await inPage<number[]>(frame, frameTimes, { seconds: 4, scroll: false }));
      }),
  };
}

export const viewRows: Figure = {
  name: "view.rows",
  unit: "rows",
  versus: "messages kept",
  rounds: 1,
  ours: () =>
    withMillion(async (_, frame) => {
      let most = 0;
      for (const part of [0, 0.3, 0.77, 1]) {
        most = Math.max(most, await inPage<number>(frame, rowsAt, part));
      }
      return most;
    }),
  other: () => million,
};

export const searchFirstShown: Figure = {
  name: "search.first",
  unit: "ms",
  versus: "the same with 1,000 kept",
  rounds: 1,
  ours: () => withMillion((window, frame) => firstShown(window, frame)),
  other: () =>
    inWindow(async (window) => {
      await window.ask("/open?messages=1000000");
      await window.ask("/fill?count=1000");
      const frame = await window.inspector();
      await rowsShown(frame, 1000);
      return firstShown(window, frame);
    }),
};

async function firstShown(window: SceneWindow, frame: Frame): Promise<number> {
  const times: number[] = [];
  const box = frame.locator("#filter");
  for (let at = 0; at < 7; at++) {
    await box.click();
    const shown = inPage<number>(frame, waitForMatches, "needle");
    await window.page.keyboard.insertText("needle");
    times.push(await shown);
    await window.page.keyboard.press("Control+a");
    await window.page.keyboard.press("Delete");
    await frame.locator('[role="row"]').filter({ hasText: "hay" }).first().waitFor();
  }
  return median(times);
}

async function withMillion(work: (window: SceneWindow, frame: Frame) => Promise<number>): Promise<number> {
  return inWindow(async (window) => {
    await window.ask(`/open?messages=${million}`);
    await window.ask(`/fill?count=${million}`);
    const frame = await window.inspector();
    await rowsShown(frame, million);
    return work(window, frame);
  });
}

async function inWindow(work: (window: SceneWindow) => Promise<number>): Promise<number> {
  const window = await openSceneWindow();
  try {
    return await work(window);
  } finally {
    await window.close();
  }
}

async function rowsShown(frame: Frame, count: number): Promise<void> {
  // The head is a row too.
  await frame.locator(`[role="grid"][aria-rowcount="${count + 1}"]`).waitFor({ timeout: 120_000 });
}

/** @param source a function that runs in the page, as text */
function inPage<T>(frame: Frame, source: string, argument: unknown): Promise<T> {
  return frame.evaluate<T>(`(${source})(${JSON.stringify(argument)})`);
}

const waitForText = `(text) => new Promise((resolve) => {
  const look = () => {
    const rows = [...document.querySelectorAll('[role="row"]')];
    if (rows.some((row) => row.textContent.includes(text))) resolve(performance.timeOrigin + performance.now());
    else requestAnimationFrame(look);
  };
  look();
})`;

const waitForMatches = `(text) => new Promise((resolve) => {
  let start;
  document.addEventListener("input", () => { start = performance.now(); }, { once: true, capture: true });
  const look = () => {
    const rows = [...document.querySelectorAll('[role="row"][data-index]')];
    const shown = rows.filter((row) => row.getAttribute("aria-busy") !== "true");
    if (start !== undefined && shown.length >= 10 && shown.every((row) => row.textContent.includes(text)))
      resolve(performance.now() - start);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;

const frameTimes = `({ seconds, scroll }) => new Promise((resolve) => {
  const grid = document.querySelector('[role="grid"]');
  const times = [];
  const end = performance.now() + seconds * 1000;
  let last, step = -240;
  const tick = (now) => {
    if (last !== undefined) times.push(now - last);
    last = now;
    if (scroll) {
      const before = grid.scrollTop;
      grid.scrollTop += step;
      if (grid.scrollTop === before) step = -step;
    }
    if (now < end) requestAnimationFrame(tick);
    else resolve(times);
  };
  requestAnimationFrame(tick);
})`;

const rowsAt = `(part) => new Promise((resolve) => {
  const grid = document.querySelector('[role="grid"]');
  grid.scrollTop = part * grid.scrollHeight;
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(document.querySelectorAll('[role="row"]').length)));
})`;

function setting(name: "MQ_BENCH_URI" | "MQ_BENCH_ADMIN"): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
