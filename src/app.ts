// The composition root: configuration -> store -> access -> interactions -> http. The only file that may
// import everything, and what a developer imports from the package.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { createAuthenticate, principalOf } from './access/authenticate.ts';
import { CONSENT_RULES, compileConsent } from './access/consent.ts';
import { decide } from './access/decide.ts';
import type { Principal } from './access/grant.ts';
import { signToken, type TokenClaims } from './access/oauth/access-token.ts';
import { openSigningKey } from './access/oauth/signing-key.ts';
import { signStatement } from './access/oauth/statement.ts';
import { CHECKPOINT_TYPE, keepCheckpoints, makeCheckpointer } from './audit/checkpoint.ts';
import { trailIds } from './audit/event-id.ts';
import { countStrangers } from './audit/strangers.ts';
import type { Config } from './config.ts';
import { type Clock, type Ids, randomIds, systemClock } from './fhir/id.ts';
import type { AnyResource } from './fhir/types.ts';
import { createHttp } from './http/server.ts';
import { type Context, DEFAULT_LIMITS } from './interactions/context.ts';
import { handle } from './interactions/handle.ts';
import { readLines } from './interactions/import/lines.ts';
import { type ImportOptions, importRecords, type RecordOutcome } from './interactions/import.ts';
import { pageSeal } from './interactions/page-link.ts';
import type { FhirRequest, Reply } from './interactions/request.ts';
import { createLog } from './observe/log.ts';
import { isServed, lockServer, type OpenedStore, openStore } from './open-store.ts';
import { EXTRACTORS, extract } from './search/extract.ts';
import { PLACE_FACT } from './store/archive.ts';
import { demandWhole, moveStore } from './store/move.ts';
import type { Derive } from './store/port.ts';
import type { Registry } from './store/registry.ts';
import { warmValidators } from './validation/validate.ts';
import { readSigned, type Verified, verifyStore } from './verify-store.ts';
import { VERSION } from './version.ts';

export { parseScopes } from './access/scope.ts';
export { type Config, ConfigError, readConfig, type StorePlace } from './config.ts';
export type { Principal, TokenClaims };
export { isServed, lockServer, moveStore, type OpenedStore, readSigned, VERSION, type Verified, verifyStore };

/** What may be replaced for tests: time and ids. */
export interface Surroundings {
  clock?: Clock;
  ids?: Ids;
  /** Long work on opening (re-indexing after an upgrade): done and total. */
  onProgress?: (done: number, total: number) => void;
  /** See SqliteOptions.commitMs: for a long import that has the store to itself. */
  commitMs?: number;
}

export interface App {
  readonly config: Config;
  readonly context: Context;
  readonly registry: Registry;
  /** The Express application: hand it to supertest, or to a server of your own. */
  readonly http: Express;
  /** Takes the server's lock on the store and listens; resolves to the public base URL (without /fhir). */
  listen(): Promise<string>;
  /** Stops listening, lets running requests end, closes the store. */
  close(): Promise<void>;
  /** A request from inside: the same way as one from outside, with the same access and audit. */
  handle(request: FhirRequest, principal: Principal): Promise<Reply>;
  /** Program records from the bytes of NDJSON, one outcome each. */
  importRecords(
    chunks: AsyncIterable<Uint8Array>,
    principal: Principal,
    options?: ImportOptions,
  ): AsyncIterable<RecordOutcome>;
  /** An access token of this server. */
  sign(claims: TokenClaims, seconds: number): Promise<string>;
  /** Signs where the audit chains end into the file of checkpoints; the number of lines. A server does by itself. */
  checkpoint(): Promise<number>;
  /** A caller as the server sees it: adds its id space. For commands that act on the store itself. */
  principalOf(caller: Omit<Principal, 'idSpace'>): Promise<Principal>;
}

/** Changes whenever what is derived from a body changes, so that a store written before is indexed anew. */
const DERIVATION = `${EXTRACTORS} ${CONSENT_RULES}`;

/** Builds the server on the store that `config` names. Nothing listens until `listen()`. */
export async function createApp(config: Config, surroundings: Surroundings = {}): Promise<App> {
  const clock = surroundings.clock ?? systemClock;
  const key = await openSigningKey(config.keys);
  const base = baseOf(config);
  const { store, registry, close } = await openWhole(config, surroundings, base);
  const log = createLog(config.logLevel);
  const context: Context = {
    store,
    registry,
    decide: (principal, asked) => decide(principal, asked, clock()),
    ids: surroundings.ids ?? randomIds,
    clock,
    get base() {
      return base.url;
    },
    limits: { ...DEFAULT_LIMITS, maxEntries: config.maxEntries },
    pages: pageSeal(key.secret),
    trail: trailIds(key.secret),
    strangers: countStrangers(store, clock),
    log,
  };
  const place = { key, clock };
  const http = createHttp({
    context,
    authenticate: createAuthenticate(place, registry),
    maxBody: config.maxBody,
    log,
  });
  const serving = createServing(config, http, base);
  const checkpoints = makeCheckpointer({
    path: config.checkpoints,
    ends: () => store.auditEnds(),
    sign: said => signStatement(key, CHECKPOINT_TYPE, said),
    clock,
  });
  let keeping: (() => void) | undefined;
  return {
    config,
    context,
    registry,
    http,
    listen: async () => {
      const url = await serving.listen();
      // A server that cannot sign what it wrote does not serve.
      await checkpoints.write();
      keeping = keepCheckpoints(checkpoints, error => log.error({ err: error }, 'no audit checkpoint'));
      return url;
    },
    close: async () => {
      await serving.stop();
      // What cannot be written now is lost to nobody: it tells of requests that were refused.
      await context.strangers.close().catch(error => log.error({ err: error }, 'audit rows are lost'));
      if (keeping !== undefined) {
        keeping();
        await checkpoints.write().catch(error => log.error({ err: error }, 'no audit checkpoint'));
      }
      await close();
    },
    checkpoint: () => checkpoints.write(),
    handle: (request, principal) => handle(request, context, principal),
    importRecords: (chunks, principal, options) =>
      importRecords(readLines(chunks), context, principal, options),
    sign: (claims, seconds) => signToken(place, claims, seconds),
    principalOf: async caller => principalOf(caller, await registry.organizations()),
  };
}

/** The FHIR base; its port is known once the server listens. */
const baseOf = ({ baseUrl, host, port }: Config): { url: string } => ({
  url: `${baseUrl ?? `http://${hostInUrl(host)}:${port}`}/fhir`,
});

/** The store that `config` names, with no server around it: for what concerns a whole store. */
export function openStoreOf(
  config: Config,
  surroundings: Surroundings = {},
  base = baseOf(config),
): Promise<OpenedStore> {
  const { clock = systemClock, onProgress, commitMs } = surroundings;
  const derive: Derive = resource => deriveFrom(resource as AnyResource, base.url);
  return openStore(config.store, {
    derive,
    clock,
    extractors: DERIVATION,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(commitMs === undefined ? {} : { commitMs }),
  });
}

/** Nothing but `migrate` opens a store that is half moved. */
async function openWhole(...given: Required<Parameters<typeof openStoreOf>>): Promise<OpenedStore> {
  const opened = await openStoreOf(...given);
  try {
    demandWhole(await opened.registry.fact(PLACE_FACT));
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function deriveFrom(resource: AnyResource, base: string) {
  return { ...extract(resource, base), rules: compileConsent(resource, base) };
}

interface Serving {
  listen(): Promise<string>;
  stop(): Promise<void>;
}

function createServing(config: Config, http: Express, base: { url: string }): Serving {
  let server: Server | undefined;
  let lock: { release(): void } | undefined;
  const listen = async (): Promise<string> => {
    lock = await lockServer(config.store);
    server = await listening(http, config);
    const { port } = server.address() as AddressInfo;
    const url = config.baseUrl ?? `http://${hostInUrl(config.host)}:${port}`;
    base.url = `${url}/fhir`;
    warm();
    return url;
  };
  const stop = async (): Promise<void> => {
    if (server !== undefined) await drained(server);
    lock?.release();
  };
  return { listen, stop };
}

/** Types that a program's day is made of: their validators are compiled before the first write asks. */
const WARM = [
  'Patient',
  'Appointment',
  'Encounter',
  'Observation',
  'Goal',
  'CarePlan',
  'MedicationRequest',
  'Consent',
  'Bundle',
];

/** One type at a time, so that requests are answered in between. */
function warm(types: readonly string[] = WARM): void {
  const [first, ...others] = types;
  if (first === undefined) return;
  setImmediate(() => {
    warmValidators([first]);
    warm(others);
  }).unref();
}

function listening(http: Express, config: Config): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = http.listen(config.port, config.host, error => {
      if (error === undefined) resolve(server);
      else reject(error);
    });
  });
}

/** Longest wait for requests that run when the server is asked to stop. */
const DRAIN = 10_000;

function drained(server: Server): Promise<void> {
  return new Promise(resolve => {
    const late = setTimeout(() => server.closeAllConnections(), DRAIN);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}

const hostInUrl = (host: string): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
