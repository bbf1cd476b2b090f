import { consumeFault } from "./consumeFault.ts";
import type { Fault } from "./fault.ts";
import { hostileBrokersFault } from "./hostileBrokersFault.ts";
import { hostileFilesFault } from "./hostileFilesFault.ts";
import { hostileMessagesFault } from "./hostileMessagesFault.ts";
import { hostKilledFault } from "./hostKilledFault.ts";
import { leakFault } from "./leakFault.ts";
import { moveFault } from "./moveFault.ts";
import { publishFault } from "./publishFault.ts";
import { purgeRestoreFault } from "./purgeRestoreFault.ts";
import { tlsFault } from "./tlsFault.ts";

/** All of them, in the order in which they run. */
export const faults: readonly Fault[] = [
  publishFault,
  consumeFault,
  hostKilledFault,
  moveFault,
  purgeRestoreFault,
  hostileMessagesFault,
  hostileBrokersFault,
  hostileFilesFault,
  leakFault,
  tlsFault,
];
