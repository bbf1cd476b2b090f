/** The menu of what can be done with all that is pending: whether it is open, and where the focus goes then. */
export class SettleMenu {
  readonly #root: HTMLElement;
  readonly #changed: () => void;
  #isOpen = false;

  constructor(root: HTMLElement, changed: () => void) {
    this.#root = root;
    this.#changed = changed;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  toggle(): void {
    this.#isOpen = !this.#isOpen;
    this.#changed();
    if (this.#isOpen) requestAnimationFrame(() => this.#root.querySelector<HTMLElement>('[role="menuitem"]')?.focus());
  }

  /** @param refocus whether the focus returns to the button that opened it */
  close(refocus: boolean): void {
    this.#isOpen = false;
    this.#changed();
    if (refocus) this.#root.querySelector<HTMLElement>(".menu-button")?.focus();
  }
}
