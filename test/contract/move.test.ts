import { describe } from '@jest/globals';
import { describeMongo, openTemporaryMongo } from '../support/mongodb.ts';
import { openTemporaryStore } from '../support/store.ts';
import { moveContract, type OpenMovable } from './move-contract.ts';

interface Kind {
  name: string;
  open: OpenMovable;
  describe: typeof describe | typeof describe.skip;
}

const STORES: readonly Kind[] = [
  { name: 'SQLite', open: openTemporaryStore, describe },
  { name: 'MongoDB', open: openTemporaryMongo, describe: describeMongo },
];

for (const from of STORES)
  for (const to of STORES)
    (from === STORES[0] ? to : from).describe(`a move from ${from.name} to ${to.name}`, () =>
      moveContract(from.open, to.open),
    );
