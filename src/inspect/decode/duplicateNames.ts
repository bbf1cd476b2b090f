/** Finds names that stand twice in one object, in the order in which objects are read. */
export class DuplicateNames {
  readonly #open: (string | string[] | Set<string> | undefined)[] = [];
  #count = 0;
  #first = "";

  /** How often a name stood in an object again, and the first that did. */
  get found(): { readonly count: number; readonly first: string } | undefined {
    return this.#count === 0 ? undefined : { count: this.#count, first: this.#first };
  }

  open(): void {
    this.#open.push(undefined);
  }

  close(): void {
    this.#open.pop();
  }

  name(name: string): void {
    const at = this.#open.length - 1;
    const names = this.#open[at];
    // Most objects are small: a list is searched faster than a set is filled.
    if (names === undefined) this.#open[at] = name;
    else if (typeof names === "string") {
      if (names === name) this.#note(name);
      else this.#open[at] = [names, name];
    } else if (Array.isArray(names)) {
      if (names.includes(name)) this.#note(name);
      else if (names.length < 16) names.push(name);
      else this.#open[at] = new Set([...names, name]);
    } else if (names.has(name)) this.#note(name);
    else names.add(name);
  }

  #note(name: string): void {
    this.#count++;
    if (this.#count === 1) this.#first = name;
  }
}
