/**
 * The benchmark: `node test/bench/main.ts [names…]` prints one JSON line per figure. Ours and the other run in turn, each
 * time in a process of its own; what is printed are medians.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Figure, median } from "./figure.ts";
import { activemqFigures } from "./activemqFigures.ts";
import { type BenchBroker, benchBrokers, type StartedBroker } from "./brokers.ts";
import { consumeLog, publishAwaited, publishConfirmed } from "./brokerFigures.ts";
import { kafkaConsume, kafkaPublish, kafkaTree } from "./kafkaFigures.ts";
import { logBytes, logInsert, logPause } from "./logFigures.ts";
import { treeFirst, treeRefresh, treeRefreshFew } from "./treeFigures.ts";
import { redisConsume, redisPublish, redisTree } from "./redisFigures.ts";
import { searchPath, searchRegex, searchText } from "./searchFigures.ts";
import {
  searchFirstShown,
  viewFrames,
  viewFramesWorst,
  viewLatency,
  viewLatencyWorst,
  viewRows,
} from "./pageFigures.ts";
import { startActivate, startBundle } from "./startFigures.ts";
import { viewBatch } from "./viewFigures.ts";

const figures: readonly Figure[] = [
  publishConfirmed,
  publishAwaited,
  consumeLog,
  kafkaPublish,
  kafkaConsume,
  kafkaTree,
  logInsert,
  logBytes,
  logPause,
  viewBatch,
  searchText,
  searchRegex,
  searchPath,
  treeFirst,
  treeRefresh,
  treeRefreshFew,
  viewLatency,
  viewLatencyWorst,
  viewFrames,
  viewFramesWorst,
  viewRows,
  searchFirstShown,
  startActivate,
  startBundle,
  ...activemqFigures("activemq"),
  ...activemqFigures("artemis"),
  redisPublish,
  redisConsume,
  redisTree,
];

const [flag, ...rest] = process.argv.slice(2);
if (flag === "--one") await one(rest);
else await all(flag === undefined ? [] : [flag, ...rest]);

type Environment = Readonly<Record<string, string>>;

async function one([name, side]: readonly string[]): Promise<void> {
  const figure = figures.find((each) => each.name === name);
  if (!figure || (side !== "ours" && side !== "other")) throw new Error(`No such figure: ${name} ${side}`);
  console.log(String(await figure[side]()));
}

async function all(names: readonly string[]): Promise<void> {
  for (const name of names)
    if (!figures.some((each) => each.name === name))
      throw new Error(`No figure is called "${name}". There are: ${figures.map((each) => each.name).join(", ")}`);
  const wanted = figures.filter(({ name }) => names.length === 0 || names.includes(name));
  const started = new Map<BenchBroker, StartedBroker>();
  try {
    for (const figure of wanted) {
      const { broker } = figure;
      if (broker !== undefined && !started.has(broker)) started.set(broker, await benchBrokers[broker]());
      const environment = (broker && started.get(broker)?.environment) ?? {};
      console.log(JSON.stringify(await measure(figure, environment)));
      // One at a time: an idle broker takes some of the processor too.
      if (broker !== undefined && !wanted.slice(wanted.indexOf(figure) + 1).some((later) => later.broker === broker)) {
        await started.get(broker)?.stop();
        started.delete(broker);
      }
    }
  } finally {
    for (const broker of started.values()) await broker.stop();
  }
}

async function measure({ name, unit, versus, rounds }: Figure, environment: Environment): Promise<object> {
  const ours: number[] = [];
  const others: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await inChild(name, "ours", environment));
    others.push(await inChild(name, "other", environment));
  }
  const value = median(ours);
  const other = median(others);
  return { bench: name, value: rounded(value), unit, versus, other: rounded(other), ratio: rounded(value / other) };
}

async function inChild(name: string, side: "ours" | "other", environment: Environment): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, "--one", name, side], {
    env: { ...process.env, ...environment },
  });
  return Number(stdout.trim().split("\n").at(-1));
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
