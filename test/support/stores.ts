// The stores that a whole server is tested on. What a caller is told must not depend on where the data are.
import { describe } from '@jest/globals';
import { giveBack, mongoUrl, takeDatabase } from './mongodb.ts';
import { folderPlace, type Place } from './place.ts';

export interface TestStore {
  readonly name: 'SQLite' | 'MongoDB';
  /** A new one, empty. */
  place(): Place;
}

export const SQLITE: TestStore = { name: 'SQLite', place: () => folderPlace() };

export const MONGODB: TestStore = {
  name: 'MongoDB',
  place: () => {
    const url = takeDatabase();
    const { environment, remove } = folderPlace(url);
    return {
      environment,
      remove: async () => {
        await remove();
        await giveBack(url);
      },
    };
  },
};

export const STORES = [SQLITE, MONGODB] as const;

/** `describe`, skipped by name where this store has no server (mongodb-setup.mjs says so once, loudly). */
export const describeOn = ({ name }: TestStore): typeof describe | typeof describe.skip =>
  name === 'MongoDB' && mongoUrl() === undefined ? describe.skip : describe;

/** The same tests on every store. */
export function onEveryStore(tests: (store: TestStore) => void): void {
  for (const store of STORES) describeOn(store)(`on ${store.name}`, () => tests(store));
}

/** The longest suites are run whole on the first store. */
export const takesAll = ({ name }: TestStore): boolean => name === 'SQLite';

const SHARE = 1 / 8;
/** Of what has very many cells, where LONG=1 asks for more. */
const LONG_SHARE = 1 / 5;

/** All, or on the second store about an eighth of it: another one for each seed, the same every time. */
export const shareOf = <T>(store: TestStore, all: readonly T[], seed: number): T[] => {
  if (takesAll(store)) return [...all];
  return all.filter((_, at) => spread(at, seed) < SHARE);
};

/**
 * Of what has very many cells: a fifth of them on the first store where LONG=1 asks for more, else an eighth; on the
 * second an eighth of that.
 */
export const someOf = <T>({ name }: TestStore, all: readonly T[], seed: number): T[] => {
  const share = (process.env.LONG === '1' ? LONG_SHARE : SHARE) * (name === 'SQLite' ? 1 : SHARE);
  return all.filter((_, at) => spread(at, seed) < share);
};

/** Evenly spread over 0 to 1. */
function spread(at: number, seed: number): number {
  const mixed = Math.imul((at + 1) ^ Math.imul(seed + 1, 0x9e3779b1), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
