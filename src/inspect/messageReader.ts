import { t } from "@vscode/l10n";
import type { Draft } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import type { BodyView } from "../protocol/body.ts";
import type { Detail } from "../protocol/inspector.ts";
import type { AckState } from "../protocol/rows.ts";
import { deadLetterPath } from "./deadLetterPath.ts";
import { type BodyClaims, viewBody } from "./decode/decodeBody.ts";
import type { MessageLog } from "./log.ts";

/** A kept message as something to send again. */
export interface Copy {
  readonly draft: Draft;
  /** Where it was published to: the exchange. */
  readonly origin?: string;
  /** false when the body was too large to keep whole: `draft.body` is only its beginning. */
  readonly whole: boolean;
}

/** A kept message, whole but for a very large body. */
export interface KeptMessage extends Copy {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly received: number;
  readonly state: AckState;
  readonly redelivered: boolean;
  readonly deliveryCount?: number;
  readonly position?: string;
  /** The true size of the body in bytes. */
  readonly size: number;
}

/** Reads single messages of a log: as the page shows them, as drafts, as they arrived. */
export class MessageReader {
  readonly #log: MessageLog;

  constructor(log: MessageLog) {
    this.#log = log;
  }

  /** @throws BrokerError `missing` when it is no longer kept */
  async detail(seq: number, view: (body: Buffer, claims: BodyClaims) => Promise<BodyView> = viewBody): Promise<Detail> {
    const log = this.#log;
    const slot = this.#slot(seq);
    const { headers, properties, ...rest } = log.envelope(slot);
    const persistent = log.isPersistent(slot);
    const detail = {
      seq,
      received: log.time(slot),
      state: log.state(slot),
      redelivered: log.isRedelivered(slot),
      ...(persistent === undefined ? {} : { persistent }),
      ...(log.isMarker(slot) ? {} : rest),
      headers,
      properties,
      deaths: deadLetterPath(headers),
    };
    return { ...detail, body: await view(Buffer.from(log.body(slot)), { size: log.size(slot), ...rest }) };
  }

  /** The message as a new draft. @throws BrokerError `missing` when it is no longer kept */
  draft(seq: number): Copy {
    const log = this.#log;
    const slot = this.#slot(seq);
    const { key, origin, contentType, contentEncoding, headers, properties } = log.envelope(slot);
    const body = Uint8Array.from(log.body(slot));
    return {
      draft: {
        body,
        ...(key === undefined ? {} : { key }),
        ...(contentType === undefined ? {} : { contentType }),
        ...(contentEncoding === undefined ? {} : { contentEncoding }),
        persistent: log.isPersistent(slot) ?? true,
        headers,
        properties,
      },
      ...(origin === undefined ? {} : { origin }),
      whole: body.length === log.size(slot),
    };
  }

  /** A message with all that is known of it; undefined when it is no longer kept. */
  message(seq: number): KeptMessage | undefined {
    const log = this.#log;
    const slot = log.slot(seq);
    if (slot < 0 || log.isMarker(slot)) return undefined;
    const { deliveryCount, position } = log.envelope(slot);
    return {
      ...this.draft(seq),
      seq,
      received: log.time(slot),
      state: log.state(slot),
      redelivered: log.isRedelivered(slot),
      ...(deliveryCount === undefined ? {} : { deliveryCount }),
      ...(position === undefined ? {} : { position }),
      size: log.size(slot),
    };
  }

  #slot(seq: number): number {
    const slot = this.#log.slot(seq);
    if (slot < 0) throw new BrokerError("missing", t("This message is no longer kept: newer ones took its place."));
    return slot;
  }
}
