/** The publish page: one draft, where it goes, what became of it, and what was sent before. */
import { render } from "lit";
import type {
  BodyFormat,
  DraftText,
  PublishHostCalls,
  PublishState,
  PublishViewCalls,
} from "../../src/protocol/publish.ts";
import { Peer, PeerError } from "../../src/protocol/peer.ts";
import { wearColour } from "../fields/connectionBadge.ts";
import { focusField } from "../fields/fieldView.ts";
import { startPage } from "../page.ts";
import { convertedBody, hexProblem } from "./bodyFormat.ts";
import { Keeper, type Remembered } from "./keeper.ts";
import type { Busy, Problem, Result } from "./model.ts";
import { publishView } from "./publishView.ts";
import "./publish.css";

const page = startPage<Remembered>();
const app = document.getElementById("app") ?? document.body;

/** Milliseconds of rest before the body is checked. */
const checkAfter = 250;

class PublishPage {
  readonly #peer: Peer<PublishViewCalls, PublishHostCalls>;
  readonly #keeper: Keeper;
  #state: PublishState | undefined;
  #problem: Problem | undefined;
  /** What is wrong with the body as far as one sees while writing. */
  #bodyNote: string | undefined;
  #result: Result | undefined;
  #busy: Busy | undefined;
  #many = { count: "100", perSecond: "" };
  #fileSize: number | undefined;
  /** A file's path and a body are kept side by side: going back and forth loses neither. */
  #texts: { text?: { format: BodyFormat; body: string }; file: string } = { file: "" };
  /** What was being written when a history entry took its place. */
  #before: DraftText | undefined;
  #check: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#peer = new Peer<PublishViewCalls, PublishHostCalls>(page.port, {
      state: (state) => {
        this.#accept(state);
      },
      history: (history) => {
        if (this.#state) this.#set({ ...this.#state, history });
      },
      connection: (connection) => {
        if (this.#state) this.#set({ ...this.#state, connection });
      },
      blocked: ({ sentence }) => {
        if (!this.#state) return;
        const { blocked, ...rest } = this.#state;
        if (sentence !== (blocked ?? "")) this.#set(sentence === "" ? rest : { ...rest, blocked: sentence });
      },
    });
    this.#keeper = new Keeper(page, (draft) => this.#peer.call("keep", draft));
    this.#many = { ...this.#many, ...page.state?.many };
    document.addEventListener("keydown", this.#onKey);
  }

  async start(): Promise<void> {
    const state = await this.#peer.call("hello");
    const unkept = page.state?.unkept;
    this.#accept(unkept ? { ...state, draft: unkept } : state);
    if (unkept) this.#keeper.changed(unkept);
    await Promise.resolve();
    // A page that is shown again leaves the focus where the person is now.
    if (page.state === undefined) focusField(app, "body");
  }

  #accept(state: PublishState): void {
    const again = this.#state?.target === state.target && this.#state.kind === state.kind;
    this.#before = undefined;
    this.#problem = undefined;
    if (!again) this.#result = undefined;
    this.#set(state);
    this.#checkBody(0);
  }

  #set(state: PublishState): void {
    this.#state = state;
    wearColour(state.connection);
    this.#show();
  }

  #show(): void {
    if (!this.#state) return;
    const view = publishView({
      state: this.#state,
      problem: this.#problem,
      bodyNote: this.#bodyNote,
      result: this.#result,
      busy: this.#busy,
      many: this.#many,
      fileSize: this.#fileSize,
      canGoBack: this.#before !== undefined,
      edit: this.#edit,
      setFormat: this.#setFormat,
      setMany: (many) => {
        this.#many = { ...this.#many, ...many };
        this.#keeper.many(this.#many);
        this.#show();
      },
      indent: () => void this.#during("indent", this.#indent),
      pickFile: () => void this.#during("pick", this.#pickFile),
      pickTarget: () => void this.#during("pick", () => this.#peer.call("pickTarget")),
      send: () => void this.#send(undefined),
      sendMany: () => void this.#during("many", this.#sendMany),
      recall: (id) => void this.#during("recall", () => this.#recall(id)),
      sendAgain: (id) => void this.#send(id),
      forget: (id) => void this.#during("recall", () => this.#peer.call("forget", { id })),
      goBack: () => {
        const before = this.#before;
        this.#before = undefined;
        if (before) this.#replace(before);
      },
    });
    render(view, app);
  }

  readonly #edit = (change: Partial<DraftText>): void => {
    if (!this.#state) return;
    const draft = { ...this.#state.draft, ...change };
    if (change.body !== undefined) this.#checkBody(checkAfter);
    const changed: readonly string[] = Object.keys(change);
    const at = this.#problem?.field?.split(".")[0];
    if (at !== undefined && (changed.includes(at) || "properties" in change)) this.#problem = undefined;
    this.#set({ ...this.#state, draft });
    this.#keeper.changed(draft);
  };

  /** Another draft in place of this one. */
  #replace(draft: DraftText): void {
    this.#problem = undefined;
    this.#fileSize = undefined;
    this.#edit(draft);
    this.#checkBody(0);
  }

  readonly #setFormat = (format: BodyFormat): void => {
    const draft = this.#state?.draft;
    if (!draft || format === draft.format) return;
    if (format === "file") {
      this.#texts.text = { format: draft.format, body: draft.body };
      this.#edit({ format, body: this.#texts.file });
      return;
    }
    let from = draft;
    if (draft.format === "file") {
      this.#texts.file = draft.body;
      from = { ...draft, ...(this.#texts.text ?? { format, body: "" }) };
    }
    const converted = convertedBody(from, format);
    if ("problem" in converted) {
      this.#problem = { sentence: converted.problem, field: "body" };
      this.#show();
      return;
    }
    this.#edit({ format, body: converted.body });
    this.#checkBody(0);
  };

  #checkBody(after: number): void {
    clearTimeout(this.#check);
    this.#check = setTimeout(() => void this.#checkNow(), after);
  }

  async #checkNow(): Promise<void> {
    const draft = this.#state?.draft;
    if (!draft) return;
    const note = await this.#noteOn(draft);
    if (this.#state?.draft.body !== draft.body || this.#state.draft.format !== draft.format) return;
    this.#bodyNote = note;
    this.#show();
  }

  /** The host knows line and column; it is asked only when there is something wrong. */
  async #noteOn({ format, body }: DraftText): Promise<string | undefined> {
    if (format === "hex") return hexProblem(body);
    if (format !== "json" || body.trim() === "") return undefined;
    try {
      JSON.parse(body);
      return undefined;
    } catch {
      return this.#peer.call("indent", { text: body }).then(
        () => undefined,
        (error: unknown) => sentenceOf(error),
      );
    }
  }

  readonly #indent = async (): Promise<void> => {
    const body = this.#state?.draft.body ?? "";
    try {
      this.#edit({ body: await this.#peer.call("indent", { text: body }) });
    } catch (error) {
      throw new PeerError(sentenceOf(error), "body");
    }
  };

  readonly #pickFile = async (): Promise<void> => {
    const file = await this.#peer.call("pickFile");
    if (!file) return;
    this.#edit({ format: "file", body: file.path });
    this.#fileSize = file.size;
  };

  /** What is being written, or a history entry again. */
  async #send(id: string | undefined): Promise<void> {
    await this.#during("send", async () => {
      const draft = id === undefined ? this.#state?.draft : await this.#peer.call("recall", { id });
      if (!draft) return;
      void this.#keeper.flush();
      const { receipt, sentence, took } = await this.#peer.call("send", draft);
      this.#result = { outcome: receipt.outcome, sentence, took, at: Date.now() };
    });
  }

  readonly #sendMany = async (): Promise<void> => {
    const draft = this.#state?.draft;
    if (!draft) return;
    const count = Number(this.#many.count);
    const perSecond = Number(this.#many.perSecond || "0");
    void this.#keeper.flush();
    const started = Date.now();
    const many = await this.#peer.call("sendMany", { draft, count, perSecond });
    const outcome = worst(many);
    this.#result = { outcome, sentence: many.sentence, took: Date.now() - started, at: Date.now() };
  };

  async #recall(id: string): Promise<void> {
    const draft = await this.#peer.call("recall", { id });
    const now = this.#state?.draft;
    if (now && now.body.trim() !== "" && JSON.stringify(now) !== JSON.stringify(draft)) this.#before = now;
    this.#replace(draft);
    await Promise.resolve();
    focusField(app, "body");
  }

  async #during(busy: Busy, work: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = busy;
    this.#problem = undefined;
    if (busy === "send" || busy === "many") this.#result = undefined;
    this.#show();
    try {
      await work();
    } catch (error) {
      const field = error instanceof PeerError ? error.field : undefined;
      this.#problem = { sentence: sentenceOf(error), field };
    }
    this.#busy = undefined;
    this.#show();
    const field = this.#problem?.field?.split(".")[0];
    if (field !== undefined) void Promise.resolve().then(() => focusField(app, field));
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    void this.#send(undefined);
  };
}

/** What to show of many outcomes: the gravest that happened. */
function worst(
  counts: Readonly<Record<"lost" | "blocked" | "refused" | "returned" | "routed", number>>,
): Result["outcome"] {
  const grave = (["lost", "blocked", "refused", "returned"] as const).find((outcome) => counts[outcome] > 0);
  return grave ?? (counts.routed > 0 ? "routed" : undefined);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

void new PublishPage().start();
