// The composition root: configuration -> store -> access -> interactions -> http. The only file that may
// import everything, and what a developer imports from the package.
import type { Express } from 'express';
import { createAuthenticate, principalOf } from './access/authenticate.ts';
import { CONSENT_RULES, compileConsent } from './access/consent.ts';
import { decide } from './access/decide.ts';
import { deskOf } from './access/desk.ts';
import type { Principal } from './access/grant.ts';
import { LABEL_RULES } from './access/label/labeller.ts';
import { labelling } from './access/label/labelling.ts';
import { withMemberships } from './access/membership.ts';
import { signToken, type TokenClaims } from './access/oauth/access-token.ts';
import { knowClient } from './access/oauth/client.ts';
import { createVerifyForeign } from './access/oauth/issuers.ts';
import { createKeySets } from './access/oauth/key-set.ts';
import type { OAuthPlace } from './access/oauth/place.ts';
import { createFetchJson } from './access/oauth/safe-fetch.ts';
import { openKeyring } from './access/oauth/signing-key.ts';
import { signStatement } from './access/oauth/statement.ts';
import { withConsentAge } from './access/representative.ts';
import { compileRoster, ROSTER_RULES } from './access/roster.ts';
import { CHECKPOINT_TYPE, keepCheckpoints, makeCheckpointer } from './audit/checkpoint.ts';
import type { AuditAct } from './audit/event-codes.ts';
import { trailIds } from './audit/event-id.ts';
import { countStrangers } from './audit/strangers.ts';
import { type Config, isHttps, isLoopback } from './config.ts';
import { type Clock, type Ids, randomIds, systemClock } from './fhir/id.ts';
import type { AnyResource } from './fhir/types.ts';
import { type Listener, listen } from './http/listener.ts';
import { createRateLimit, type RateLimit, type RateLimitOptions } from './http/rate-limit.ts';
import { createHttp, type Edge } from './http/server.ts';
import type * as appointments from './interactions/booking/appointments.ts';
import type * as plan from './interactions/booking/plan.ts';
import type * as sessions from './interactions/booking/session.ts';
import type * as slots from './interactions/booking/slots.ts';
import { printConsent } from './interactions/consent-form.ts';
import { type Context, DEFAULT_LIMITS } from './interactions/context.ts';
import { registeredBy } from './interactions/emergency.ts';
import { handle } from './interactions/handle.ts';
import { appointmentKey, partKey } from './interactions/import/key.ts';
import { readLines } from './interactions/import/lines.ts';
import type { Input } from './interactions/import/outcome.ts';
import { type Decision, resolveConflict } from './interactions/import/resolve.ts';
import type { SheetImport } from './interactions/import/sheet/sheet-import.ts';
import { type ImportOptions, importRecords, type RecordOutcome } from './interactions/import.ts';
import { printLetter } from './interactions/letter-page.ts';
import { pageSeal } from './interactions/page-link.ts';
import { showRecord } from './interactions/record.ts';
import type { FhirRequest, Reply } from './interactions/request.ts';
import { askOf, isMissed, keysIn, offerOf, sessionIdentifiers } from './iop/booking.ts';
import type { RecordEnvelope } from './iop/concept.ts';
import { createLog } from './observe/log.ts';
import { isServed, lockServer, type OpenedStore, openStore, removeStore } from './open-store.ts';
import { EXTRACTORS, extract } from './search/extract.ts';
import { clausesOfSlot } from './search/slots.ts';
import { PLACE_FACT } from './store/archive.ts';
import { demandWhole, moveStore } from './store/move.ts';
import type { Derive } from './store/port/derived.ts';
import type { Seating } from './store/port/seating.ts';
import type { ClientEntry, ExceptionEntry, ExceptionOf, Registry } from './store/registry.ts';
import type { MatchToDecide } from './sync/matches.ts';
import type { Outcome } from './sync/outcome.ts';
import type { RemoteEntry } from './sync/state.ts';
import type { Status } from './sync/status.ts';
import type { Sync } from './sync/sync.ts';
import { warmValidators } from './validation/validate.ts';
import { readSigned, type Verified, verifyStore } from './verify-store.ts';
import { VERSION } from './version.ts';

export { AUDIT_PURPOSES } from './access/audit-agreement.ts';
export { isDated, isOrderable } from './access/court-order.ts';
export { readClient, readJwks, readKeys } from './access/oauth/client-entry.ts';
export {
  makeClientKey,
  readClientKey,
  readJson,
  requestToken,
  signAssertion,
} from './access/oauth/client-key.ts';
export { rotateSigningKey } from './access/oauth/signing-key.ts';
export { parseScopes } from './access/scope.ts';
export { type Config, ConfigError, readConfig, type StorePlace } from './config.ts';
export type {
  AuditAct,
  ClientEntry,
  ExceptionEntry,
  ExceptionOf,
  MatchToDecide,
  Outcome,
  Principal,
  RemoteEntry,
  Status,
  Sync,
  TokenClaims,
};
export {
  isServed,
  lockServer,
  moveStore,
  type OpenedStore,
  readSigned,
  removeStore,
  VERSION,
  type Verified,
  verifyStore,
};

/** What may be replaced for tests: time and ids. */
export interface Surroundings {
  clock?: Clock;
  ids?: Ids;
  /** Long work on opening (re-indexing after an upgrade): done and total. */
  onProgress?: (done: number, total: number) => void;
  /** See SqliteOptions.commitMs: for a long import that has the store to itself. */
  commitMs?: number;
}

/** What the desk of a program can do. Loaded by who does it: a server books through the FHIR API. */
export type BookingDesk = typeof appointments & typeof sessions & typeof slots & typeof plan;

export interface App {
  readonly config: Config;
  readonly context: Context;
  readonly registry: Registry;
  /** The token endpoint and its neighbours, without HTTP. */
  readonly oauth: OAuthPlace;
  /** The Express application: hand it to supertest, or to a server of your own. */
  readonly http: Express;
  /** Takes the server's lock on the store and listens; resolves to the public base URL (without /fhir). */
  listen(): Promise<string>;
  /** Reads the files of TLS_CERT and TLS_KEY again. Throws where they are no good, and goes on with the old. */
  renewTls(): void;
  /** Stops listening, lets running requests end, closes the store. */
  close(): Promise<void>;
  /** A request from inside: the same way as one from outside, with the same access and audit. */
  handle(request: FhirRequest, principal: Principal): Promise<Reply>;
  /** Program records from the bytes of NDJSON, or as `read` makes them out, one outcome each. */
  importRecords(
    chunks: AsyncIterable<Uint8Array>,
    principal: Principal,
    options?: ImportOptions & { read?: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Input> },
  ): AsyncIterable<RecordOutcome>;
  /** A conflict of an import, decided: its record is imported again. */
  resolveConflict(decision: Omit<Decision, 'request'>, principal: Principal): Promise<RecordOutcome>;
  /** A sheet (CSV) of records of a program, by the text of a map: `read` is for importRecords. */
  sheet(map: string, program: string): Promise<SheetImport>;
  /** The desk of a program: see interactions/booking. */
  booking(): Promise<BookingDesk>;
  /** Sync with other servers. */
  sync(): Promise<Sync>;
  /** A Consent as a form, HTML: as the program's door gives it. */
  printConsent(id: string, principal: Principal): Promise<string>;
  /** A letter of the program to print, HTML, by the key of its record; undefined where there is none. */
  printLetter(key: string, principal: Principal): Promise<string | undefined>;
  /** A record of the program as FHIR says it now. Throws `not-found`. */
  record(kind: string, id: string, principal: Principal): Promise<RecordEnvelope>;
  /** An access token of this server. Its client is registered, without keys, where it is not yet. */
  sign(claims: TokenClaims, seconds: number): Promise<string>;
  /** Signs where the audit chains end into the file of checkpoints; the number of lines. A server does by itself. */
  checkpoint(): Promise<number>;
  /** A caller as the server sees it: adds its id space and what it belongs to. For commands that act on the store itself. */
  principalOf(caller: Omit<Principal, 'idSpace'>): Promise<Principal>;
}

/** Changes whenever what is derived from a body or how it is labelled changes: a store of before is done anew. */
const DERIVATION = `${EXTRACTORS} ${CONSENT_RULES} ${ROSTER_RULES} ${LABEL_RULES}`;

/** Builds the server on the store that `config` names. Nothing listens until `listen()`. */
export async function createApp(config: Config, surroundings: Surroundings = {}): Promise<App> {
  const shifted = { ms: 0 };
  const clock = surroundings.clock ?? (() => systemClock() + shifted.ms);
  const keys = await openKeyring(config.keys, clock);
  const base = baseOf(config);
  const { store, registry, close } = await openWhole(config, { ...surroundings, clock }, base);
  shifted.ms = await demoShift(registry);
  const log = createLog(config.logLevel);
  const context: Context = {
    store,
    registry,
    decide: (principal, asked) =>
      decide(withConsentAge(principal, config.minorConsentAges), asked, clock(), config.staffAccess),
    ids: surroundings.ids ?? randomIds,
    clock,
    get base() {
      return base.url;
    },
    limits: { ...DEFAULT_LIMITS, maxEntries: config.maxEntries },
    pages: pageSeal(keys.secret),
    cors: config.corsOrigins.length > 0,
    trail: trailIds(keys.secret),
    strangers: countStrangers(store, clock),
    log,
  };
  const place = { keys, clock };
  const fetchJson = createFetchJson({ loopback: isLoopback(config.host) });
  const keySets = createKeySets(fetchJson);
  const oauth: OAuthPlace = {
    ...place,
    registry,
    keySets,
    root: () => base.url.slice(0, -'/fhir'.length),
    lifetime: config.tokenMinutes * 60,
    ids: context.ids,
    registeredBy: patient => registeredBy(patient, context),
    record: audit => store.record(audit),
  };
  const { issuers } = config;
  const verifyForeign = createVerifyForeign({
    issuers,
    fetchJson,
    keySets,
    registry,
    clock,
    base: () => base.url,
  });
  const edge = edgeOf(config, { secret: keys.secret, clock, share: registry.spend });
  const http = createHttp({
    context,
    authenticate: createAuthenticate({ ...oauth, verifyForeign }),
    oauth,
    maxBody: config.maxBody,
    log,
    edge,
  });
  const serving = createServing(config, http, base);
  const checkpoints = makeCheckpointer({
    path: config.checkpoints,
    ends: () => store.auditEnds(),
    sign: async said => signStatement(await keys.signing(), CHECKPOINT_TYPE, said),
    clock,
  });
  let keeping: (() => void) | undefined;
  const principal: App['principalOf'] = async caller =>
    withMemberships(principalOf(caller, await registry.organizations()), registry, clock());
  return {
    config,
    context,
    registry,
    oauth,
    http,
    listen: async () => {
      const url = await serving.listen();
      // A server that cannot sign what it wrote does not serve.
      await checkpoints.write();
      keeping = keepCheckpoints(checkpoints, error => log.error({ err: error }, 'no audit checkpoint'));
      return url;
    },
    renewTls: serving.renewTls,
    close: async () => {
      await serving.stop();
      await Promise.all([edge.clients?.close(), edge.addresses?.close()]);
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
    importRecords: (chunks, principal, { read = readLines, ...options } = {}) =>
      importRecords(read(chunks), context, principal, options),
    resolveConflict: (decision, principal) =>
      resolveConflict({ ...decision, request: context.ids() }, context, principal),
    // What reads sheets is loaded by who does: a server never.
    sheet: async (map, program) =>
      (await import('./interactions/import/sheet/sheet-import.ts')).sheetImport(map, program),
    booking: async () => ({
      ...(await import('./interactions/booking/appointments.ts')),
      ...(await import('./interactions/booking/session.ts')),
      ...(await import('./interactions/booking/slots.ts')),
      ...(await import('./interactions/booking/plan.ts')),
    }),
    printConsent: async (id, principal) =>
      (await printConsent({ id, request: context.ids() }, context, principal)).body ?? '',
    printLetter: async (key, principal) => {
      const claim = partKey({ program: principal.organization, kind: 'letter', id: key, role: '' });
      const id = (await registry.claims([claim])).get(claim)?.split('/')[1];
      if (id === undefined) return undefined;
      return (await printLetter({ id, request: context.ids() }, context, principal)).body ?? '';
    },
    record: async (kind, id, principal) => {
      const reply = await showRecord({ kind, id, request: context.ids() }, context, principal);
      return JSON.parse(reply.body ?? '') as RecordEnvelope;
    },
    sign: async (claims, seconds) => {
      const { purposes } = await knowClient(registry, claims);
      return signToken(place, { purposes, ...claims }, seconds);
    },
    // What calls other servers is loaded by who does: a server never.
    sync: async () =>
      (await import('./sync/sync.ts')).createSync({ context, principalOf: principal, keys: config.keys }),
    principalOf: principal,
  };
}

/** What a store says that is a demo's, and by how many ms its clock is ahead of the machine's (less than 0: behind). */
export const DEMO_FACT = { marked: 'demo', clock: 'demo-clock' } as const;

/** A demo may have a clock of its own, for every command on it: see `demo --now`. No other store has. */
async function demoShift(registry: Registry): Promise<number> {
  if ((await registry.fact(DEMO_FACT.marked)) !== 'yes') return 0;
  const ms = Number((await registry.fact(DEMO_FACT.clock)) ?? 0);
  return Number.isSafeInteger(ms) ? ms : 0;
}

/** The FHIR base; its port is known once the server listens. */
const baseOf = (config: Config): { url: string } => ({ url: `${urlOf(config, config.port)}/fhir` });

const urlOf = ({ baseUrl, host, tls }: Config, port: number): string =>
  baseUrl ?? `${tls === undefined ? 'http' : 'https'}://${hostInUrl(host)}:${port}`;

/** The store that `config` names, with no server around it: for what concerns a whole store. */
export function openStoreOf(
  config: Config,
  surroundings: Surroundings = {},
  base = baseOf(config),
): Promise<OpenedStore> {
  const { clock = systemClock, ids = randomIds, onProgress, commitMs } = surroundings;
  const seating: Seating = {
    asks: body => askOf(body, base.url),
    offers: offerOf,
    missed: isMissed,
    keysIn,
    clauses: (slot, claims) => clausesOfSlot(slot, sessionIdentifiers(claims)),
    recordKey: appointmentKey,
    desk: owner => deskOf(owner, { at: clock(), staff: config.staffAccess, ids }),
  };
  const derive: Derive = Object.assign(
    (resource: Record<string, unknown>) => deriveFrom(resource as AnyResource, base.url),
    { labels: labelling(() => base.url), seating },
  );
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
  const rules = [...compileConsent(resource, base), ...compileRoster(resource, base)];
  return { ...extract(resource, base), rules };
}

/** What the configuration says of it; without a limit nothing is counted. */
function edgeOf(config: Config, counting: Omit<RateLimitOptions, 'limit' | 'name'>): Edge {
  const { rateLimit, corsOrigins: origins, trustProxy } = config;
  const limited = (name: 'client' | 'address'): RateLimit | undefined =>
    rateLimit[name] === 0 ? undefined : createRateLimit({ ...counting, name, limit: rateLimit[name] });
  return {
    https: isHttps(config),
    origins,
    trustProxy,
    clients: limited('client'),
    addresses: limited('address'),
  };
}

interface Serving {
  listen(): Promise<string>;
  renewTls(): void;
  stop(): Promise<void>;
}

function createServing(config: Config, http: Express, base: { url: string }): Serving {
  let listener: Listener | undefined;
  let lock: { release(): void } | undefined;
  const open = async (): Promise<string> => {
    lock = await lockServer(config.store);
    listener = await listen(http, config);
    const url = urlOf(config, listener.port);
    base.url = `${url}/fhir`;
    warm();
    return url;
  };
  const stop = async (): Promise<void> => {
    await listener?.stop();
    lock?.release();
  };
  return { listen: open, renewTls: () => listener?.renewTls(), stop };
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

const hostInUrl = (host: string): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
