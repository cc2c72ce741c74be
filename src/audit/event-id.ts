// Ids of rendered AuditEvents: made of chain, number and person, so that an event has the same id whenever it
// is asked for. The place in the chain is encrypted: from two plain numbers a reader could tell how much
// others did in between.
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { TRAIL } from '../fhir/id.ts';

export interface TrailPlace {
  /** Of the chain's name. */
  tag: string;
  number: number;
}

export interface TrailIds {
  idOf(row: { writer: string; number: number }, patient: string | undefined): string;
  /** The row that an id is of, if this server made it. */
  placeOf(id: string): TrailPlace | undefined;
  tagOf(writer: string): string;
}

const SHAPE = /^([0-9a-f]{32})-[0-9a-f]{12}$/;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const tagOf = (writer: string): string => hash(writer).slice(0, 16);

/** `secret`: 32 bytes, the same for every server on a store. */
export function trailIds(secret: Uint8Array): TrailIds {
  // One block of 16 bytes: nothing to chain, and the same place must always give the same text.
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'ids of the audit trail', 16));
  return {
    tagOf,
    idOf: ({ writer, number }, patient = '') => {
      const block = Buffer.alloc(16);
      block.write(tagOf(writer), 'hex');
      block.writeBigUInt64BE(BigInt(number), 8);
      const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
      const place = Buffer.concat([cipher.update(block), cipher.final()]).toString('hex');
      return `${TRAIL}${place}-${hash(`${writer}/${number}/${patient}`).slice(0, 12)}`;
    },
    placeOf: id => {
      const found = id.startsWith(TRAIL) ? SHAPE.exec(id.slice(TRAIL.length)) : null;
      if (found === null) return undefined;
      const decipher = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false);
      const block = Buffer.concat([decipher.update(Buffer.from(found[1]!, 'hex')), decipher.final()]);
      const number = block.readBigUInt64BE(8);
      if (number > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
      return { tag: block.toString('hex', 0, 8), number: Number(number) };
    },
  };
}
