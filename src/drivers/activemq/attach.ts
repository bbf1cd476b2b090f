/** Senders and receivers, each on a session of its own: made, ended, and waited for. */
import { t } from "@vscode/l10n";
import type { Receiver, ReceiverOptions, Sender, SenderOptions, Session } from "rhea";
import { BrokerError } from "../../broker/errors.ts";
import { linkFailure, peerError } from "./failures.ts";
import type { Link } from "./link.ts";

/**
 * Attaches on a session of its own, so that one that waits for credit does not hold up another.
 * @param name of what it is attached to, for sentences
 * @throws BrokerError
 */
export async function attach(
  link: Link,
  options: ReceiverOptions,
  name: string,
  prepare?: (session: Session) => void,
): Promise<Receiver> {
  const session = beginSession(link);
  prepare?.(session);
  const receiver = session.open_receiver(options);
  await attached(link, receiver, session, name, "receiver");
  return receiver;
}

/** @throws BrokerError */
export async function attachSender(link: Link, options: SenderOptions, name: string): Promise<Sender> {
  const session = beginSession(link);
  const sender = session.open_sender(options);
  await attached(link, sender, session, name, "sender");
  return sender;
}

/** Ends a link and its session; resolves when the broker has answered. Never rejects. */
export async function detach(link: Link, end: Receiver | Sender): Promise<void> {
  if (link.closed) return;
  const { session } = end;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, closeTime);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    link.onDidClose(done);
    session.on("session_close", done);
    session.on("session_error", done);
    const kind = end.is_receiver() ? "receiver" : "sender";
    if (end.is_closed()) session.close();
    else {
      end.on(`${kind}_close`, () => {
        session.close();
        // Artemis takes up to two seconds to end a session, and everything is given back already.
        done();
      });
      end.on(`${kind}_error`, () => undefined);
      end.close();
    }
  });
}

function beginSession(link: Link): Session {
  if (link.closed) throw link.closed;
  const session = link.connection.create_session({ incoming: 2048, outgoing: largestBatch });
  session.on("session_error", () => undefined);
  session.on("session_close", () => undefined);
  session.begin();
  return session;
}

/** A refused attach is answered, and then detached with the reason; its terminus is missing. */
async function attached(
  link: Link,
  end: Receiver | Sender,
  session: Session,
  name: string,
  kind: "receiver" | "sender",
): Promise<void> {
  let closing: { dispose(): void } | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (error: unknown): void => {
        reject(linkFailure(peerError(error), name));
      };
      const timer = setTimeout(() => {
        reject(
          new BrokerError("closed", t("The broker did not answer within {seconds} s.", { seconds: attachTime / 1000 })),
        );
      }, attachTime);
      closing = link.onDidClose((reason) => {
        clearTimeout(timer);
        reject(reason);
      });
      end.on(`${kind}_open`, () => {
        const terminus = (kind === "receiver" ? end.source : end.target) as { readonly address?: string } | undefined;
        // Then the detach with the reason follows.
        if (terminus?.address === undefined) return;
        clearTimeout(timer);
        resolve();
      });
      end.on(`${kind}_error`, () => {
        clearTimeout(timer);
        fail(end.error);
      });
      end.on(`${kind}_close`, () => {
        clearTimeout(timer);
        fail(end.error);
      });
      session.on("session_error", () => {
        clearTimeout(timer);
        fail(session.error);
      });
      session.on("session_close", () => {
        clearTimeout(timer);
        fail(session.error);
      });
    });
  } catch (error) {
    if (!link.closed) session.close();
    throw error;
  } finally {
    closing?.dispose();
    for (const event of ["open", "error", "close"]) end.removeAllListeners(`${kind}_${event}`);
    end.on(`${kind}_error`, () => undefined);
    end.on(`${kind}_close`, () => undefined);
  }
}

/** Resolves when the broker has read everything that was sent before on this connection. @throws BrokerError */
export async function barrier(link: Link): Promise<void> {
  if (link.closed) throw link.closed;
  const session = link.connection.create_session();
  session.on("session_error", () => undefined);
  session.on("session_close", () => undefined);
  await new Promise<void>((resolve, reject) => {
    const closing = link.onDidClose((reason) => {
      reject(reason);
    });
    session.on("session_open", () => {
      closing.dispose();
      resolve();
    });
    session.begin();
  });
  session.close();
}

/** How many messages one sender may have on their way. */
export const largestBatch = 4096;

// Milliseconds
const closeTime = 3000;
const attachTime = 10_000;
