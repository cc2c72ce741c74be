// A clinical resource of the other server: into the record of the client it is of, once, and changed only where the other
// server changed it and nobody here did.
import { type Body, parseBody, storedTree } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import { parseReference } from '../fhir/reference.ts';
import type { AnyResource, Identifier, Json, JsonObject } from '../fhir/types.ts';
import { digestOf } from '../interactions/import/canonical.ts';
import type { Version } from '../store/port.ts';
import { mergeElements, saidOf } from './elements.ts';
import type { Outcome } from './outcome.ts';
import { parsed, putting, refusalOf } from './own.ts';
import { provenanceOf } from './provenance.ts';
import { namedIn, originSystem, ownSystem, toOurs } from './references.ts';
import type { Run } from './run.ts';
import { change, type Problem, type Pulled } from './state.ts';

type Became = Pick<Outcome, 'outcome' | 'why'> & { elements?: readonly string[] };

export async function takeResource(run: Run, theirs: AnyResource, known: Pulled | undefined): Promise<void> {
  const { report } = run;
  const { resourceType: type } = theirs;
  const id = theirs.id as string;
  const person = personOf(theirs, run.entry.base);
  if (person === undefined || run.people.linked(person) === undefined)
    return report({ side: 'pull', type, id: '', outcome: 'passed-over' });
  const sound = soundBody(theirs);
  if (typeof sound === 'string') {
    const problem = { outcome: 'refused', why: sound } as const;
    await run.state.put(change('pulled', `${type}/${id}`, { ...known, person, digest: '', problem }));
    return report({ side: 'pull', type, id, ...problem });
  }
  const own = ownId(sound.resource, run);
  const became =
    own === undefined
      ? await settle(run, sound, { person, known })
      : await takeEcho(run, sound.resource, own);
  const { outcome, why } = became;
  report({ side: 'pull', type, id, outcome, ...(why === undefined ? {} : { why }) });
}

/** What is nested too deep for us, or names a property that is none. */
function soundBody(theirs: AnyResource): Body | string {
  try {
    return parseBody(JSON.stringify(theirs));
  } catch (error) {
    return refusalOf(error) ?? 'The resource cannot be read.';
  }
}

/** Remote id of the one Patient it is of. */
function personOf(theirs: AnyResource, base: string): string | undefined {
  const participants = (Array.isArray(theirs.participant) ? theirs.participant : []) as JsonObject[];
  const subjects =
    theirs.resourceType === 'Appointment'
      ? participants.map(one => one?.actor)
      : [theirs.patient ?? theirs.subject];
  const people = new Set(subjects.flatMap(one => patientIn(one, base)));
  return people.size === 1 ? [...people][0] : undefined;
}

function patientIn(value: Json | undefined, base: string): string[] {
  const { reference } = (typeof value === 'object' && value !== null ? value : {}) as { reference?: unknown };
  const named = typeof reference === 'string' ? parseReference(reference, base) : undefined;
  return named?.kind === 'local' && named.type === 'Patient' ? [named.id] : [];
}

/** `Type/id` here, of what we sent there ourselves. */
function ownId(theirs: AnyResource, { entry }: Run): string | undefined {
  const system = ownSystem(entry.program);
  const identifiers = (Array.isArray(theirs.identifier) ? theirs.identifier : []) as Identifier[];
  const value = identifiers.find(one => one?.system === system)?.value;
  return value?.startsWith(`${theirs.resourceType}/`) === true ? value : undefined;
}

/** What we sent is not taken back; where somebody changed it there, somebody here is told. */
async function takeEcho({ state }: Run, theirs: AnyResource, own: string): Promise<Became> {
  const sent = await state.get('sent', own);
  const version = (theirs.meta as JsonObject | undefined)?.versionId;
  if (sent?.etag === undefined || version === undefined || version === sent.etag)
    return { outcome: 'unchanged' };
  const problem: Problem = { outcome: 'conflict', why: 'was changed there' };
  await state.put(change('sent', own, { ...sent, problem }));
  return { outcome: 'conflict', why: problem.why };
}

interface Standing {
  person: string;
  known: Pulled | undefined;
}

async function settle(run: Run, { resource }: Body, { person, known }: Standing): Promise<Became> {
  const key = `${resource.resourceType}/${resource.id}`;
  const digest = digestOf(withoutStamp(resource));
  const again = run.full && known?.problem !== undefined;
  if (known?.digest === digest && known.person === person && !again) return { outcome: 'unchanged' };
  const { became, ...kept } = await writeOne(run, resource, known);
  const problem = became.outcome === 'conflict' || became.outcome === 'refused' ? became : undefined;
  const pulled = {
    person,
    digest,
    ...kept,
    ...(problem === undefined ? {} : { problem: problem as Problem }),
  };
  const { id } = pulled;
  const came =
    id === undefined || id === known?.id
      ? []
      : [change('came', `${resource.resourceType}/${id}`, { id: String(resource.id) })];
  await run.state.put(...came, change('pulled', key, pulled));
  return became;
}

/** Versions there that say the same are the same. */
function withoutStamp({ meta, ...rest }: AnyResource): JsonObject {
  const { security } = (typeof meta === 'object' && meta !== null ? meta : {}) as JsonObject;
  return { ...rest, ...(security === undefined ? {} : { meta: { security } }) };
}

type Written = { became: Became } & Pick<Pulled, 'id' | 'said'>;

const TRIES = 3;

async function writeOne(run: Run, theirs: AnyResource, known: Pulled | undefined): Promise<Written> {
  const next = await inOurWords(run, theirs);
  for (let tried = 1; ; tried += 1) {
    try {
      const current = await standing(run, theirs, known);
      if (current !== undefined) return await amend(run, { theirs, next, current, known });
      if (known?.id !== undefined)
        return { became: { outcome: 'conflict', why: 'was deleted here' }, id: known.id, said: saidOf(next) };
      return await create(run, theirs, next);
    } catch (error) {
      if (error instanceof FhirError && error.code === 'stale' && tried < TRIES) continue;
      const why = refusalOf(error);
      if (why === undefined) throw error;
      const { id, said } = known ?? {};
      return {
        became: { outcome: 'refused', why },
        ...(id === undefined ? {} : { id }),
        ...(said === undefined ? {} : { said }),
      };
    }
  }
}

/** What is here of it: also where a run wrote it and was ended before it could note so. */
async function standing(
  { own, entry }: Run,
  theirs: AnyResource,
  known: Pulled | undefined,
): Promise<Version | undefined> {
  const { resourceType: type } = theirs;
  if (known?.id !== undefined) return own.read(type, known.id);
  for await (const [found] of own.search(type, `identifier=${originOf(theirs, entry)}`)) return found;
  return undefined;
}

const originOf = (theirs: AnyResource, { program, base }: Run['entry']): string =>
  encodeURIComponent(`${originSystem(program)}|${base}/${theirs.resourceType}/${theirs.id}`);

async function create(run: Run, theirs: AnyResource, next: AnyResource): Promise<Written> {
  const { own, entry, context } = run;
  const { resourceType: type } = theirs;
  const fullUrl = `urn:uuid:${context.ids()}`;
  const { id } = await own.write([
    {
      fullUrl,
      resource: next,
      request: { method: 'POST', url: type, ifNoneExist: `identifier=${originOf(theirs, entry)}` },
    },
    provenanceOf(run, fullUrl, `${type}/${theirs.id}`),
  ]);
  return { became: { outcome: 'created' }, id, said: saidOf(next) };
}

interface Sides {
  theirs: AnyResource;
  next: AnyResource;
  current: Version;
  known: Pulled | undefined;
}

async function amend(run: Run, { theirs, next, current, known }: Sides): Promise<Written> {
  const { own } = run;
  const { type, id } = current;
  const resource = parsed(current);
  // As it was first written it says what the other server said.
  const said = known?.said ?? saidOf(parsed((await own.vread(type, id, 1)) ?? current));
  const merged = mergeElements(said, next, { resource, tree: storedTree(current.body) });
  const labels = moreLabels(merged.tree, next);
  const changed = merged.changed || labels !== undefined;
  if (changed)
    await own.write([
      putting(current, labels ?? merged.tree),
      provenanceOf(run, `${type}/${id}`, `${type}/${theirs.id}`),
    ]);
  const { clashes } = merged;
  const became: Became =
    clashes.length > 0
      ? { outcome: 'conflict', why: clashes.join(', '), elements: clashes }
      : { outcome: changed ? 'updated' : 'unchanged' };
  return { became, id, said: saidOf(next) };
}

/** Labels that were not here; undefined where there are none. */
function moreLabels(tree: JsonObject, next: AnyResource): JsonObject | undefined {
  const meta = (tree.meta ?? {}) as JsonObject;
  const held = (meta.security ?? []) as JsonObject[];
  const sent = ((next.meta as JsonObject).security ?? []) as JsonObject[];
  const more = sent.filter(
    one => !held.some(other => other.system === one.system && other.code === one.code),
  );
  return more.length === 0 ? undefined : { ...tree, meta: { ...meta, security: [...held, ...more] } };
}

/** Labels stay; what else the other server's housekeeping says goes. It says where it came from. */
async function inOurWords(run: Run, theirs: AnyResource): Promise<AnyResource> {
  const { entry, context } = run;
  const { resourceType: type, id, meta, identifier, ...rest } = theirs;
  const url = `${entry.base}/${type}/${id}`;
  const { security } = (meta ?? {}) as JsonObject;
  const names = [...namedIn(rest, entry.base)];
  const known = await oursOf(run, names);
  const given = Array.isArray(identifier) ? identifier : [];
  const content = {
    identifier: [...given, { system: originSystem(entry.program), value: url }],
    ...rest,
  } as JsonObject;
  return {
    resourceType: type,
    meta: { source: url, ...(security === undefined ? {} : { security }) },
    ...toOurs(content, { from: entry.base, to: context.base, known: name => known.get(name) }),
  };
}

/** `Type/id` there -> here. */
async function oursOf({ state, people }: Run, names: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const [pulled, there] = await Promise.all([state.many('pulled', names), state.many('there', names)]);
  for (const name of names) {
    const [type, id] = name.split('/') as [string, string];
    const client = type === 'Patient' ? people.linked(id)?.id : undefined;
    const here = client ?? pulled.get(name)?.id ?? there.get(name)?.id;
    if (here !== undefined) found.set(name, `${type}/${here}`);
  }
  return found;
}
