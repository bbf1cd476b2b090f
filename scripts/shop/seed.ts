import { connect } from "amqplib";
import type { ChannelModel } from "amqplib";
import { shopMessages, turnedDown } from "./messages.ts";
import { declareShop, removeShop } from "./topology.ts";

/** Fills a broker with a small shop, in place of one that is there already. Resolves with the number of messages published. */
export async function seedShop(uri: string): Promise<number> {
  const connection = await connect(uri, { noDelay: true });
  const broken = new Promise<never>((_, fail) => connection.once("error", fail));
  try {
    return await Promise.race([broken, fill(connection)]);
  } finally {
    await connection.close().catch(() => undefined);
  }
}

async function fill(connection: ChannelModel): Promise<number> {
  const channel = await connection.createConfirmChannel();
  await removeShop(channel);
  await declareShop(channel);
  let count = 0;
  for (const { exchange, key, body, options } of shopMessages()) {
    channel.publish(exchange, key, body, options);
    count += 1;
  }
  await channel.waitForConfirms();
  for (let at = 0; at < turnedDown; at++) {
    const order = await channel.get("orders");
    if (order) channel.nack(order, false, false);
  }
  await channel.close();
  return count;
}
