import { t } from "@vscode/l10n";
import type { Check, Driver, Target } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { openServers } from "./servers.ts";
import { describe, openSession } from "./session.ts";
import { addressFields, composeUri, decomposeUri, toAddress } from "./uri.ts";
import { toEndpoint } from "./wire.ts";

/** Redis, Valkey, and what else speaks their protocol. */
export const driver: Driver = {
  label: "Redis",
  get addressFields() {
    return addressFields();
  },
  parse: toAddress,
  compose: composeUri,
  decompose: decomposeUri,
  connect: openSession,

  async check(target: Target, signal: AbortSignal): Promise<readonly Check[]> {
    try {
      const servers = await openServers(await toEndpoint(target), signal);
      try {
        const { product, version = "" } = await describe(servers);
        const { address } = servers.first.place;
        const broker = `${product} ${version}`.trim();
        const masters = await servers.masters();
        const sentence =
          masters.length > 1
            ? t("{broker} at {address} lets us in, and so do all {count} masters of its cluster.", {
                broker,
                address,
                count: masters.length,
              })
            : t("{broker} at {address} lets us in.", { broker, address });
        return [{ name: "Redis", ok: true, sentence }];
      } finally {
        servers.close();
      }
    } catch (error) {
      const isTls = error instanceof BrokerError && error.field === "tls";
      return [{ name: isTls ? "TLS" : "Redis", ok: false, sentence: sentenceOf(error) }];
    }
  },
};
