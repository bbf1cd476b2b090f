import type { Driver, Session, Target } from "../../src/broker/contract.ts";
import { backoffDelay } from "../../src/connections/backoff.ts";
import { Connection } from "../../src/connections/connection.ts";
import type { ConnectionSurroundings } from "../../src/connections/connection.ts";
import { AllLooks, Looks } from "../../src/connections/looks.ts";

/** The product's connection to a real broker, with its own waits and in real time. */
export function liveConnection(driver: Pick<Driver, "connect">, target: Target): Connection {
  const profile = { id: "fault", name: "Fault", source: "saved", uri: target.uri, pins: [] } as const;
  const looks = new Looks(new AllLooks({ get: () => undefined, update: async () => undefined }), () => profile.id);
  const around: ConnectionSurroundings = {
    open: (_profile, _ask, signal) => driver.connect(target, signal),
    isLoopback: () => true,
    readOnlyByDefault: () => true,
    backoff: backoffDelay,
    random: Math.random,
    setTimer: (run, milliseconds) => {
      const timer = setTimeout(run, milliseconds);
      return { dispose: () => clearTimeout(timer) };
    },
    now: Date.now,
  };
  return new Connection(profile, around, looks);
}

/**
 * The session, as soon as the connection has one again by itself. Rejects when it has given up, or has not come back in
 * time.
 */
export async function reconnected(connection: Connection, milliseconds = 90_000): Promise<Session> {
  if (connection.session) return connection.session;
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const { session, state } = connection;
      if (session) done(() => resolve(session));
      else if (state.status === "failed" || state.status === "disconnected")
        done(() => reject(new Error(`The connection gave up: ${state.status}, ${state.sentence ?? ""}`)));
    };
    const listening = connection.onDidChange(check);
    const late = setTimeout(
      () => done(() => reject(new Error(`Not connected again in time: ${JSON.stringify(connection.state)}`))),
      milliseconds,
    );
    const done = (end: () => void): void => {
      listening.dispose();
      clearTimeout(late);
      end();
    };
    check();
  });
}
