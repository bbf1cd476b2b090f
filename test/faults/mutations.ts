import fc from "fast-check";

/** One thing that is done to bytes. Places are parts of the whole, so that a smaller whole has them too. */
export type Mutation =
  | { readonly what: "cut"; readonly at: number }
  | { readonly what: "flip"; readonly at: number; readonly bits: number }
  | { readonly what: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly what: "remove"; readonly at: number; readonly count: number }
  | { readonly what: "repeat"; readonly at: number; readonly count: number; readonly times: number };

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant("cut" as const), at: place }),
    fc.record({ what: fc.constant("flip" as const), at: place, bits: fc.integer({ min: 1, max: 255 }) }),
    fc.record({
      what: fc.constant("insert" as const),
      at: place,
      bytes: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 16 }), awkwardText()),
    }),
    fc.record({ what: fc.constant("remove" as const), at: place, count: fc.integer({ min: 1, max: 64 }) }),
    fc.record({
      what: fc.constant("repeat" as const),
      at: place,
      count: fc.integer({ min: 1, max: 64 }),
      times: fc.integer({ min: 2, max: 200 }),
    }),
  ),
  { minLength: 1, maxLength: 6 },
);

/** These bytes, mutated. */
export function mutated(bytes: Uint8Array): fc.Arbitrary<Buffer> {
  return mutations.map((all) => mutate(bytes, all));
}

export function mutate(bytes: Uint8Array, all: readonly Mutation[]): Buffer {
  return all.reduce<Buffer>(mutateOnce, Buffer.from(bytes));
}

function mutateOnce(bytes: Buffer, mutation: Mutation): Buffer {
  const at = Math.floor(mutation.at * bytes.length);
  switch (mutation.what) {
    case "cut":
      return bytes.subarray(0, at);
    case "flip": {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ mutation.bits;
      return flipped;
    }
    case "insert":
      return Buffer.concat([bytes.subarray(0, at), mutation.bytes, bytes.subarray(at)]);
    case "remove":
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + mutation.count)]);
    case "repeat": {
      const part = bytes.subarray(at, at + mutation.count);
      return Buffer.concat([
        bytes.subarray(0, at),
        ...Array.from({ length: mutation.times }, () => part),
        bytes.subarray(at),
      ]);
    }
    default:
      return mutation satisfies never;
  }
}

function awkwardText(): fc.Arbitrary<Uint8Array> {
  return fc
    .constantFrom(
      "\n",
      "\0",
      '"',
      "{",
      "[[[[",
      "\\ud800",
      "null",
      "-1e999",
      "9".repeat(400),
      "\u202e",
      "\ufeff",
      "true",
    )
    .map((text) => Buffer.from(text));
}
