/** The form page: asks the fields of any {@link Form}. */
import { render } from "lit";
import { t } from "@vscode/l10n";
import type { Check } from "../../src/broker/contract.ts";
import { type FieldValue, type Form, type Values, isShown, textOf } from "../../src/broker/form.ts";
import type { FormHostCalls, FormState, FormViewCalls } from "../../src/protocol/form.ts";
import { Peer, PeerError } from "../../src/protocol/peer.ts";
import { tableProblem } from "../../src/protocol/valueProblems.ts";
import { wearColour } from "../fields/connectionBadge.ts";
import { focusField } from "../fields/fieldView.ts";
import { startPage } from "../page.ts";
import { type Busy, type Problem, formView } from "./formView.ts";
import "./form.css";

/** What outlives a hidden page. */
interface Remembered {
  readonly form: string;
  readonly values: Values;
}

const page = startPage<Remembered>();
const app = document.getElementById("app") ?? document.body;

class FormPage {
  readonly #peer: Peer<FormViewCalls, FormHostCalls>;
  #state: FormState | undefined;
  #values: Values = {};
  #problem: Problem | undefined;
  #busy: Busy | undefined;
  #checks: readonly Check[] | undefined;

  constructor() {
    this.#peer = new Peer<FormViewCalls, FormHostCalls>(page.port, {
      state: (state) => {
        this.#accept(state);
      },
    });
    document.addEventListener("keydown", this.#onKey);
  }

  async start(): Promise<void> {
    this.#accept(await this.#peer.call("hello"));
    await Promise.resolve();
    const first = this.#state?.form.fields[0];
    // A page that is shown again leaves the focus where the person is now.
    if (first && page.state === undefined) focusField(app, first.name);
  }

  #accept(state: FormState): void {
    const remembered = page.state?.form === state.form.id ? page.state.values : undefined;
    if (!this.#state) this.#values = { ...firstChoices(state.form), ...state.values, ...remembered };
    this.#state = state;
    if (state.connection) wearColour(state.connection);
    this.#show();
  }

  #show(): void {
    const state = this.#state;
    if (!state) return;
    const view = formView({
      state,
      values: this.#values,
      problem: this.#problem,
      busy: this.#busy,
      checks: this.#checks,
      change: this.#change,
      submit: () => void this.#submit(),
      test: () => void this.#test(),
      cancel: () => void this.#peer.call("cancel"),
      askSecret: (name) => void this.#askSecret(name),
    });
    render(view, app);
  }

  readonly #change = (name: string, value: FieldValue): void => {
    this.#values = { ...this.#values, [name]: value };
    if (this.#problem?.field?.split(".")[0] === name) this.#problem = undefined;
    // What was tested is not what stands there now.
    this.#checks = undefined;
    page.remember({ form: this.#state?.form.id ?? "", values: this.#values });
    this.#show();
  };

  async #submit(): Promise<void> {
    const values = this.#checked();
    if (!values) return;
    await this.#during("submit", () => this.#peer.call("submit", values));
  }

  async #test(): Promise<void> {
    const values = this.#checked();
    if (!values) return;
    this.#checks = undefined;
    await this.#during("test", async () => {
      this.#checks = await this.#peer.call("test", values);
    });
  }

  async #askSecret(name: string): Promise<void> {
    await this.#during("secret", async () => {
      const secrets = await this.#peer.call("askSecret", { name });
      if (this.#state) this.#state = { ...this.#state, secrets };
    });
  }

  async #during(busy: Busy, work: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = busy;
    this.#problem = undefined;
    this.#show();
    try {
      await work();
    } catch (error) {
      const field = error instanceof PeerError ? error.field : undefined;
      this.#problem = { sentence: error instanceof Error ? error.message : String(error), field };
    }
    this.#busy = undefined;
    this.#show();
    this.#focusProblem();
  }

  /** The values of the fields that are shown; undefined when one of them cannot be right. */
  #checked(): Values | undefined {
    const fields = this.#state?.form.fields ?? [];
    const shown = fields.filter((field) => isShown(field, this.#values, fields));
    const values: Record<string, FieldValue> = {};
    for (const field of shown) {
      const value = this.#values[field.name] ?? field.default;
      if (value !== undefined) values[field.name] = value;
    }
    for (const field of shown) {
      const value = values[field.name];
      const table = typeof value === "object" ? tableProblem(value) : undefined;
      if (table) {
        this.#problem = { sentence: table.sentence, field: [field.name, ...table.path].join(".") };
      } else if (
        field.required === true &&
        field.type !== "boolean" &&
        typeof value !== "object" &&
        textOf(values, field.name) === ""
      ) {
        this.#problem = { sentence: t("{label} is needed.", { label: field.label }), field: field.name };
      } else continue;
      this.#show();
      this.#focusProblem();
      return undefined;
    }
    return values;
  }

  #focusProblem(): void {
    const field = this.#problem?.field?.split(".")[0];
    if (field !== undefined) void Promise.resolve().then(() => focusField(app, field));
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : undefined;
    // An open list of a dropdown takes both keys itself.
    if (target?.matches("vscode-dropdown[open]")) return;
    if (event.key === "Escape") {
      event.preventDefault();
      void this.#peer.call("cancel");
    } else if (event.key === "Enter") {
      const inLine = target?.matches("vscode-text-field, mq-combo input") === true;
      if (!inLine && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      void this.#submit();
    }
  };
}

/** A list shows its first choice when none is made: then it is made. */
function firstChoices({ fields }: Form): Values {
  const entries = fields.flatMap(({ name, type, default: preset, choices }) => {
    const first = choices?.[0]?.value;
    return type === "choice" && preset === undefined && first !== undefined ? [[name, first] as const] : [];
  });
  return Object.fromEntries(entries);
}

void new FormPage().start();
