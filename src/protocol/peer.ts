/**
 * One end of a conversation between the host and a webview page. Both ends use this class; what they say to each other is
 * typed by two interfaces of calls (see inspector.ts, publish.ts, form.ts), so that a missing handler, a misspelt name or
 * a wrong argument does not compile.
 */

/** How messages travel. `vscode.Webview` and `window` are each wrapped into one. */
export interface Port {
  post(message: unknown): void;
  /** Called once, by the Peer. @returns what stops it. */
  receive(listener: (message: unknown) => void): () => void;
}

/** Every call takes one argument (or none) and is answered once. */
export type Handlers<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (...argument: infer Argument) => infer Result
    ? (...argument: Argument) => Result | Promise<Result>
    : never;
};

type Argument<Call> = Call extends (...argument: infer A) => unknown ? A : never;
type Result<Call> = Call extends (...argument: never) => infer R ? R : never;

type Message =
  | { readonly type: "call"; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | { readonly type: "error"; readonly id: number; readonly message: string; readonly field?: string };

/** What the other end threw, as a sentence. */
export class PeerError extends Error {
  override readonly name = "PeerError";
  readonly field: string | undefined;
  constructor(message: string, field?: string) {
    super(message);
    this.field = field;
  }
}

/** `Mine` = the calls that this end answers, `Theirs` = the calls that it makes. */
export class Peer<Mine extends object, Theirs extends object> {
  readonly #port: Port;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #stop: () => void;
  #last = 0;
  #closed: string | undefined;

  constructor(port: Port, handlers: Handlers<Mine>) {
    this.#port = port;
    const table = new Map(Object.entries(handlers)) as ReadonlyMap<string, (argument: unknown) => unknown>;
    this.#stop = port.receive((message) => {
      if (isMessage(message)) this.#accept(message, table);
    });
  }

  /** Asks the other end. Rejects with a {@link PeerError} that carries its sentence, or when this end is closed first. */
  call<Name extends keyof Theirs & string>(
    name: Name,
    ...argument: Argument<Theirs[Name]>
  ): Promise<Result<Theirs[Name]>> {
    if (this.#closed !== undefined) return Promise.reject(new PeerError(this.#closed));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#port.post({ type: "call", id, name, argument: argument[0] } satisfies Message);
    });
  }

  /** Stops listening; what still waits is rejected with `reason`. */
  close(reason: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#stop();
    for (const { reject } of this.#waiting.values()) reject(new PeerError(reason));
    this.#waiting.clear();
  }

  #accept(message: Message, table: ReadonlyMap<string, (argument: unknown) => unknown>): void {
    if (message.type === "call") {
      void this.#answer(message.id, message.name, message.argument, table);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    if (message.type === "result") waiting.resolve(message.value as never);
    else waiting.reject(new PeerError(message.message, message.field));
  }

  async #answer(
    id: number,
    name: string,
    argument: unknown,
    table: ReadonlyMap<string, (argument: unknown) => unknown>,
  ): Promise<void> {
    let answer: Message;
    try {
      const handler = table.get(name);
      // The other end is a page that shows foreign content: what it asks for is checked like any input.
      if (!handler) throw new PeerError(`"${name}" is not a call that this end answers.`);
      answer = { type: "result", id, value: await handler(argument) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const field = error instanceof Error && "field" in error && typeof error.field === "string" ? error.field : "";
      answer = field ? { type: "error", id, message, field } : { type: "error", id, message };
    }
    if (this.#closed === undefined) this.#port.post(answer);
  }
}

function isMessage(message: unknown): message is Message {
  return (
    typeof message === "object" &&
    message !== null &&
    "type" in message &&
    (message.type === "call" || message.type === "result" || message.type === "error") &&
    "id" in message &&
    typeof message.id === "number" &&
    (message.type !== "call" || ("name" in message && typeof message.name === "string"))
  );
}
