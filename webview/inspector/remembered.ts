/** What the page keeps while it is hidden: it is destroyed then, and built anew when it is shown. */
export const tabs = ["body", "properties", "headers", "deaths"] as const;
export type Tab = (typeof tabs)[number];

export const bodyModes = ["tree", "pretty", "raw", "hex"] as const;
export type BodyMode = (typeof bodyModes)[number];

export interface Remembered {
  readonly selected: readonly number[];
  /** The message that the detail side shows. */
  readonly current: number | undefined;
  readonly follow: boolean;
  /** The list's part of the room, in per cent. */
  readonly split: number;
  readonly tab: Tab;
  readonly bodyMode: BodyMode;
  readonly wrap: boolean;
  readonly effectsOpen: boolean;
  readonly factsOpen: boolean;
  /** What settling does and what is unsettled is shown. */
  readonly settlingOpen: boolean;
  /** The bars above the list are shown. */
  readonly timeline: boolean;
}

export const atFirst: Remembered = {
  selected: [],
  current: undefined,
  follow: true,
  split: 58,
  tab: "body",
  bodyMode: "pretty",
  wrap: true,
  effectsOpen: true,
  factsOpen: false,
  settlingOpen: false,
  timeline: true,
};
