/** A driver whose answers a test decides, for what stands above drivers. */
import type {
  ActVerb,
  Address,
  Check,
  Done,
  Draft,
  Driver,
  Effect,
  Node,
  Page,
  Receipt,
  Seen,
  Session,
  SessionInfo,
  Subscription,
  Target,
  Verb,
  WatchOptions,
} from "../../src/broker/contract.ts";
import { BrokerError } from "../../src/broker/errors.ts";
import { Emitter } from "../../src/broker/event.ts";
import { textOf } from "../../src/broker/form.ts";
import type { Field, Form, Values } from "../../src/broker/form.ts";

/** Addresses look like `fake://user:password@host:port/vhost`. The management URL is `http://host:15672`. */
export class FakeDriver implements Driver {
  readonly label = "Fake";
  readonly adminLabel = "Management URL";
  readonly addressFields: readonly Field[] = [
    { name: "host", label: "Host", type: "text", required: true, default: "localhost" },
    { name: "port", label: "Port", type: "number", scalar: "uint16" },
    { name: "secure", label: "Use TLS", type: "boolean", default: false },
    { name: "user", label: "User", type: "text" },
    { name: "options", label: "Options", type: "text", group: "advanced" },
  ];
  /** What was asked to connect to, in order. */
  readonly targets: Target[] = [];
  readonly checked: Target[] = [];
  readonly sessions: FakeSession[] = [];
  /** What the next attempts throw, in order; undefined = it works. */
  readonly failures: (Error | undefined)[] = [];
  /** What the next checks find, in order; then all is well. */
  readonly findings: (readonly Check[])[] = [];
  /** While set, attempts wait for it. */
  gate: Promise<void> | undefined;
  /** Whether an attempt goes on although it was aborted. */
  deaf = false;

  parse(uri: string): Address {
    if (!URL.canParse(uri) || !/^fakes?:/.test(uri)) throw new BrokerError("invalid", "That is no address.");
    const url = new URL(uri);
    if (url.hostname === "") throw new BrokerError("invalid", "The address names no host.");
    const password = decodeURIComponent(url.password);
    url.password = "";
    return {
      uri: url.href,
      ...(password && { password }),
      name: url.hostname,
      admin: `http://${url.hostname}:15672`,
      secure: url.protocol === "fakes:",
      loopback: url.hostname === "localhost",
    };
  }

  compose(values: Values): string {
    const [host, port, user] = ["host", "port", "user"].map((name) => textOf(values, name));
    return `fake${values["secure"] === true ? "s" : ""}://${user ? `${user}@` : ""}${host}${port ? `:${port}` : ""}`;
  }

  decompose(uri: string): Values {
    const url = new URL(uri);
    return { host: url.hostname, port: url.port, secure: url.protocol === "fakes:", user: url.username };
  }

  async check(target: Target): Promise<readonly Check[]> {
    this.checked.push(target);
    return (
      this.findings.shift() ?? [
        { name: "AMQP", ok: true, sentence: "Fake 1.0 answers." },
        { name: "Management API", ok: true, sentence: "It answers." },
      ]
    );
  }

  async connect(target: Target, signal: AbortSignal): Promise<Session> {
    this.targets.push(target);
    const failure = this.failures.shift();
    await this.gate;
    if (!this.deaf) signal.throwIfAborted();
    if (failure) throw failure;
    const session = new FakeSession();
    this.sessions.push(session);
    return session;
  }
}

/** What was acted on. */
export interface Acted {
  readonly node: string;
  readonly verb: ActVerb;
  readonly form: string;
  readonly values: Values;
}

export class FakeSession implements Session {
  readonly info: SessionInfo = { product: "Fake", version: "1.0", limits: [] };
  readonly #closed = new Emitter<BrokerError | undefined>();
  readonly onDidClose = this.#closed.event;
  readonly onDidBlock = new Emitter<string | undefined>().event;
  readonly acted: Acted[] = [];
  readonly published: Draft[] = [];
  /** By verb. */
  readonly formsOf: { [verb in Verb]?: readonly Form[] } = {};
  readonly effectsOf: { [verb in Verb]?: readonly Effect[] } = {};
  /** What was known from earlier looks, each time the effects were asked for. */
  readonly seen: (Seen | undefined)[] = [];
  nodes: readonly Node[] = [];
  /** What the next act throws. */
  failure: Error | undefined;
  open = true;

  lose(error: BrokerError): void {
    this.open = false;
    this.#closed.fire(error);
  }

  async list(): Promise<Page<Node>> {
    return { items: this.nodes };
  }

  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    return nodes;
  }

  async forms(_: Node, verb: Verb): Promise<readonly Form[]> {
    return this.formsOf[verb] ?? [];
  }

  async effects(_: Node, verb: Verb, values?: Values, seen?: Seen): Promise<readonly Effect[]> {
    this.seen.push(seen);
    const effects = this.effectsOf[verb] ?? [];
    return values ? [...effects, { severity: "info", sentence: `With ${JSON.stringify(values)}.` }] : effects;
  }

  async act(node: Node, verb: ActVerb, form: string, values: Values): Promise<Done> {
    const failure = this.failure;
    this.failure = undefined;
    if (failure) throw failure;
    this.acted.push({ node: node.id, verb, form, values });
    const name = textOf(values, "name") || node.name;
    return { sentence: `${verb} ${name}: done.`, node: { ...node, name } };
  }

  async publish(_: Node, draft: Draft): Promise<Receipt> {
    this.published.push(draft);
    return { outcome: "routed", persisted: true };
  }

  async watch(_: Node, options: WatchOptions): Promise<Subscription> {
    return {
      outcomes: ["ack"],
      window: options.window,
      dropped: 0,
      facts: [],
      settle: async () => [],
      setWindow: async () => undefined,
      close: async () => undefined,
      async *[Symbol.asyncIterator]() {
        // Nothing comes.
      },
    };
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    this.#closed.fire(undefined);
  }
}
