import type { Fault } from "./fault.ts";
import { consumeFault } from "./consumeFault.ts";
import { hostileMessagesFault } from "./hostileMessagesFault.ts";
import { tlsFault } from "./tlsFault.ts";
import { publishFault } from "./publishFault.ts";

/** All of them, in the order in which they run. */
export const faults: readonly Fault[] = [publishFault, consumeFault, hostileMessagesFault, tlsFault];
