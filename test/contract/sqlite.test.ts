import { openTemporaryStore } from '../support/store.ts';
import { storeContract } from './store-contract.ts';

storeContract('SQLite', openTemporaryStore);

// A large store walks indexes where a small one sorts: the promises are the same.
storeContract('SQLite, searched like a large one,', options =>
  openTemporaryStore({ ...options, bounds: { few: 0, bounded: 0, stride: 2 } }),
);
