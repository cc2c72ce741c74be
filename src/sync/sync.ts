// Sync with another FHIR server: an EHR's, on its own ground.
//
// DATA (state.ts; in the registry, so that it is durable on every store and moves with it). A remote: whose server it is
// (an Organization here), for which program, its base, as which client we call. Of its people: who is linked to which
// client, whom somebody has to look at, who is none of ours. Of each resource that came: our id, digests of what was said
// last. Of each that went: its id and version there, and our version that it holds. What is to go. Places up to which both
// sides were looked at. Nothing of it is a name, a date or a value: of a stranger an id is kept, and by which elements he
// resembles a client; of all others who are nobody here, nothing. The private key is a file in KEYS.
//
// A RUN (runRemote): Patients (pull.ts, take-person.ts), then the clinical types (take.ts), then what is to be sent is
// written down (push.ts) and sent (send.ts).
//
// WHO ACTS. What comes in the program writes itself, as its own act: it asks another provider and notes in its chart what
// it was told. meta.source, an identifier and a Provenance say who said it. It is not written as the EHR, because
// (a) that would hang on the person's Consent for the EHR to write, which the person may take back, and an allergy is to
// arrive all the same: nothing goes out by it; (b) without a Consent it would become the EHR's own record and never join
// the chart; (c) who created a resource may read it back: the EHR would find here, with no Consent, which of its patients
// are in the program, which is what 42 CFR 2.13(c) forbids. What goes out is asked for as the EHR's Organization, role
// ehr, purpose TREAT, by the ordinary search: Consent, labels, notes, restrictions and the row of the disclosure are those
// of any caller. There is no other way out, and none past access/decide.
//
// NOBODY IS ASKED FOR. A request for somebody's records at a hospital tells it who is a client of a program. So it is asked
// by type and `_lastUpdated` alone, for all that it lets us see, and from its beginning when that tells nothing of whom we
// found (whole.ts): dear, and silent.
//
// MATCHING (match.ts). By an identifier (system and value) that one client has, and nobody else here or there, and no other
// day of birth. Two people there with it: neither. Everything else is for a person to decide.
//
// MERGING. Element by element against what the other server said last (demographics.ts, elements.ts). Both changed: both
// keep it, and it is told until they agree. What is removed there is never removed here, but told when all is read again.
//
// WHAT IS REFERRED TO. Coming in: linked people and resources that came become ours, everything else stays a reference to
// the other server by its whole URL; criteria and references to this server are taken away, since they would be resolved
// here. Going out: what is there by its id there, everything else becomes a logical reference (type, identifier, display).
//
// FAILURES
//   killed anywhere     a write here is found again by its identifier, one there by If-None-Exist and the same identifier
//                       (sought first where a sending was begun, for servers that do not know If-None-Exist), an update by
//                       If-Match and, where that fails, by comparing; places move after what is before them is durable.
//   two runs at once    the same, and twice the rate: harmless, not useful.
//   not answered        again after what Retry-After says, else 1, 2, 4, ... s with chance, six tries; then the run ends
//                       `partly`, and the next goes on. A consent is asked for anew before each try.
//   refused, there      told with HTTP status and issue code; again when it changes here, or with `full`.
//   refused, here       told with place and reason; again when it changes there.
//   changed there       (a resource of ours) told; not overwritten, not taken back.
//   wrong content, pages without end, a page or redirect to another host, a token endpoint in clear: the type, or the
//                       run, ends with the reason; nothing is followed.
//   a consent ended     nothing more is sent from the next request on; what went stays there and in the accounting.
//   a disclosure is recorded before it is sent: where sending fails the accounting tells of more than arrived, never less.
// Limits: zeros at the end of decimals that come in are lost, since fhir-kit-client parses them away; it also reads an
// answer whole, whatever its size, within the minute that a request may take.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseScopes } from '../access/scope.ts';
import { FhirError } from '../fhir/error.ts';
import type { Context } from '../interactions/context.ts';
import { readBase, readUrl } from './address.ts';
import { decideMatch, type MatchToDecide, matchesOf } from './matches.ts';
import { counting, isProblem, type Outcome, type Report } from './outcome.ts';
import { ownRecord, type PrincipalOf } from './own.ts';
import type { Surround } from './pace.ts';
import { loadPeople } from './people.ts';
import { pullPeople, pullType, settleResources } from './pull.ts';
import { lookForChanges, sendDue } from './push.ts';
import { connect } from './remote.ts';
import type { Run } from './run.ts';
import {
  change,
  isRemoteName,
  type LastRun,
  type RemoteEntry,
  remotesOf,
  type State,
  stateOf,
} from './state.ts';
import { type Status, statusOf } from './status.ts';
import { PULL_TYPES, SCOPE } from './types.ts';
import { endWholeReading, wholeReading } from './whole.ts';

export interface SyncPlace {
  context: Context;
  principalOf: PrincipalOf;
  /** Folder of keys. */
  keys: string;
  surround?: Partial<Surround>;
}

export interface RunOptions {
  signal: AbortSignal;
  /** Everything is read and compared, whenever it changed. */
  full?: boolean;
  report?: Report;
}

export interface Ran {
  outcome: 'done' | 'partly';
  /** Why it ended before its end. */
  reason?: string;
  counts: Readonly<Record<string, number>>;
}

export interface Sync {
  remotes(): Promise<RemoteEntry[]>;
  /** Throws `not-found` where there is none of that name. */
  remote(name: string): Promise<RemoteEntry>;
  /** Where its private key lies. */
  keyFile(name: string): string;
  /** What we ask for unless told. */
  readonly usualScope: string;
  /** Throws `invalid-value` where something of it cannot be. Resolves to what is kept. */
  put(entry: RemoteEntry): Promise<RemoteEntry>;
  /** Forgets a remote and all that is kept of it; what came stays here, what went stays there. */
  remove(name: string): Promise<void>;
  /** Never rejects for what the other server does. */
  run(name: string, options: RunOptions): Promise<Ran>;
  status(name: string): Promise<Status>;
  /** `show`: the other server is asked how it describes them. */
  matches(name: string, options: { show: boolean; signal: AbortSignal }): Promise<MatchToDecide[]>;
  /** Says who somebody there is: a client (logical id of the Patient), or nobody. Resolves to what a wrong link had exchanged. */
  match(name: string, person: string, client: string | undefined): Promise<{ pulled: number; sent: number }>;
}

const TIMEOUT = 60_000;
const SYSTEM = parseScopes('system/*.cruds');

export function createSync({ context, principalOf, keys, surround: given }: SyncPlace): Sync {
  const { registry } = context;
  const surround: Surround = {
    clock: context.clock,
    random: Math.random,
    sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => {}),
    timeout: TIMEOUT,
    ...given,
  };
  const keyFile = (name: string): string => join(keys, `sync-${name}.jwk`);
  const remote = async (name: string): Promise<RemoteEntry> => {
    const entry = await stateOf(registry, name).get('remote', '');
    if (entry === undefined) throw new FhirError('not-found', `There is no remote ${name}: see sync list.`);
    return entry;
  };
  const ownOf = ({ name, program }: RemoteEntry) =>
    ownRecord(context, program, () =>
      principalOf({
        client: `sync-${name}`,
        organization: program,
        role: 'program',
        scopes: SYSTEM,
        purposes: [],
      }),
    );
  const connection = (entry: RemoteEntry, signal: AbortSignal) => {
    const file = keyFile(entry.name);
    if (!existsSync(file))
      throw new FhirError(
        'not-found',
        `The key of remote ${entry.name} is not in KEYS (sync-${entry.name}.jwk).`,
      );
    return connect({ entry, keyFile: file, surround, signal });
  };
  const peopleOf = (entry: RemoteEntry, state: State) => loadPeople(state, ownOf(entry));
  return {
    remotes: () => remotesOf(registry),
    remote,
    keyFile,
    usualScope: SCOPE,
    put: async given => {
      const entry = readEntry(given);
      await stateOf(registry, entry.name).put(change('remote', '', entry));
      return entry;
    },
    remove: async name => {
      await remote(name);
      await stateOf(registry, name).clear();
    },
    run: async (name, { signal, full = false, report = () => {} }) => {
      const entry = await remote(name);
      const state = stateOf(registry, name);
      const counted = counting(report);
      const run = {
        ...{ entry, state, context, principalOf, signal, full },
        remote: connection(entry, signal),
        own: ownOf(entry),
        people: await peopleOf(entry, state),
        report: counted.report,
      };
      return runRemote(run, counted.counts);
    },
    status: async name => statusOf(await remote(name), stateOf(registry, name)),
    matches: async (name, { show, signal }) => {
      const entry = await remote(name);
      const state = stateOf(registry, name);
      return matchesOf(state, show ? connection(entry, signal) : undefined, ownOf(entry));
    },
    match: async (name, person, client) => {
      const entry = await remote(name);
      return decideMatch(stateOf(registry, name), ownOf(entry), { person, client, at: context.clock() });
    },
  };
}

function readEntry(given: RemoteEntry): RemoteEntry {
  const { name, client, scope, rate, tokenUrl } = given;
  const faults = [
    ...(isRemoteName(name) ? [] : ['The name: expected small letters, digits and -, at most 40.']),
    ...(client === '' ? ['The client id is missing.'] : []),
    ...(scope.trim() === '' ? ['The scope is missing.'] : []),
    ...(rate > 0 && rate <= 1000 ? [] : ['The rate: expected requests a second, at most 1000.']),
  ];
  if (faults.length > 0)
    throw new FhirError(
      'invalid-value',
      faults.map(message => ({ message })),
    );
  const token = tokenUrl === undefined ? {} : { tokenUrl: readUrl(tokenUrl, 'The token URL').href };
  return { ...given, base: readBase(given.base), ...token };
}

/** Both ways, one after the other. What one type is refused does not keep the others from going over. */
async function runRemote(run: Run, counts: Record<string, number>): Promise<Ran> {
  const { state, context, signal } = run;
  const begun: LastRun = { started: context.clock(), outcome: 'running', counts: {} };
  await state.put(change('run', '', begun));
  const problems: Outcome[] = [];
  const reasons = new Set<string>();
  const watched: Run = {
    ...run,
    report: outcome => {
      if (isProblem(outcome)) problems.push(outcome);
      run.report(outcome);
    },
  };
  const mark = await wholeReading(run);
  const steps: readonly (() => Promise<void>)[] = [
    () => settleResources(watched),
    () => pullPeople(watched, mark),
    ...PULL_TYPES.map(type => () => pullType(watched, type, mark)),
    async () => (reasons.size === 0 ? endWholeReading(state) : undefined),
    () => lookForChanges(watched),
    () => sendDue(watched),
  ];
  for (const step of steps) {
    const reason = await step().then(
      () => undefined,
      (error: unknown) => reasonOf(error, signal),
    );
    if (reason === undefined) continue;
    reasons.add(reason.text);
    if (reason.ends) break;
  }
  const outcome = reasons.size === 0 && problems.length === 0 ? 'done' : 'partly';
  const reason = reasons.size === 0 ? {} : { reason: [...reasons].join(' ') };
  await state.put(change('run', '', { ...begun, ended: context.clock(), outcome, ...reason, counts }));
  return { outcome, ...reason, counts };
}

/** Of what the other server did, or somebody who stopped the run. Anything else is a bug, and thrown. */
function reasonOf(error: unknown, signal: AbortSignal): { text: string; ends: boolean } {
  if (signal.aborted) return { text: 'interrupted', ends: true };
  if (!(error instanceof FhirError)) throw error;
  return { text: error.message, ends: error.code === 'unavailable' };
}
