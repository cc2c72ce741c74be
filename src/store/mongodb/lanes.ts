// Units of writing, side by side. Each runs in a lane of its own (see documents.ts, LaneDocument); a
// process takes its lanes when it first needs them, lowest slot first, and uses the lowest that is free.
import { setTimeout as pause } from 'node:timers/promises';
import { translate, unavailable } from './errors.ts';
import { forgetDead, freeAbandoned, prolong, releaseLanes, takeLane } from './leases.ts';
import { type Reading, within } from './reading.ts';
import { again, PATIENCE_MS, type Site } from './site.ts';
import { attemptUnit, type Lane, type Now, unmark } from './transaction.ts';
import type { Horizon, Turn } from './turn.ts';

export interface LaneOptions {
  /** Names this process among those that have the store open. */
  holder: string;
  /** Names of new audit chains. */
  newWriter: () => string;
  now: Now;
  /** Units that run at a time. */
  most?: number;
  /** How long the lanes stay this process's own after it last said that it is there, and how often it does. */
  leaseMs?: number;
  prolongMs?: number;
}

export const LANES = 8;
const LEASE_MS = 30_000;
const PROLONG_MS = 5_000;
/** Leaving must not wait long for a server that does not answer. */
const LEAVE_MS = 2_000;
/** Nor must an answer. */
const CLEAR_MS = 500;

interface Waiting {
  resolve(lane: Lane): void;
  reject(error: unknown): void;
}

export class Lanes {
  readonly #site: Site;
  readonly #options: Required<LaneOptions>;
  readonly #held = new Map<number, Lane>();
  /** Lowest slot first. */
  readonly #free: Lane[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<Promise<unknown>>();
  /** Lanes that are being taken just now, one after the other. */
  #taking: Promise<void> = Promise.resolve();
  #wanted = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(site: Site, options: LaneOptions) {
    this.#site = site;
    this.#options = { most: LANES, leaseMs: LEASE_MS, prolongMs: PROLONG_MS, ...options };
  }

  /** Takes the first lane. Its slot is returned: while this process lives it is nobody else's. */
  async open(): Promise<number> {
    await this.#prolong();
    await forgetDead(this.#site.collections);
    const lane = await this.#take();
    if (lane === undefined) throw unavailable('All lanes of the store are in use: too many servers.');
    this.#free.push(lane);
    this.#timer = setInterval(() => void this.#look().catch(() => {}), this.#options.prolongMs).unref();
    return lane.slot;
  }

  /**
   * Runs `work` in a transaction until one attempt is committed. What `work` throws leaves nothing;
   * where the database cannot be reached, or others stand in the way for too long: `unavailable`.
   */
  run<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(unavailable('The store is closed.'));
    const running = this.#run(work).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /** Waits for what runs, and gives the lanes back. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
    clearInterval(this.#timer);
    await this.#taking;
    const left = releaseLanes(this.#site.collections, this.#options.holder).catch(() => {});
    await Promise.race([left, pause(LEAVE_MS, undefined, { ref: false })]);
  }

  async #run<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const lane = await this.#acquire();
      let lost = false;
      try {
        const attempt = (until: number) => attemptUnit(this.#site, lane, this.#options.now, work, until);
        const attempted = await again(attempt, deadline);
        if (attempted.done) return attempted.result;
        lost = true;
      } finally {
        await this.#giveBack(lane, lost);
      }
      if (performance.now() > deadline) throw unavailable();
    }
  }

  #acquire(): Promise<Lane> {
    const lane = this.#free.shift();
    if (lane !== undefined) return Promise.resolve(lane);
    if (this.#held.size + this.#wanted < this.#options.most) this.#want();
    return this.#wait();
  }

  #wait(): Promise<Lane> {
    const { promise, resolve, reject } = Promise.withResolvers<Lane>();
    const waiting = { resolve, reject };
    this.#waiting.push(waiting);
    const tooLong = setTimeout(() => {
      const at = this.#waiting.indexOf(waiting);
      if (at >= 0) this.#waiting.splice(at, 1);
      reject(unavailable());
    }, PATIENCE_MS);
    return promise.finally(() => clearTimeout(tooLong));
  }

  /** A mark that was left goes first: whoever was refused would miss in the next history what came since. */
  async #giveBack(lane: Lane, lost: boolean): Promise<void> {
    if (lost) {
      this.#held.delete(lane.slot);
      if (this.#waiting.length > 0 || this.#held.size === 0) this.#want();
      return;
    }
    if (!lane.marked) return this.#offer(lane);
    await Promise.race([this.#clear(lane), pause(CLEAR_MS, undefined, { ref: false })]);
  }

  /** Readers stop at a mark: it goes before the lane is used again, or with its next unit. */
  async #clear(lane: Lane): Promise<void> {
    await unmark(this.#site, lane).catch(() => {});
    this.#offer(lane);
  }

  #offer(lane: Lane): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.resolve(lane);
      return;
    }
    const at = this.#free.findIndex(other => other.slot > lane.slot);
    this.#free.splice(at < 0 ? this.#free.length : at, 0, lane);
  }

  #want(): void {
    this.#wanted += 1;
    this.#taking = this.#taking
      .then(() => this.#fetch())
      .finally(() => {
        this.#wanted -= 1;
      });
  }

  /** Another lane for those who wait; where there is none left, those that are held must do. */
  async #fetch(): Promise<void> {
    try {
      const lane = await this.#take();
      if (lane !== undefined) this.#offer(lane);
      else if (this.#held.size === 0) this.#dismiss(unavailable('All lanes of the store are in use.'));
    } catch (error) {
      if (this.#held.size === 0) this.#dismiss(translate(error));
    }
  }

  async #take(): Promise<Lane | undefined> {
    const { holder, newWriter } = this.#options;
    const mine = new Set(this.#held.keys());
    const lease = await takeLane(this.#site.collections, holder, mine, newWriter);
    if (lease === undefined) return undefined;
    const lane = { ...lease, last: 0, marked: false };
    this.#held.set(lane.slot, lane);
    return lane;
  }

  #dismiss(error: unknown): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }

  #prolong(): Promise<void> {
    return prolong(this.#site.collections, this.#options.holder, this.#options.leaseMs);
  }

  /** Every few seconds. */
  async #look(): Promise<void> {
    await this.#prolong();
    const left = this.#free.filter(lane => lane.marked);
    await Promise.all(left.map(lane => this.#takeOut(lane)));
    await freeAbandoned(this.#site.collections);
  }

  async #takeOut(lane: Lane): Promise<void> {
    this.#free.splice(this.#free.indexOf(lane), 1);
    await this.#clear(lane);
  }
}

/** What is under way, as of the moment of a reading. A unit's own mark does not count for itself. */
export async function horizonOf(reading: Reading): Promise<Horizon> {
  const { collections, own } = reading;
  const lanes = await collections.lane
    .find({}, { projection: { last: 1, open: 1 }, ...within(reading) })
    .toArray();
  const horizon = { last: own?.last ?? 0, below: Infinity, open: [] as [number, number][] };
  for (const { _id, last, open } of lanes) {
    horizon.last = Math.max(horizon.last, last);
    if (open === null || _id === own?.slot) continue;
    horizon.below = Math.min(horizon.below, open);
    horizon.open.push([_id, last]);
  }
  return horizon;
}
