/** The model of the settle console: how long messages have waited, by the host's clock, and which wait longest. */
import { t } from "@vscode/l10n";
import type { InspectorState } from "../../../src/protocol/inspector.ts";
import type { Unsettled } from "../../../src/protocol/settling.ts";
import { ageOf, urgency } from "./ages.ts";

export interface SettleConsoleOwner {
  readonly state: InspectorState | undefined;
  /** Whether the list of the unsettled is shown. */
  readonly isOpen: boolean;
  unsettled(count: number): Promise<readonly Unsettled[]>;
  /** Something is to be drawn anew. */
  changed(): void;
  announce(sentence: string): void;
  failed(error: unknown): void;
}

/** So many of the unsettled are listed. */
export const listed = 20;
const second = 1000;

export class SettleConsole {
  readonly #owner: SettleConsoleOwner;
  /** The host's clock less the page's, in milliseconds. */
  #ahead = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #list: readonly Unsettled[] = [];
  /** The version of the summary that the list is as of. */
  #listVersion = -1;
  #asking = false;
  #warned = false;

  constructor(owner: SettleConsoleOwner) {
    this.#owner = owner;
    document.addEventListener("visibilitychange", () => {
      this.#tick();
    });
  }

  /** The host's present: milliseconds since 1970. */
  get now(): number {
    return Date.now() + this.#ahead;
  }

  /** Those that have waited longest, oldest first. */
  get list(): readonly Unsettled[] {
    return this.#list;
  }

  /** The state is another one. */
  update(): void {
    const { state } = this.#owner;
    const settling = state?.summary.settling;
    if (!state || !settling) return;
    this.#ahead = settling.now - Date.now();
    this.#warn(state);
    this.refresh();
    this.#schedule();
  }

  /** Asks for the list, where it is shown and may be another one. */
  refresh(): void {
    const { state, isOpen } = this.#owner;
    if (!state || !isOpen || this.#asking || state.summary.version === this.#listVersion) return;
    // The rest of a burst is asked for with the next second.
    this.#asking = true;
    this.#listVersion = state.summary.version;
    this.#owner.unsettled(listed).then(
      (list) => {
        this.#list = list;
        this.#owner.changed();
      },
      (error: unknown) => {
        this.#owner.failed(error);
      },
    );
    setTimeout(() => {
      this.#asking = false;
      this.refresh();
    }, second);
  }

  /** Said once, when the oldest has come near the limit; again only after it was settled. */
  #warn(state: InspectorState): void {
    const oldest = state.summary.settling?.oldest;
    const within = state.terms?.within;
    const near = oldest !== undefined && urgency(this.now - oldest.since, within) !== "calm";
    if (near && !this.#warned)
      this.#owner.announce(
        t("The oldest unsettled message has waited {age}: then the broker takes all of them back.", {
          age: ageOf(this.now - oldest.since, within),
        }),
      );
    this.#warned = near;
  }

  /** Ages are drawn once a second, while there are any and somebody sees them. */
  #schedule(): void {
    if (this.#timer !== undefined || !this.#isTicking()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tick();
    }, second);
  }

  #tick(): void {
    const { state } = this.#owner;
    if (!state || !this.#isTicking()) return;
    this.#warn(state);
    this.#owner.changed();
    this.#schedule();
  }

  #isTicking(): boolean {
    const { state } = this.#owner;
    return state?.summary.settling?.oldest !== undefined && document.visibilityState === "visible";
  }
}
