/** The servers behind one address: one, the master that sentinels name, or the masters of a cluster. */
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { Emitter, type Event } from "../../broker/event.ts";
import { replyCode, translate } from "./failures.ts";
import { shownName, slotOf } from "./names.ts";
import { listFrom, numberFrom, textFrom, type Arg, type Reply } from "./reply.ts";
import { formatHost, type Host } from "../shared/uriParts.ts";
import { openWire, type Endpoint, type Wire, type WireOptions } from "./wire.ts";

/** A connection of its own for each job, because one that waits for messages answers nothing else. */
export type Role = "administration" | "publishing";

/** @throws BrokerError `unreachable`, `refused`; `closed` when aborted */
export async function openServers(endpoint: Endpoint, signal: AbortSignal): Promise<Servers> {
  const wire = await openFirst(endpoint, "administration", signal);
  const servers = new Servers(endpoint, wire);
  try {
    if (endpoint.uri.deployment === "cluster") await servers.learn(wire);
    return servers;
  } catch (error) {
    servers.close();
    throw error;
  }
}

/** Tries the hosts in their order; by sentinels, asks them for the master first. */
export async function openFirst(endpoint: Endpoint, role: string, signal: AbortSignal): Promise<Wire> {
  return firstOf(endpoint.uri.hosts, signal, async (host) => {
    if (endpoint.uri.deployment !== "sentinel") return openWire(host, endpoint, { role }, signal);
    const master = await askSentinel(host, endpoint, signal);
    const wire = await openWire(master, endpoint, { role }, signal);
    const [isNow] = listFrom(await wire.call(["ROLE"]).catch(() => ["master"]));
    if (textFrom(isNow) === "master") return wire;
    wire.close();
    throw new BrokerError(
      "unreachable",
      t("The sentinel at {sentinel} names {address} as the master, but that is none at the moment. Try again soon.", {
        sentinel: formatHost(host),
        address: formatHost(master),
      }),
    );
  });
}

/** Which server has which key, and a connection to each for each job. */
export class Servers {
  readonly endpoint: Endpoint;
  /** Fires once, when a connection for administration was lost. */
  readonly onDidClose: Event<BrokerError>;
  readonly #closing = new Emitter<BrokerError>();
  readonly #first: Wire;
  readonly #wires = new Map<string, Promise<Wire>>();
  readonly #stop = new AbortController();
  /** Of a cluster: the address of the master by slot. */
  #slots: (string | undefined)[] | undefined;
  #masters: readonly Host[];
  #learning: Promise<void> | undefined;

  constructor(endpoint: Endpoint, first: Wire) {
    this.endpoint = endpoint;
    this.#first = first;
    this.#masters = [first.host];
    this.onDidClose = this.#closing.event;
    this.#keep(`administration ${formatHost(first.host)}`, first);
  }

  get first(): Wire {
    return this.#first;
  }

  get isCluster(): boolean {
    return this.#slots !== undefined;
  }

  /** The masters of a cluster, or the one server, each with its connection. */
  async masters(role: Role = "administration"): Promise<readonly Wire[]> {
    return Promise.all(this.#masters.map((host) => this.#wire(role, host)));
  }

  /** The server that has this key. */
  async of(key: Buffer, role: Role = "administration"): Promise<Wire> {
    return this.#wire(role, this.#hostOf(key));
  }

  /** The open connection to the server that has this key, when there is one already. */
  readonly #ready = new Map<string, Wire>();

  /**
   * Carries out a command where its key is; follows a cluster that has moved it.
   * @throws BrokerError
   */
  async call(key: Buffer, args: readonly Arg[], role: Role = "administration"): Promise<Reply> {
    const host = this.#hostOf(key);
    const wire = this.#ready.get(`${role} ${formatHost(host)}`) ?? (await this.#wire(role, host));
    try {
      return await wire.raw(args);
    } catch (error) {
      const code = this.isCluster ? replyCode(error) : "";
      if (code === "MOVED" || code === "ASK") return this.#follow(error as Error, code, wire, args, role, key);
      throw translate(error, wire.place, shownName(key));
    }
  }

  /** A connection that is the caller's own, to the server that has this key; any server without one. */
  open(key: Buffer | undefined, options: WireOptions): Promise<Wire> {
    const host = key === undefined ? this.#first.host : this.#hostOf(key);
    return openWire(host, this.endpoint, options, this.#stop.signal);
  }

  /** Learns which master has which slots. @throws BrokerError */
  async learn(wire: Wire): Promise<void> {
    let reply: Reply;
    try {
      reply = await wire.raw(["CLUSTER", "SLOTS"]);
    } catch (error) {
      if (/cluster support disabled/i.test(error instanceof Error ? error.message : ""))
        throw new BrokerError(
          "unsupported",
          t("{address} is not a node of a cluster. Connect by redis:// instead.", { address: wire.place.address }),
          { cause: error },
        );
      throw translate(error, wire.place);
    }
    const slots: (string | undefined)[] = [];
    const masters = new Map<string, Host>();
    for (const range of listFrom(reply)) {
      const [from, to, master] = listFrom(range);
      const [name, port] = listFrom(master);
      const shown = textFrom(name);
      // A node that does not know its own name is where we asked.
      const host = { name: shown === "" || shown === "?" ? wire.host.name : shown, port: numberFrom(port) };
      masters.set(formatHost(host), host);
      for (let slot = numberFrom(from); slot <= numberFrom(to); slot++) slots[slot] = formatHost(host);
    }
    if (masters.size === 0)
      throw new BrokerError(
        "unreachable",
        t("The cluster at {address} has no slots.", { address: wire.place.address }),
      );
    this.#slots = slots;
    this.#masters = [...masters.values()];
  }

  /** Never rejects. */
  close(): void {
    this.#stop.abort();
    for (const opening of this.#wires.values()) {
      opening.then(
        (wire) => {
          wire.close();
        },
        () => undefined,
      );
    }
    this.#first.close();
    this.#wires.clear();
    this.#ready.clear();
  }

  /** MOVED and ASK: the command was not carried out, so it may be sent again where the answer points to. */
  async #follow(
    error: Error,
    code: "MOVED" | "ASK",
    from: Wire,
    args: readonly Arg[],
    role: Role,
    key: Buffer,
  ): Promise<Reply> {
    const [, target = ""] = /^(?:MOVED|ASK) \d+ (\S+)/.exec(error.message) ?? [];
    const colon = target.lastIndexOf(":");
    const name = target.slice(0, colon);
    const host = { name: name === "" || name === "?" ? from.host.name : name, port: Number(target.slice(colon + 1)) };
    if (code === "MOVED") {
      this.#learning ??= this.learn(from).finally(() => (this.#learning = undefined));
      await this.#learning;
    }
    const wire = await this.#wire(role, host);
    try {
      if (code === "ASK") {
        const [, reply] = await Promise.all([wire.raw(["ASKING"]), wire.raw(args)]);
        return reply;
      }
      return await wire.raw(args);
    } catch (again) {
      throw translate(again, wire.place, shownName(key));
    }
  }

  #hostOf(key: Buffer): Host {
    const [first] = this.#masters;
    if (!this.#slots) return first ?? this.#first.host;
    const address = this.#slots[slotOf(key)];
    const host = this.#masters.find((each) => formatHost(each) === address);
    if (!host) throw new BrokerError("unreachable", t("The cluster is down: not all of its slots are served."));
    return host;
  }

  #wire(role: Role, host: Host): Promise<Wire> {
    const name = `${role} ${formatHost(host)}`;
    const found = this.#wires.get(name);
    if (found) return found;
    const opening = openWire(host, this.endpoint, { role }, this.#stop.signal);
    this.#wires.set(name, opening);
    opening.then(
      (wire) => {
        this.#keep(name, wire);
      },
      () => {
        if (this.#wires.get(name) === opening) this.#wires.delete(name);
      },
    );
    return opening;
  }

  #keep(name: string, wire: Wire): void {
    this.#wires.set(name, Promise.resolve(wire));
    this.#ready.set(name, wire);
    wire.onDidClose((reason) => {
      if (this.#ready.get(name) !== wire) return;
      this.#wires.delete(name);
      this.#ready.delete(name);
      // A lost publishing connection fails what it carried, and the next message makes a new one.
      if (name.startsWith("administration ")) this.#closing.fire(reason);
    });
  }
}

async function askSentinel(host: Host, endpoint: Endpoint, signal: AbortSignal): Promise<Host> {
  const { master = "" } = endpoint.uri;
  const ask = async (bare: "anonymous" | "login"): Promise<Reply> => {
    const wire = await openWire(host, endpoint, { role: "sentinel", bare }, signal);
    try {
      return await wire.call(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", master]);
    } finally {
      wire.close();
    }
  };
  // Sentinels mostly have no password while the servers have one; where they have, it is the same.
  const reply = await ask("anonymous").catch((error: unknown) => {
    if (error instanceof BrokerError && error.kind === "refused" && endpoint.password !== undefined)
      return ask("login");
    throw error;
  });
  const [name, port] = listFrom(reply);
  if (name === undefined)
    throw new BrokerError(
      "refused",
      t("The sentinel at {address} knows no master “{master}”.", { address: formatHost(host), master }),
    );
  return { name: textFrom(name), port: numberFrom(port) };
}

/** The first host for which `work` succeeds. */
async function firstOf<T>(hosts: readonly Host[], signal: AbortSignal, work: (host: Host) => Promise<T>): Promise<T> {
  const failures: BrokerError[] = [];
  for (const host of hosts) {
    try {
      return await work(host);
    } catch (error) {
      if (signal.aborted || !(error instanceof BrokerError)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first && failures.length === 1) throw first;
  throw new BrokerError(
    failures.find(({ kind }) => kind === "refused")?.kind ?? "unreachable",
    t("None of the hosts can be used. {reasons}", { reasons: failures.map(sentenceOf).join(" ") }),
    { cause: failures },
  );
}
