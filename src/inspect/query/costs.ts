/** What it costs to ask a condition, roughly in nanoseconds for a message of 1 KiB. */
export const cost = { number: 10, field: 60, text: 150, path: 400, regex: 3000 } as const;
