const pieceChars = 32_768;

/** A long text that is put together from short ones. */
export class TextPieces {
  readonly #pieces: string[] = [];
  /** Joined piece by piece: all at once would take long. */
  #parts: string[] = [];
  #partsLength = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
    this.#partsLength += text.length;
    if (this.#partsLength >= pieceChars) this.#flush();
  }

  /** All of it; asking again costs as much as the first time. */
  join(): string {
    this.#flush();
    return this.#pieces.join("");
  }

  #flush(): void {
    this.#pieces.push(this.#parts.join(""));
    this.#parts = [];
    this.#partsLength = 0;
  }
}
