import { t } from "@vscode/l10n";
import { ChangeNotifier } from "../../inspect/changeNotifier.ts";
import type { InspectorHostCalls, InspectorState, InspectorViewCalls } from "../../protocol/inspector.ts";
import { type Handlers, Peer, type Port } from "../../protocol/peer.ts";

/** The page of an inspector as the host sees it: told what changed, no more often than it can take. */
export class InspectorPage {
  readonly #state: () => InspectorState;
  readonly #peer: Peer<InspectorHostCalls, InspectorViewCalls>;
  readonly #notifier: ChangeNotifier;
  /** What it was told besides its summary. */
  #told = "";
  /** A message to bring the user to when the page is there. */
  #goTo: number | undefined;

  /** @param state what it shows now */
  constructor(port: Port, state: () => InspectorState, handlers: Handlers<Omit<InspectorHostCalls, "hello">>) {
    this.#state = state;
    this.#notifier = new ChangeNotifier({ send: () => this.#tell() });
    this.#peer = new Peer<InspectorHostCalls, InspectorViewCalls>(port, { hello: () => this.#hello(), ...handlers });
  }

  /** What it shows is another state now. */
  changed(): void {
    this.#notifier.notify();
  }

  setVisible(visible: boolean): void {
    this.#notifier.setVisible(visible);
  }

  /** Brings the user to a message. */
  goTo(seq: number): void {
    this.#goTo = seq;
    // A page that is not there yet asks when it starts.
    this.#peer.call("goTo", { seq }).then(
      () => {
        if (this.#goTo === seq) this.#goTo = undefined;
      },
      () => undefined,
    );
  }

  close(): void {
    this.#notifier.dispose();
    this.#peer.close(t("The inspector was closed."));
  }

  #hello(): InspectorState {
    this.#notifier.restart();
    const goTo = this.#goTo;
    this.#goTo = undefined;
    return { ...this.#remembering(this.#state()), ...(goTo === undefined ? {} : { goTo }) };
  }

  #tell(): Promise<unknown> {
    const state = this.#state();
    const told = this.#told;
    this.#remembering(state);
    return told === this.#told ? this.#peer.call("changed", state.summary) : this.#peer.call("state", state);
  }

  #remembering(state: InspectorState): InspectorState {
    const sentOtherwise = { summary: undefined, layout: undefined, filter: undefined, range: undefined };
    this.#told = JSON.stringify({ ...state, ...sentOtherwise });
    return state;
  }
}
