import type { KillableBroker } from "./killableBroker.ts";
import { draft } from "../driver/conformanceSupport.ts";

/** Makes a place with this many messages, whose bodies are the ids. @returns the ids */
export async function filled(broker: KillableBroker, name: string, count: number): Promise<readonly string[]> {
  await broker.make(name);
  const session = await broker.driver.connect(broker.target, AbortSignal.timeout(20_000));
  try {
    const node = await broker.find(session, name);
    const ids = Array.from({ length: count }, (_, index) => `m-${String(index)}`);
    for (let sent = 0; sent < count; sent += 1000) {
      const receipts = await Promise.all(ids.slice(sent, sent + 1000).map((id) => session.publish(node, draft(id))));
      if (receipts.some(({ outcome }) => outcome !== "routed")) throw new Error("The queue could not be filled.");
    }
    return ids;
  } finally {
    await session.close();
  }
}
