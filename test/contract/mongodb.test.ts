import { test } from '@jest/globals';
import { LIMITS } from '../../src/store/mongodb/reading.ts';
import { mongoUrl, openTemporaryMongo } from '../support/mongodb.ts';
import { storeContract } from './store-contract.ts';

if (mongoUrl() === undefined) {
  // Reason: no server; printed by mongodb-setup.mjs before all tests.
  test.skip('the MongoDB store keeps the contract', () => {});
} else {
  storeContract('MongoDB', openTemporaryMongo);

  // On a sharded cluster a resource is looked for in `place` first.
  storeContract('MongoDB, as on a sharded cluster,', options =>
    openTemporaryMongo({ ...options, sharded: true }),
  );

  // A large store asks the server where a small one collects and names.
  storeContract('MongoDB, searched like a large one,', options =>
    openTemporaryMongo({ ...options, limits: { ...LIMITS, persons: 1, collected: 2 } }),
  );
}
