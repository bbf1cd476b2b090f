import { t } from "@vscode/l10n";
import type { Fact, Node, Subscription, WatchOptions } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { textOf, type Values } from "../../broker/form.ts";
import type { Cluster } from "./cluster.ts";
import { GroupConsumer } from "./groupConsumer.ts";
import { LogSubscription } from "./logSubscription.ts";
import { parseNodeId } from "./nodeId.ts";
import { offsetsOfTopic, type Offsets } from "./offsets.ts";
import type { Place } from "./reader.ts";

/** One that can be told that its session is lost. */
export interface KafkaSubscription extends Subscription {
  fail(error: BrokerError): void;
}

/** Where a browse begins. */
export const browseStarts = ["last", "beginning", "offset", "time"] as const;

/**
 * Attaches a temporary consumer.
 * @throws BrokerError
 */
export async function watch(cluster: Cluster, node: Node, options: WatchOptions): Promise<KafkaSubscription> {
  const { mode, values = {}, untilEmpty = false } = options;
  const ref = parseNodeId(node.id);
  if (!node.verbs.includes(mode) || (ref?.kind !== "topic" && ref?.kind !== "partition"))
    throw new BrokerError("unsupported", t("“{name}” cannot be watched in this way.", { name: node.name }));
  const window = Math.max(1, Math.trunc(options.window));
  const { topic } = ref;
  const only = ref.kind === "partition" ? [ref.partition] : partitionsOf(values);
  switch (mode) {
    case "tap": {
      const ends = await offsetsOfTopic(cluster, topic, "latest", only);
      const places = [...ends].map(([partition, next]) => ({ partition, next }));
      return new LogSubscription(cluster, topic, {
        window,
        places,
        facts: [{ label: t("From"), value: placesText(places) }],
      });
    }
    case "browse":
      return browse(cluster, topic, only, window, values);
    case "consume": {
      const from = textOf(values, "from") || "beginning";
      if (from !== "beginning" && from !== "now")
        throw invalid("from", t("“{text}” is no place to begin: beginning or now.", { text: from }));
      return GroupConsumer.open(cluster, {
        topic,
        window,
        from: from === "now" ? "latest" : "earliest",
        untilEmpty,
      });
    }
    default:
      return mode satisfies never;
  }
}

const defaultLimit = 100;
const largestLimit = 1_000_000;

async function browse(
  cluster: Cluster,
  topic: string,
  only: readonly number[] | undefined,
  window: number,
  values: Values,
): Promise<KafkaSubscription> {
  const limit = limitOf(textOf(values, "limit"));
  const [begins, ends] = await Promise.all([
    offsetsOfTopic(cluster, topic, "earliest", only),
    offsetsOfTopic(cluster, topic, "latest", only, "committed"),
  ]);
  const starts = await startsOf(cluster, topic, only, values, { begins, ends, limit });
  const places = [...ends].map(([partition, end]): Place => ({ partition, next: starts.get(partition) ?? end, end }));
  const left = places.reduce((sum, { next, end = next }) => sum + (end > next ? end - next : 0n), 0n);
  const facts: readonly Fact[] = [
    { label: t("From"), value: placesText(places) },
    { label: t("Offsets up to the end"), value: left.toLocaleString("en") },
  ];
  return new LogSubscription(cluster, topic, { window, places, facts, limit });
}

interface Bounds {
  readonly begins: Offsets;
  readonly ends: Offsets;
  readonly limit: number;
}

async function startsOf(
  cluster: Cluster,
  topic: string,
  only: readonly number[] | undefined,
  values: Values,
  bounds: Bounds,
): Promise<Offsets> {
  const { begins } = bounds;
  const start = textOf(values, "start") || "beginning";
  switch (start) {
    case "beginning":
      return begins;
    case "last":
      return lastOf(bounds);
    case "offset":
      return fromOffset(topic, only, textOf(values, "offset"), bounds);
    case "time": {
      const found = await offsetsOfTopic(cluster, topic, timeOf(textOf(values, "time")), only);
      // Nothing since then: -1.
      return new Map(
        [...bounds.ends].map(([partition, end]) => {
          const offset = found.get(partition) ?? -1n;
          return [partition, offset < 0n ? end : offset];
        }),
      );
    }
    default:
      throw invalid("start", t("“{text}” is no place to begin: {all}.", { text: start, all: browseStarts.join(", ") }));
  }
}

/** The last ones, shared out evenly; what one partition does not have, the others give. */
function lastOf({ begins, ends, limit }: Bounds): Offsets {
  const counts = [...ends].map(([partition, end]) => ({ partition, end, count: end - (begins.get(partition) ?? end) }));
  counts.sort((one, other) => (one.count < other.count ? -1 : one.count > other.count ? 1 : 0));
  let left = BigInt(limit);
  const starts = new Map<number, bigint>();
  for (const [index, { partition, end, count }] of counts.entries()) {
    const sharers = BigInt(counts.length - index);
    const share = (left + sharers - 1n) / sharers;
    const taken = count < share ? count : share;
    left -= taken;
    starts.set(partition, end - taken);
  }
  return starts;
}

function fromOffset(
  topic: string,
  only: readonly number[] | undefined,
  text: string,
  { begins, ends }: Bounds,
): Offsets {
  if (!/^\d{1,19}$/.test(text)) throw invalid("offset", t("An offset is a whole number, such as 1200."));
  const offset = BigInt(text);
  const starts = new Map<number, bigint>();
  for (const [partition, end] of ends) {
    const begin = begins.get(partition) ?? 0n;
    if (only?.length === 1 && (offset < begin || offset > end)) {
      throw invalid(
        "offset",
        begin === end
          ? t("Partition {partition} of “{topic}” holds nothing; the next offset is {end}.", {
              partition,
              topic,
              end: String(end),
            })
          : t("Partition {partition} of “{topic}” holds the offsets {begin} to {last}: {offset} is out of range.", {
              partition,
              topic,
              begin: String(begin),
              last: String(end - 1n),
              offset: text,
            }),
      );
    }
    starts.set(partition, offset < begin ? begin : offset > end ? end : offset);
  }
  return starts;
}

/** Milliseconds since 1970: a date, a number of milliseconds, or a span such as 30m before now. */
export function timeOf(text: string): bigint {
  const span = /^(\d{1,6})([smhd])$/.exec(text);
  if (span) {
    const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[span[2] ?? "s"] ?? 1000;
    return BigInt(Math.max(0, Date.now() - Number(span[1]) * unit));
  }
  if (/^\d{12,15}$/.test(text)) return BigInt(text);
  const time = /^\d{4}-/.test(text) ? Date.parse(text) : NaN;
  if (time >= 0) return BigInt(time);
  throw invalid(
    "time",
    t("“{text}” is no time. Write 2026-01-31T12:00:00Z, milliseconds since 1970, or a span such as 30m.", { text }),
  );
}

/** undefined = all. @throws BrokerError `invalid` */
export function partitionsOf(values: Values): readonly number[] | undefined {
  const text = textOf(values, "partition");
  if (text === "") return undefined;
  if (!/^\d{1,9}$/.test(text)) throw invalid("partition", t("A partition is a whole number, counted from 0."));
  return [Number(text)];
}

function limitOf(text: string): number {
  if (text === "") return defaultLimit;
  const limit = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= largestLimit) return limit;
  throw invalid("limit", t("The number of messages has to be from 1 to {max}.", { max: largestLimit }));
}

function placesText(places: readonly Place[]): string {
  const shown = places.slice(0, 6).map(({ partition, next }) => `${partition}:${next}`);
  return shown.join(", ") + (places.length > shown.length ? " …" : "");
}

function invalid(field: string, sentence: string): BrokerError {
  return new BrokerError("invalid", sentence, { field });
}
