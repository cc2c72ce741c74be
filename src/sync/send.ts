// Sends one resource, and finds out what became of it. What may go out of it is asked anew immediately before every try
// (parcel.ts); what may not is not sent.
import type { AnyResource, JsonObject } from '../fhir/types.ts';
import type { Answer } from './answer.ts';
import type { Outcome } from './outcome.ts';
import { holds, type Parcel, parcelOf } from './parcel.ts';
import { ownSystem } from './references.ts';
import type { Asking } from './remote.ts';
import type { Run } from './run.ts';
import { change, type Due, type Problem, type Sent } from './state.ts';

type Became = Pick<Outcome, 'outcome' | 'why'>;

/** What is there of a resource of ours; `said`: where it was read, so that it can be compared. */
interface There {
  id: string;
  etag?: string | undefined;
  said?: JsonObject;
}

interface Sending {
  /** `Type/id`. */
  key: string;
  type: string;
  due: Due;
  before: Sent | undefined;
  there: There | undefined;
}

/** `key`: `Type/id`. */
export async function sendOne(run: Run, key: string, due: Due): Promise<Became> {
  const { state, people } = run;
  if (people.remoteOf(due.person) === undefined) {
    await state.put(change('due', key));
    return { outcome: 'withheld' };
  }
  const type = key.slice(0, key.indexOf('/'));
  const before = await state.get('sent', key);
  const sending: Sending = { key, type, due, before, there: undefined };
  if (before?.id !== undefined)
    return sendTo(run, { ...sending, there: { id: before.id, etag: before.etag } });
  if (due.begun !== true) {
    await state.put(change('due', key, { ...due, begun: true }));
    return sendTo(run, sending);
  }
  const there = await findThere(run, type, key);
  return there === 'several' ? problem(run, sending, SEVERAL) : sendTo(run, { ...sending, there });
}

const SEVERAL: Problem = { outcome: 'conflict', why: 'is there several times' };

async function sendTo(run: Run, sending: Sending): Promise<Became> {
  const { key, type, there } = sending;
  let parcel: Parcel | undefined;
  // A run that was ended had sent it, this version or one before.
  if (there?.said !== undefined) {
    parcel = await parcelOf(run, key);
    if (parcel === undefined) return withhold(run, sending);
    if (holds(there.said, parcel.resource)) return done(run, sending, { parcel, there });
  }
  const answer = await run.remote.ask(async () => {
    parcel = await parcelOf(run, key);
    if (parcel === undefined) return undefined;
    return there === undefined ? creating(run, sending, parcel) : updating(type, there, parcel);
  });
  if (answer === undefined || parcel === undefined) return withhold(run, sending);
  const { status } = answer;
  if (status === 200 && there === undefined) {
    // If-None-Exist found it, and not every server brings along what it found.
    const found = placeOf(answer, answer.said) ?? (await findThere(run, type, key));
    if (found === 'several' || found === undefined) return problem(run, sending, SEVERAL, parcel);
    return sendTo(run, { ...sending, there: found });
  }
  if (status === 200 || status === 201)
    return done(run, sending, { parcel, there: placeOf(answer) ?? there, answer });
  if (there === undefined)
    return problem(run, sending, { outcome: 'refused', why: answer.why ?? String(status) }, parcel);
  return settle(run, { ...sending, there }, parcel, answer);
}

/** It was there, and the other server does not take the change. */
async function settle(
  run: Run,
  sending: Sending & { there: There },
  parcel: Parcel,
  { status, why }: Answer,
): Promise<Became> {
  const { type, there } = sending;
  if (status === 404 || status === 410)
    return problem(run, sending, { outcome: 'conflict', why: 'was removed there' }, parcel);
  if (status !== 412 && status !== 409)
    return problem(run, sending, { outcome: 'refused', why: why ?? String(status) }, parcel);
  const now = await run.remote.ask(async () => ({ method: 'GET', url: `${type}/${there.id}` }));
  if (now?.status === 200 && holds(now.said, parcel.resource))
    return done(run, sending, { parcel, there: { id: there.id, etag: now.etag } });
  return problem(run, sending, { outcome: 'conflict', why: 'was changed there' }, parcel);
}

/** What is there under our identifier. */
async function findThere(run: Run, type: string, key: string): Promise<There | 'several' | undefined> {
  const identifier = `${ownSystem(run.entry.program)}|${key}`;
  const found: AnyResource[] = [];
  for await (const page of run.remote.pages(type, { identifier })) found.push(...page);
  const [only, another] = found;
  if (another !== undefined) return 'several';
  return only === undefined ? undefined : { id: String(only.id), etag: versionOf(only), said: only };
}

const versionOf = (resource: JsonObject): string | undefined => {
  const { versionId } = (resource.meta ?? {}) as JsonObject;
  return typeof versionId === 'string' ? versionId : undefined;
};

/** Where an answer says that it is. */
function placeOf({ said, etag, location }: Answer, compared?: JsonObject): There | undefined {
  const told = /\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(location ?? '')?.[1];
  if (typeof said.id === 'string')
    return { id: said.id, etag, ...(compared === undefined ? {} : { said: compared }) };
  return told === undefined || compared !== undefined ? undefined : { id: told, etag };
}

interface Done {
  parcel: Parcel;
  there: There | undefined;
  answer?: Answer;
}

async function done(
  run: Run,
  { key, type, due, before }: Sending,
  { parcel, there, answer }: Done,
): Promise<Became> {
  const etag = answer?.etag ?? there?.etag;
  const sent: Sent = {
    person: due.person,
    ...(there === undefined ? {} : { id: there.id }),
    ...(etag === undefined ? {} : { etag }),
    version: parcel.version,
  };
  const known =
    there === undefined || before?.id === there.id
      ? []
      : [change('there', `${type}/${there.id}`, { id: key.slice(type.length + 1) })];
  await run.state.put(change('sent', key, sent), ...known, change('due', key));
  return { outcome: 'sent' };
}

/** It is tried again when it changes here. */
async function problem(
  run: Run,
  { key, due, before }: Sending,
  what: Problem,
  parcel?: Parcel,
): Promise<Became> {
  const version = parcel?.version ?? before?.version ?? 0;
  const sent: Sent = { ...before, person: due.person, version, problem: what };
  await run.state.put(change('sent', key, sent), change('due', key));
  return what;
}

async function withhold(run: Run, { key, due }: Sending): Promise<Became> {
  const { begun } = (await run.state.get('due', key)) ?? {};
  const mark = begun === true ? { begun } : {};
  await run.state.put(change('due', key, { ...due, ...mark, withheld: true }));
  return { outcome: 'withheld' };
}

function creating({ entry }: Run, { type, key }: Sending, { resource, headers }: Parcel): Asking {
  const unless = `identifier=${encodeURIComponent(`${ownSystem(entry.program)}|${key}`)}`;
  return {
    method: 'POST',
    url: type,
    headers: { ...headers, 'if-none-exist': unless, prefer: 'return=representation' },
    body: JSON.stringify(resource),
  };
}

function updating(type: string, { id, etag }: There, { resource, headers }: Parcel): Asking {
  const { resourceType, ...rest } = resource;
  const match: Record<string, string> = etag === undefined ? {} : { 'if-match': `W/"${etag}"` };
  return {
    method: 'PUT',
    url: `${type}/${id}`,
    headers: { ...headers, ...match, prefer: 'return=representation' },
    body: JSON.stringify({ resourceType, id, ...rest }),
  };
}
