import { t } from "@vscode/l10n";
import type { Address, Check, Driver, Session, Target } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { textOf, type Values } from "../../broker/form.ts";
import { MemoryBroker } from "./memoryBroker.ts";
import { MemorySession } from "./session.ts";

export type { MemoryBroker } from "./memoryBroker.ts";

export interface MemoryDriverOptions {
  /** Nodes on one page of a list. */
  readonly pageSize?: number;
}

export interface MemoryDriver extends Driver {
  /** The broker behind `memory://name`, made when first asked for: to look into it and to make things go wrong. */
  broker(name: string): MemoryBroker;
}

/**
 * A driver whose brokers live in this process, one for each `memory://name`: the reference of the conformance suite and
 * the double of unit tests. Never offered to users. The host name `nowhere` cannot be reached; a password `wrong` is refused.
 */
export function createMemoryDriver(options: MemoryDriverOptions = {}): MemoryDriver {
  const brokers = new Map<string, MemoryBroker>();
  const broker = (name: string): MemoryBroker => {
    let found = brokers.get(name);
    if (!found) brokers.set(name, (found = new MemoryBroker()));
    return found;
  };
  const open = (target: Target): MemoryBroker => {
    const { name } = parse(target.uri);
    if (name === "nowhere")
      throw new BrokerError("unreachable", t("Cannot reach {address}. Is the broker running?", { address: name }));
    if (target.password === "wrong")
      throw new BrokerError("refused", t("The broker refused the user name or the password."));
    return broker(name);
  };
  return {
    label: "Memory",
    addressFields: [{ name: "name", label: t("Name"), type: "text", required: true }],
    broker,
    parse,
    compose: (values: Values) => parse(`memory://${textOf(values, "name")}`).uri,
    decompose: (uri) => ({ name: parse(uri).name }),
    async check(target: Target): Promise<readonly Check[]> {
      try {
        open(target);
        return [{ name: "Memory", ok: true, sentence: t("The broker answers.") }];
      } catch (error) {
        return [{ name: "Memory", ok: false, sentence: error instanceof Error ? error.message : String(error) }];
      }
    },
    async connect(target: Target, signal: AbortSignal): Promise<Session> {
      signal.throwIfAborted();
      return new MemorySession(open(target), options.pageSize ?? 100);
    },
  };
}

function parse(uri: string): Address {
  const match = /^memory:\/\/(?:[^:@/]*(?::([^@/]*))?@)?([\w.-]+)\/?$/.exec(uri.trim());
  const name = match?.[2];
  if (name === undefined)
    throw new BrokerError("invalid", t("A memory address looks like memory://name."), { field: "uri" });
  const password = match?.[1];
  return {
    uri: `memory://${name}`,
    ...(password === undefined ? {} : { password: decodeURIComponent(password) }),
    name,
    secure: false,
    loopback: true,
  };
}
