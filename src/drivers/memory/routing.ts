import type { Header } from "../../broker/values.ts";

export const exchangeTypes = ["topic", "direct", "fanout", "headers"] as const;
export type ExchangeType = (typeof exchangeTypes)[number];

export interface Binding {
  readonly exchange: string;
  readonly queue: string;
  readonly key: string;
  readonly args: readonly Header[];
}

/** Whether an exchange of this type sends a message with this key and these headers along this binding. */
export function routes(type: ExchangeType, binding: Binding, key: string, headers: readonly Header[]): boolean {
  switch (type) {
    case "fanout":
      return true;
    case "direct":
      return binding.key === key;
    case "topic":
      return matchesTopic(binding.key.split("."), key.split("."));
    case "headers":
      return matchesHeaders(binding.args, headers);
    default:
      return type satisfies never;
  }
}

/** `*` is one word, `#` any number of them. */
function matchesTopic(pattern: readonly string[], words: readonly string[]): boolean {
  // reached[i] = the pattern up to here can end before word i.
  let reached = words.map((_, index) => index === 0);
  reached.push(words.length === 0);
  for (const part of pattern) {
    const next = reached.map(() => false);
    let open = false;
    reached.forEach((here, index) => {
      if (part === "#") {
        open ||= here;
        next[index] = open;
      } else if (here && index < words.length && (part === "*" || part === words[index])) {
        next[index + 1] = true;
      }
    });
    reached = next;
  }
  return reached.at(-1) === true;
}

function matchesHeaders(args: readonly Header[], headers: readonly Header[]): boolean {
  const mode = args.find(({ name }) => name === "x-match")?.value;
  const any = mode && "value" in mode && mode.value.startsWith("any");
  const wanted = args.filter(({ name }) => !name.startsWith("x-"));
  const isThere = ({ name, value }: Header): boolean =>
    headers.some((header) => header.name === name && JSON.stringify(header.value) === JSON.stringify(value));
  return any ? wanted.some(isThere) : wanted.every(isThere);
}
