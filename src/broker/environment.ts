/** What a connection is for: its colour in the tree and on every panel, and how much the tool asks before it acts. */
export const environments = ["development", "staging", "production"] as const;
export type Environment = (typeof environments)[number];
