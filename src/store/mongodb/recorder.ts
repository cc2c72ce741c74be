// Audit rows of what writes nothing: reads, refusals. Those that wait while one insert runs share the next,
// so that one answer of a majority serves many.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditDraft } from '../port/audit.ts';
import { auditDocuments, type ChainEnd, chainEnd } from './audit-log.ts';
import type { AuditDocument } from './documents.ts';
import { isDuplicate, translate, unavailable } from './errors.ts';
import type { Collections } from './reading.ts';
import { growingPause, PATIENCE_MS } from './site.ts';
import type { Now } from './transaction.ts';

/** Rows in one insert. */
const MOST_ROWS = 500;

interface Waiting {
  draft: AuditDraft;
  resolve(): void;
  reject(error: unknown): void;
}

export interface RecorderParts {
  collections: Collections;
  /** Name of the chain. Another process may come to write it too: it stays whole, only slower. */
  writer: string;
  now: Now;
}

export class Recorder {
  readonly #parts: RecorderParts;
  readonly #waiting: Waiting[] = [];
  #end: ChainEnd | undefined;
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Resolves when the row is durable; rejects with `unavailable` where that cannot be had. */
  record(draft: AuditDraft): Promise<void> {
    if (this.#closed) return Promise.reject(unavailable('The store is closed.'));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ draft, resolve, reject });
    this.#draining ??= this.#drain();
    return promise;
  }

  /** Takes no more rows; resolves when those that wait are answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // What comes in the same turn of the event loop shares the first insert.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MOST_ROWS);
      try {
        await this.#write(group.map(one => one.draft));
        for (const one of group) one.resolve();
      } catch (error) {
        this.#end = undefined;
        for (const one of group) one.reject(translate(error));
      }
    }
    this.#draining = undefined;
  }

  async #write(drafts: readonly AuditDraft[]): Promise<void> {
    const { collections, writer, now } = this.#parts;
    const deadline = performance.now() + PATIENCE_MS;
    let left = drafts;
    for (const wait = growingPause(); left.length > 0; await wait()) {
      const end = this.#end ?? (await chainEnd(collections, writer));
      const rows = auditDocuments(writer, end, left, now());
      this.#end = undefined;
      try {
        await collections.audit.insertMany(rows, { ordered: true });
        this.#end = rows.at(-1)!;
        return;
      } catch (error) {
        // Somebody else went on with this chain, or an insert that was thought to be lost came through.
        if (!isDuplicate(error) || performance.now() > deadline) throw error;
        left = await this.#missing(left, rows);
      }
    }
  }

  /** The drafts whose rows are not there. Rows are inserted in order: those that are there come first. */
  async #missing(
    drafts: readonly AuditDraft[],
    rows: readonly AuditDocument[],
  ): Promise<readonly AuditDraft[]> {
    const ids = rows.map(row => row._id);
    const there = await this.#parts.collections.audit
      .find({ _id: { $in: ids } }, { projection: { hash: 1 } })
      .toArray();
    const hashes = new Set(there.map(row => row.hash));
    return drafts.slice(rows.filter(row => hashes.has(row.hash)).length);
  }
}

/** The chain of the process that has this slot. Made when first asked for. */
export async function recorderWriter(
  { fact }: Collections,
  slot: number,
  newWriter: () => string,
): Promise<string> {
  const held = await fact.findOneAndUpdate(
    { _id: `recorder-${slot}` },
    { $setOnInsert: { value: newWriter() } },
    { upsert: true, returnDocument: 'after' },
  );
  return held!.value;
}
