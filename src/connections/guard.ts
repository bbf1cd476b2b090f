/** What no session of a connection lets through: changes where it is read-only, dangers in production without consent. */
import { t } from "@vscode/l10n";
import type {
  ActVerb,
  Consent,
  Done,
  Draft,
  Effect,
  ListOptions,
  Node,
  Page,
  Receipt,
  Session,
  SessionInfo,
  Subscription,
  Verb,
  WatchOptions,
} from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import type { Event } from "../broker/event.ts";
import type { Form, Values } from "../broker/form.ts";
import { GuardedSubscription } from "./guardedSubscription.ts";
import { checkTexts } from "./checkTexts.ts";
import { harmless, isAllowed, isLastLook, refusalOf, wantsTyping } from "./guardRules.ts";
import type { Looks } from "./looks.ts";
import { readOnlySentence } from "./readOnly.ts";
import type { GuardRules } from "./readOnly.ts";

/**
 * A session as everybody gets it: a command, a panel, another extension. It goes by the rules as they are at the moment
 * of each call, and trusts no node for what it says about itself.
 */
export class GuardedSession implements Session {
  readonly onDidClose: Event<BrokerError | undefined>;
  readonly onDidBlock: Event<string | undefined>;
  readonly #inner: Session;
  readonly #rules: () => GuardRules;
  readonly #looks: Looks;
  /** Those that take messages away from others. */
  readonly #consumers = new Set<GuardedSubscription>();

  constructor(inner: Session, rules: () => GuardRules, looks: Looks) {
    this.#inner = inner;
    this.#rules = rules;
    this.#looks = looks;
    this.onDidClose = inner.onDidClose;
    this.onDidBlock = inner.onDidBlock;
  }

  get info(): SessionInfo {
    return this.#inner.info;
  }

  async list(parent: Node | undefined, options?: ListOptions): Promise<Page<Node>> {
    const page = await this.#inner.list(parent && whole(parent), options);
    return { ...page, items: page.items.map((node) => this.#handedOut(node)) };
  }

  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    return (await this.#inner.refresh(nodes.map(whole))).map((node) => this.#handedOut(node));
  }

  forms(node: Node, verb: Verb): Promise<readonly Form[]> {
    return this.#inner.forms(whole(node), verb);
  }

  async effects(node: Node, verb: Verb, values?: Values): Promise<readonly Effect[]> {
    return this.#inner.effects(whole(node), verb, values, this.#looks.seen(node));
  }

  async act(node: Node, verb: ActVerb, form: string, values: Values, consent?: Consent): Promise<Done> {
    this.#checkChange(verb);
    if (this.#isProduction && !harmless.has(verb)) {
      checkTyped(node, await this.effects(node, verb, values), consent, this.#rules());
      // The rules may have changed while the effects were asked for.
      this.#checkChange(verb);
    }
    const done = await this.#inner.act(whole(node), verb, form, values);
    if (verb === "delete" || verb === "purge") this.#looks.forget(node);
    return done.node ? { ...done, node: this.#handedOut(done.node) } : done;
  }

  async publish(to: Node, draft: Draft): Promise<Receipt> {
    this.#checkChange("publish");
    checkTexts(draft);
    return this.#inner.publish(whole(to), draft);
  }

  originOf(seenIn: Node, origin: string | undefined): Node | undefined {
    const node = this.#inner.originOf?.(whole(seenIn), origin);
    return node && this.#handedOut(node);
  }

  async watch(node: Node, { consent, ...options }: WatchOptions): Promise<Subscription> {
    const { mode, values } = options;
    if (mode === "consume") this.#checkChange(mode);
    // What is remembered of a node may be out of date: one of the same name may be of another kind by now.
    const now = this.#rules().readOnly ? await this.#current(node) : whole(node);
    if (mode === "browse") this.#checkBrowse(now);
    // Only where something may follow from them: they cost the broker a question.
    const isTap = mode === "tap";
    const mayRefuse = isTap ? this.#rules().readOnly : mode === "browse" || this.#looks.seen(node);
    const effects = this.#isProduction || mayRefuse ? await this.effects(now, mode, values) : [];
    if (isTap) this.#checkTap(effects);
    checkTyped(node, effects, consent, this.#rules());
    checkLastLooks(node, effects, consent);
    const counted = mode === "browse" && effects.some(({ left }) => left !== undefined);
    const [counts] = counted ? await this.#inner.refresh([now]) : [];
    const inner = await this.#inner.watch(now, options);
    const subscription = new GuardedSubscription(inner, node, {
      rules: this.#rules,
      ...(isTap ? {} : { look: this.#looks.begin(node, counted, counts?.counts?.ready) }),
      closed: () => this.#consumers.delete(subscription),
    });
    if (mode === "consume") this.#consumers.add(subscription);
    await this.rulesChanged();
    return subscription;
  }

  /** Gives back what consumers hold if they may no longer take messages away. */
  async rulesChanged(): Promise<void> {
    if (!this.#rules().readOnly) return;
    await Promise.all([...this.#consumers].map((each) => each.refuse()));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  get #isProduction(): boolean {
    return this.#rules().environment === "production";
  }

  #checkChange(verb: Verb): void {
    const refusal = refusalOf(verb, this.#rules());
    if (refusal) throw refusal;
  }

  #checkBrowse(node: Node): void {
    const rules = this.#rules();
    if (!rules.readOnly || node.traceless) return;
    throw new BrokerError(
      "denied",
      t("Browsing “{name}” leaves traces: its messages are taken out for a moment and put back. {why}", {
        name: node.name,
        why: readOnlySentence(rules),
      }),
    );
  }

  #checkTap(effects: readonly Effect[]): void {
    const rules = this.#rules();
    const danger = effects.find(({ severity }) => severity === "danger");
    if (!rules.readOnly || !danger) return;
    throw new BrokerError("denied", t("{effect} {why}", { effect: danger.sentence, why: readOnlySentence(rules) }));
  }

  /** As the broker has it. @throws BrokerError `missing` */
  async #current(node: Node): Promise<Node> {
    const [now] = await this.#inner.refresh([whole(node)]);
    if (now) return now;
    throw new BrokerError("missing", t("“{name}” is gone. Refresh the tree.", { name: node.name }));
  }

  /** Without the verbs that would be refused. */
  #handedOut(node: Node): Node {
    const rules = this.#rules();
    if (!rules.readOnly) return node;
    const refused = node.verbs.filter((verb) => !isAllowed(verb, node));
    if (refused.length === 0) return node;
    return { ...node, verbs: node.verbs.filter((verb) => !refused.includes(verb)), refused };
  }
}

/** The node as its driver handed it out. */
function whole({ refused, ...node }: Node): Node {
  return refused ? { ...node, verbs: [...node.verbs, ...refused] } : node;
}

function checkTyped(node: Node, effects: readonly Effect[], consent: Consent | undefined, rules: GuardRules): void {
  const danger = effects.find(({ severity }) => severity === "danger");
  if (!danger || !wantsTyping(rules, effects) || consent?.typed === node.name) return;
  throw new BrokerError(
    "denied",
    t("“{connection}” is production: the name “{name}” has to be typed before this. {effect}", {
      connection: rules.connection,
      name: node.name,
      effect: danger.sentence,
    }),
  );
}

function checkLastLooks(node: Node, effects: readonly Effect[], consent: Consent | undefined): void {
  if (consent || !isLastLook(effects)) return;
  throw new BrokerError(
    "denied",
    t("“{name}” has few looks left before a message is lost: this has to be agreed to. {effect}", {
      name: node.name,
      effect: effects.find(({ left }) => left !== undefined)?.sentence ?? "",
    }),
  );
}
