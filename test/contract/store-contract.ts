// What every store adapter promises (src/store/port.ts), run against each of them. An adapter that
// cannot keep a promise yet names it in its own skip list with the reason.
import { describe } from '@jest/globals';
import type { Derive } from '../../src/store/port/derived.ts';
import type { Store } from '../../src/store/port.ts';
import type { Registry } from '../../src/store/registry.ts';
import { accessContract } from './access-contract.ts';
import { auditContract } from './audit-contract.ts';
import { clientContract } from './client-contract.ts';
import { consentContract } from './consent-contract.ts';
import { exceptionContract } from './exception-contract.ts';
import { historyContract } from './history-contract.ts';
import { importContract } from './import-contract.ts';
import { planContract } from './plan-contract.ts';
import { rateContract } from './rate-contract.ts';
import { searchContract } from './search-contract.ts';
import { syncContract } from './sync-contract.ts';
import { trailContract } from './trail-contract.ts';
import { versionContract } from './version-contract.ts';

export interface OpenedStore {
  store: Store;
  registry: Registry;
  /** Closes it and removes what it kept. */
  close(): Promise<void>;
}

/** Opens an empty store. */
export type OpenStore = (options: { derive: Derive; clock: () => number }) => Promise<OpenedStore>;

export function storeContract(name: string, open: OpenStore): void {
  describe(`the ${name} store`, () => {
    describe('versions', () => versionContract(open));
    describe('plans', () => planContract(open));
    describe('access', () => accessContract(open));
    describe('consents', () => consentContract(open));
    describe('search', () => searchContract(open));
    describe('history', () => historyContract(open));
    describe('imports and claims', () => importContract(open));
    describe('clients', () => clientContract(open));
    describe('exceptions of 42 CFR Part 2', () => exceptionContract(open));
    describe('what is kept of syncs', () => syncContract(open));
    describe('shared counts', () => rateContract(open));
    describe('audit', () => auditContract(open));
    describe('the audit trail', () => trailContract(open));
  });
}
