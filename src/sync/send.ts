// Sends one resource, as the Organization there may see it. It is asked for as that Organization, by a search of its own,
// immediately before every try: its Consents, labels, notes and restrictions decide as for any caller, and the audit trail
// says that it went out. What it may not see is not sent.

import type { Principal } from '../access/grant.ts';
import { parseScopes } from '../access/scope.ts';
import { parseJson, parseLossless } from '../fhir/json.ts';
import type { AnyResource, Json, JsonObject } from '../fhir/types.ts';
import { handle } from '../interactions/handle.ts';
import { sameJson } from '../interactions/import/canonical.ts';
import type { Outcome } from './outcome.ts';
import { namedIn, ownSystem, toTheirs } from './references.ts';
import type { Answer, Asking } from './remote.ts';
import type { Run } from './run.ts';
import { change, type Due, type Problem, type Sent } from './state.ts';

/** What goes out, as it is written there. */
interface Parcel {
  /** Our version. */
  version: number;
  resource: JsonObject;
  /** 42 CFR 2.32: goes with it. */
  headers: Record<string, string>;
}

type Became = Pick<Outcome, 'outcome' | 'why'>;

/** `key`: `Type/id`. */
export async function sendOne(run: Run, key: string, due: Due): Promise<Became> {
  const { state, people } = run;
  const [type, id] = key.split('/') as [string, string];
  const before = await state.get('sent', key);
  const remote = people.remoteOf(due.person);
  if (remote === undefined) {
    await state.put(change('due', key));
    return { outcome: 'withheld' };
  }
  const parcels = new Map<string, Parcel>();
  /** Asks anew what may go out, and makes of it what is asked of the other server. */
  const withParcel = (make: (parcel: Parcel) => Asking) => async (): Promise<Asking | undefined> => {
    const parcel = await parcelOf(run, type, id);
    if (parcel === undefined) {
      parcels.clear();
      return undefined;
    }
    parcels.set(key, parcel);
    return make(parcel);
  };
  const there = before?.id ?? (due.begun === true ? await findThere(run, type, key) : undefined);
  if (there === undefined && due.begun !== true) await state.put(change('due', key, { ...due, begun: true }));
  const system = ownSystem(run.entry.program);
  const answer = await run.remote.ask(
    withParcel(parcel =>
      there === undefined ? creating(type, key, system, parcel) : updating(type, there, before, parcel),
    ),
  );
  const parcel = parcels.get(key);
  if (answer === undefined || parcel === undefined) return withhold(run, key, due);
  return settle(run, { key, due, before, parcel, there, withParcel }, answer);
}

interface Sending {
  key: string;
  due: Due;
  before: Sent | undefined;
  parcel: Parcel;
  /** Remote id, where it is there. */
  there: string | undefined;
  withParcel: (make: (parcel: Parcel) => Asking) => () => Promise<Asking | undefined>;
}

async function settle(run: Run, sending: Sending, answer: Answer): Promise<Became> {
  const { key, parcel, there } = sending;
  const type = key.slice(0, key.indexOf('/'));
  if (answer.status === 200 && there === undefined) {
    // If-None-Exist found it: a run that was ended had sent it, or a version before it.
    const found = await there200(run, type, key, answer);
    if (found !== undefined && holds(found.said, parcel.resource)) return done(run, sending, found);
    if (found === undefined)
      return problem(run, sending, { outcome: 'conflict', why: 'is there several times' });
    const again = await run.remote.ask(
      sending.withParcel(fresh => updating(type, String(found.said.id), { etag: found.etag }, fresh)),
    );
    if (again === undefined) return withhold(run, key, sending.due);
    return settle(run, { ...sending, there: String(found.said.id) }, again);
  }
  if (answer.status === 200 || answer.status === 201) return done(run, sending, answer, there);
  if (there !== undefined && (answer.status === 412 || answer.status === 409)) {
    const now = await run.remote.ask(async () => ({ method: 'GET', url: `${type}/${there}` }));
    if (now?.status === 200 && holds(now.said, parcel.resource)) return done(run, sending, now, there);
    return problem(run, sending, { outcome: 'conflict', why: 'was changed there' });
  }
  if (there !== undefined && (answer.status === 404 || answer.status === 410))
    return problem(run, sending, { outcome: 'conflict', why: 'was removed there' });
  return problem(run, sending, { outcome: 'refused', why: answer.why ?? String(answer.status) });
}

/** What is there under our identifier, whether the answer brought it along or not. */
async function there200(run: Run, type: string, key: string, answer: Answer): Promise<Answer | undefined> {
  if (typeof answer.said.id === 'string') return answer;
  const id = await findThere(run, type, key);
  return id === undefined ? undefined : run.remote.ask(async () => ({ method: 'GET', url: `${type}/${id}` }));
}

async function findThere(run: Run, type: string, key: string): Promise<string | undefined> {
  const identifier = `${ownSystem(run.entry.program)}|${key}`;
  const found: string[] = [];
  for await (const page of run.remote.pages(type, { identifier }))
    found.push(...page.map(one => String(one.id)));
  return found.length === 1 ? found[0] : undefined;
}

async function done(
  run: Run,
  { key, due, before, parcel }: Sending,
  answer: Answer,
  there?: string,
): Promise<Became> {
  const type = key.slice(0, key.indexOf('/'));
  const id = there ?? idOf(answer);
  const { etag } = answer;
  const sent: Sent = {
    person: due.person,
    ...(id === undefined ? {} : { id }),
    ...(etag === undefined ? {} : { etag }),
    version: parcel.version,
  };
  const known =
    id === undefined || before?.id === id
      ? []
      : [change('there', `${type}/${id}`, { id: key.slice(type.length + 1) })];
  await run.state.put(change('sent', key, sent), ...known, change('due', key));
  return { outcome: 'sent' };
}

const idOf = ({ said, location }: Answer): string | undefined =>
  typeof said.id === 'string'
    ? said.id
    : /\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(location ?? '')?.[1];

/** It is tried again when it changes here. */
async function problem(run: Run, { key, due, before, parcel }: Sending, what: Problem): Promise<Became> {
  const sent: Sent = { ...before, person: due.person, version: parcel.version, problem: what };
  await run.state.put(change('sent', key, sent), change('due', key));
  return what;
}

async function withhold(run: Run, key: string, due: Due): Promise<Became> {
  if (due.withheld !== true) await run.state.put(change('due', key, { ...due, withheld: true }));
  return { outcome: 'withheld' };
}

function creating(type: string, key: string, system: string, { resource, headers }: Parcel): Asking {
  const unless = `identifier=${encodeURIComponent(`${system}|${key}`)}`;
  return {
    method: 'POST',
    url: type,
    headers: { ...headers, 'if-none-exist': unless, prefer: 'return=representation' },
    body: JSON.stringify(resource),
  };
}

function updating(
  type: string,
  id: string,
  before: { etag?: string | undefined } | undefined,
  { resource, headers }: Parcel,
): Asking {
  const { resourceType, ...rest } = resource;
  const match: Record<string, string> =
    before?.etag === undefined ? {} : { 'if-match': `W/"${before.etag}"` };
  return {
    method: 'PUT',
    url: `${type}/${id}`,
    headers: { ...headers, ...match, prefer: 'return=representation' },
    body: JSON.stringify({ resourceType, id, ...rest }),
  };
}

/** The caller that this Organization is here. */
export const asOrganization = ({
  entry,
  principalOf,
}: Pick<Run, 'entry' | 'principalOf'>): Promise<Principal> =>
  principalOf({
    client: `sync-${entry.name}`,
    organization: entry.organization,
    role: 'ehr',
    recipient: entry.recipient,
    scopes: parseScopes('system/*.rs'),
    purposes: ['TREAT'],
  });

/** Undefined: that Organization may not see it, or it is not there any more. */
async function parcelOf(run: Run, type: string, id: string): Promise<Parcel | undefined> {
  const { context } = run;
  const request = { kind: 'search', type, query: `_id=${id}`, prefer: {}, request: context.ids() } as const;
  const reply = await handle(request, context, await asOrganization(run));
  const text = reply.body ?? '{}';
  const bundle = parseLossless(text, parseJson(text)) as { entry?: { resource?: AnyResource }[] };
  const found = (bundle.entry ?? [])
    .map(one => one.resource)
    .find(one => one?.resourceType === type && one.id === id);
  if (found === undefined) return undefined;
  const notices = ['Redisclosure-Notice', 'Consent-Reference'].flatMap(name => {
    const value = reply.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    version: Number((found.meta as JsonObject).versionId),
    resource: await inTheirWords(run, found),
    headers: Object.fromEntries(notices),
  };
}

/** Labels stay; what else our housekeeping says goes. */
async function inTheirWords(run: Run, resource: AnyResource): Promise<JsonObject> {
  const { entry, context } = run;
  const { resourceType: type, id, meta, identifier, ...rest } = resource;
  const { security } = (meta ?? {}) as JsonObject;
  const system = ownSystem(entry.program);
  const given = Array.isArray(identifier) ? identifier : [];
  const known = await theirsOf(run, [...namedIn(rest, context.base)]);
  const sides = { from: context.base, to: entry.base, known: (name: string) => known.get(name) };
  return {
    resourceType: type,
    ...(security === undefined ? {} : { meta: { security } }),
    identifier: [...given, { system, value: `${type}/${id}` }] as Json,
    ...toTheirs(rest as JsonObject, sides, system),
  };
}

/** `Type/id` here -> there. */
async function theirsOf({ state, people }: Run, names: readonly string[]): Promise<Map<string, string>> {
  const sent = await state.many('sent', names);
  const found = new Map<string, string>();
  for (const name of names) {
    const [type, id] = name.split('/') as [string, string];
    const there = type === 'Patient' ? people.remoteOf(id) : sent.get(name)?.id;
    if (there !== undefined) found.set(name, `${type}/${there}`);
  }
  return found;
}

/** Is it there as we would write it, with all labels? What the other server adds of its own to meta is its business. */
function holds(there: JsonObject, ours: JsonObject): boolean {
  const { id: _i, meta: theirMeta, ...theirs } = there;
  const { id: _o, meta: ourMeta, ...own } = JSON.parse(JSON.stringify(ours)) as JsonObject;
  const labels = (meta: Json | undefined) =>
    ((meta as JsonObject | undefined)?.security ?? []) as JsonObject[];
  const labelled = labels(ourMeta).every(one =>
    labels(theirMeta).some(other => other.system === one.system && other.code === one.code),
  );
  return labelled && sameJson(theirs, own);
}
