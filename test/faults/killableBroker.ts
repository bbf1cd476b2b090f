import type { Driver, Node, Session, Target } from "../../src/broker/contract.ts";

/**
 * A broker that can be killed: all that the faults of publishing and consuming need to know about it. What they find is
 * checked against what the broker itself says, by other means than the driver's.
 */
export interface KillableBroker {
  readonly driver: Driver;
  /** The same after every restart. */
  readonly target: Target;
  /** Makes an empty place with this name that keeps its messages over a restart. */
  make(name: string): Promise<void>;
  /** That place as the driver's tree has it. */
  find(session: Session, name: string): Promise<Node>;
  /** Ends the broker as a power cut would: at once, without a word. */
  kill(): Promise<void>;
  /** Starts it again with the same data, and resolves when it takes connections. */
  restart(): Promise<void>;
  /** How many messages a consumer could get there now. */
  count(name: string): Promise<number>;
  /** The bodies of all that a consumer could get there now, read by other means than the driver's. */
  bodies(name: string): Promise<readonly string[]>;
  /** Ends it for good. */
  stop(): Promise<void>;
}
