import { t } from "@vscode/l10n";
import type { Check, Driver, Target } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { Cluster } from "./cluster.ts";
import { toEndpoint } from "./connect.ts";
import { openSession } from "./session.ts";
import { addressFields, composeUri, decomposeUri, toAddress } from "./uri.ts";
import { formatHost } from "../shared/uriParts.ts";

/** Apache Kafka, and what else speaks its protocol. */
export const driver: Driver = {
  label: "Apache Kafka",
  get addressFields() {
    return addressFields();
  },
  parse: toAddress,
  compose: composeUri,
  decompose: decomposeUri,
  connect: openSession,

  async check(target: Target, signal: AbortSignal): Promise<readonly Check[]> {
    return [await checkCluster(target, signal)];
  },
};

async function checkCluster(target: Target, signal: AbortSignal): Promise<Check> {
  const name = "Kafka";
  try {
    const endpoint = await toEndpoint(target);
    const cluster = await Cluster.connect(endpoint, signal);
    const { brokers } = cluster;
    const user = endpoint.uri.user;
    await cluster.close();
    const addresses = brokers.map((broker) => formatHost(broker)).join(", ");
    return {
      name,
      ok: true,
      sentence:
        user === undefined
          ? t("The cluster answers. Its brokers: {addresses}.", { addresses })
          : t("The cluster lets “{user}” in. Its brokers: {addresses}.", { addresses, user }),
    };
  } catch (error) {
    const isTls = error instanceof BrokerError && error.field === "tls";
    return { name: isTls ? "TLS" : name, ok: false, sentence: sentenceOf(error) };
  }
}
