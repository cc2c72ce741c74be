// An opened database, and the ways to read and change it as of one moment.
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientSession, TransactionOptions } from 'mongodb';
import type { Connected } from './client.ts';
import { isBroken, isLostSnapshot, isTransient, isUnknownCommit, translate, unavailable } from './errors.ts';
import type { Collections, Limits, Reading } from './reading.ts';

export interface Site {
  readonly connected: Connected;
  readonly collections: Collections;
  /** Resources are looked for in `place` first. */
  readonly sharded: boolean;
  readonly limits: Limits;
}

const TRANSACTION: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
  maxCommitTimeMS: 5000,
};

/** How long a unit is tried again, and a commit sent again. */
export const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 400;

/** Each question for itself: of what a majority has. */
export const plainReading = (site: Site): Reading => readingIn(site, undefined);

export const readingIn = (
  { collections, sharded, limits }: Site,
  session: ClientSession | undefined,
): Reading => ({ collections, sharded, limits, session });

/** Reads as of one moment. Read again, once, where that moment is lost. */
export async function inMoment<T>(site: Site, work: (reading: Reading) => Promise<T>): Promise<T> {
  try {
    return await inOneMoment(site, work);
  } catch (error) {
    if (!isLostSnapshot(error)) throw translate(error);
  }
  return inOneMoment(site, work).catch(error => {
    throw translate(error);
  });
}

async function inOneMoment<T>(site: Site, work: (reading: Reading) => Promise<T>): Promise<T> {
  const session = site.connected.startSnapshot();
  try {
    return await work(readingIn(site, session));
  } finally {
    await session.endSession();
  }
}

/** One attempt: `work` in a transaction of the session, then the commit. What is thrown leaves nothing. */
export async function attemptIn<T>(
  session: ClientSession,
  work: () => Promise<T>,
  deadline: number,
): Promise<T> {
  session.startTransaction(TRANSACTION);
  try {
    const result = await work();
    await commit(session, deadline);
    return result;
  } catch (error) {
    if (session.inTransaction()) await session.abortTransaction();
    throw error;
  }
}

/** Lends a session for transactions. */
export async function inSession<T>(
  connected: Connected,
  run: (session: ClientSession) => Promise<T>,
): Promise<T> {
  const session = connected.startSession();
  try {
    return await run(session);
  } catch (error) {
    if (isBroken(error) || isUnknownCommit(error)) leave(connected, session);
    throw error;
  } finally {
    await session.endSession();
  }
}

/**
 * A transaction that the server did not hear the end of would stay open there for a minute, and hold what
 * it has written. Nobody waits for this: where it does not get through, that minute is waited out.
 */
function leave({ client }: Connected, session: ClientSession): void {
  const told = client.db('admin').command({ killSessions: [session.id] });
  told.catch(() => {});
}

async function commit(session: ClientSession, deadline: number): Promise<void> {
  for (const wait = growingPause(); ; await wait()) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!isUnknownCommit(error)) throw error;
      if (performance.now() > deadline)
        throw unavailable('The store does not say whether it has kept this.', error);
    }
  }
}

/**
 * Runs `work` in a transaction, again and again while others stand in the way, for a bounded time. Not for
 * resources: their units run in lanes (lanes.ts).
 */
export async function inTransaction<T>(site: Site, work: (reading: Reading) => Promise<T>): Promise<T> {
  return inSession(site.connected, session =>
    again(deadline => attemptIn(session, () => work(readingIn(site, session)), deadline)),
  );
}

/** Tries while what is thrown is transient, until the deadline it hands out. Errors come out translated. */
export async function again<T>(
  attempt: (deadline: number) => Promise<T>,
  deadline = performance.now() + PATIENCE_MS,
): Promise<T> {
  for (const wait = growingPause(); ; await wait()) {
    try {
      return await attempt(deadline);
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) throw translate(error);
    }
  }
}

/** Random, so that two who met do not meet again. */
export function growingPause(): () => Promise<void> {
  let longest = FIRST_PAUSE_MS;
  return async () => {
    await pause(1 + Math.random() * longest);
    longest = Math.min(longest * 2, LONGEST_PAUSE_MS);
  };
}
