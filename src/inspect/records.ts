import type { Delivery } from "../broker/contract.ts";
import { Envelopes, jsonShape } from "./envelope.ts";
import { Slabs } from "./slabs.ts";

/**
 * The records of a log: an envelope with the body behind it, as bytes in slabs. A record is kept in two steps, because its
 * size decides what has to go first: {@link stage} writes the envelope where it would lie, {@link keep} puts the body there.
 */
export class Records {
  readonly envelopes = new Envelopes();
  #slabs = new Slabs();
  /** The envelope of a record that does not fit the usual way of keeping it. */
  #json: Buffer | undefined;
  #shape = 0;
  #head = 0;
  #slab = 0;
  #offset = 0;

  /** The shape of the envelope that was staged last. */
  get shape(): number {
    return this.#shape;
  }

  /** The bytes of the envelope that was staged last. */
  get head(): number {
    return this.#head;
  }

  /** Where the record lies that was kept last. */
  get slab(): number {
    return this.#slab;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Forgets all records. */
  clear(): void {
    this.#slabs = new Slabs();
  }

  /** Forgets all but so many in each slab. */
  keepOnly(inSlab: readonly (number | undefined)[]): void {
    this.#slabs.keepOnly(inSlab);
  }

  /** Writes the envelope; what was staged before and not kept is forgotten. @param kept bytes of the body to come */
  stage(delivery: Delivery, kept: number): void {
    const slabs = this.#slabs;
    const envelopes = this.envelopes;
    if (slabs.isLarge(kept)) {
      this.#stageJson(delivery);
      return;
    }
    let start = slabs.currentAt;
    let bodyStart = envelopes.write(delivery, slabs.currentBuffer, start);
    // Also when there is no slab yet, and nothing to write.
    if (bodyStart === -1 || bodyStart + kept >= slabs.currentBuffer.length) {
      slabs.next();
      start = 0;
      bodyStart = envelopes.write(delivery, slabs.currentBuffer, start);
    }
    if (bodyStart < 0) {
      this.#stageJson(delivery);
      return;
    }
    this.#json = undefined;
    this.#shape = envelopes.written;
    this.#head = bodyStart - start;
  }

  /** Keeps the record whose envelope was staged last. */
  keep(body: Uint8Array): void {
    const slabs = this.#slabs;
    const json = this.#json;
    if (json) {
      this.#keepJson(json, body);
      return;
    }
    const start = slabs.currentAt;
    const bodyStart = start + this.#head;
    slabs.currentBuffer.set(body, bodyStart);
    this.#slab = slabs.current;
    this.#offset = start;
    slabs.commit(bodyStart + body.length);
  }

  /** Copies a record into memory of its own, at {@link slab} from 0 on, unless it has that already. */
  move(slab: number, offset: number, length: number): boolean {
    const slabs = this.#slabs;
    const from = slabs.buffer(slab);
    if (from.length === length) return false;
    const own = slabs.own(length);
    from.copy(slabs.buffer(own), 0, offset, offset + length);
    slabs.free(slab);
    this.#slab = own;
    return true;
  }

  buffer(slab: number): Buffer {
    return this.#slabs.buffer(slab);
  }

  /** One record of this slab is gone. */
  free(slab: number): void {
    this.#slabs.free(slab);
  }

  #stageJson(delivery: Delivery): void {
    this.#json = this.envelopes.toJson(delivery);
    this.#shape = jsonShape;
    this.#head = this.#json.length;
  }

  #keepJson(json: Buffer, body: Uint8Array): void {
    const slabs = this.#slabs;
    const length = json.length + body.length;
    if (slabs.isLarge(length)) {
      this.#slab = slabs.own(length);
      this.#offset = 0;
    } else {
      if (slabs.currentAt + length > slabs.currentBuffer.length) slabs.next();
      this.#slab = slabs.current;
      this.#offset = slabs.currentAt;
      slabs.commit(this.#offset + length);
    }
    const buffer = slabs.buffer(this.#slab);
    buffer.set(json, this.#offset);
    buffer.set(body, this.#offset + json.length);
  }
}
