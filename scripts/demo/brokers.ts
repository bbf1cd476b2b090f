import { activemqDemo, artemisDemo } from "./activemq.ts";
import { kafkaDemo } from "./kafka.ts";
import { rabbitmqDemo } from "./rabbitmq.ts";
import { redisDemo } from "./redis.ts";

/** A broker that `npm start` can bring up. */
export interface DemoBroker {
  /** What is typed: `npm start -- redis`. Also the name of its folder. */
  readonly word: string;
  /** "RabbitMQ" */
  readonly product: string;
  /** Sees to it that it can be started. Rejects with what to do. */
  provide(): Promise<unknown>;
  /** Starts it with its data in `dir`, on its usual demo ports where they are free. */
  start(dir: string): Promise<DemoServer>;
}

/** A broker of the demo that runs. */
export interface DemoServer {
  /** Fills it with the shop, in place of one that is there by half. Resolves with the number of messages. */
  seed(): Promise<number>;
  /** One line for the person: where it is, user and password. */
  readonly says: string;
  /** An entry of the setting `mq.connections`. No password: that is in the environment. */
  readonly connection: Readonly<Record<string, unknown>> & { readonly name: string };
  /** Given to VS Code: what the entry refers to. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** All of them; the first one is what `npm start` brings up without a word. */
export const demoBrokers: readonly DemoBroker[] = [rabbitmqDemo, kafkaDemo, redisDemo, activemqDemo, artemisDemo];

/** Those that are asked for by their words, `all` for all, the first for no word. @throws Error with the words there are */
export function chosenDemoBrokers(words: readonly string[]): readonly DemoBroker[] {
  if (words.includes("all")) return demoBrokers;
  const wrong = words.filter((word) => !demoBrokers.some((broker) => broker.word === word));
  if (wrong.length > 0) {
    const known = demoBrokers.map(({ word }) => word).join(", ");
    throw new Error(`There is no broker ${wrong.join(", ")}; there are: ${known}, all.`);
  }
  return words.length === 0 ? demoBrokers.slice(0, 1) : demoBrokers.filter(({ word }) => words.includes(word));
}
