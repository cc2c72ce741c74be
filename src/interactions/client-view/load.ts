// What the pages of one client are made of, read from the store by one Grant: the current resources, the
// versions of those that change over a stay, and the directory entries that these name.
import type { Grant, Principal } from '../../access/grant.ts';
import { instantOf, parseBody } from '../../fhir/body.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import type { EpisodeOfCare, HealthcareService, Practitioner, Schedule } from '../../fhir/types.ts';
import type { Names } from '../../iop/concept.ts';
import { personNameOf } from '../../iop/element.ts';
import { EPISODE_TRACK, TIME_ZONE } from '../../iop/extensions.ts';
import { extensionValue } from '../../iop/vocabulary.ts';
import type { Cursor } from '../../search/ast.ts';
import { planSearch } from '../../search/plan.ts';
import type { Version } from '../../store/port.ts';
import type { Attempt } from '../attempt.ts';
import type { Context } from '../context.ts';
import { referencesIn } from '../import/link.ts';
import { demandProgram } from '../import.ts';
import { readSearch } from '../search.ts';
import { type Calendar, calendarOf } from './calendar.ts';
import { nameOf } from './name.ts';
import { type FoundRecords, recordsOf } from './records.ts';
import type { Past, PastVersion } from './said.ts';
import { DEMANDED_TYPES, VIEWED_TYPES } from './view.ts';

/** Resources of one type. A stay of years has hundreds; more is no view for a person. */
const MOST = 10_000;

/** What one caller reads for one request. */
export interface Reader {
  context: Context;
  principal: Principal;
  grant: Grant;
}

/**
 * The client's own Patient. Throws `not-found`, alike for a client that is unknown, hidden or another
 * program's; `forbidden` for callers that are no program.
 */
export async function readClient(
  id: string,
  audit: Attempt,
  context: Context,
  principal: Principal,
): Promise<{ reader: Reader; patient: Version }> {
  await demandProgram(context, principal);
  const asked = DEMANDED_TYPES.map(type => ({ type, use: 'search' as const }));
  const grant = audit.decide([{ type: 'Patient', use: 'read' }, ...asked]);
  const patient = isId(id) ? await context.store.read('Patient', id, grant) : undefined;
  if (patient === undefined || patient.deleted || patient.owner !== principal.organization) throw notFound();
  return { reader: { context, principal, grant }, patient };
}

/** The client's resources of these types, of the program's own record. */
export async function readChart(
  patient: Version,
  types: readonly string[],
  reader: Reader,
): Promise<Version[]> {
  const versions = [patient];
  for (const type of types) versions.push(...(await findAll(type, `patient=${patient.id}`, reader)));
  return versions;
}

/** Every match that is the program's own. */
export async function findAll(
  type: string,
  query: string,
  { context, principal, grant }: Reader,
): Promise<Version[]> {
  const search = readSearch(type, `${query}&_count=${context.limits.maxCount}`, true, context);
  const found: Version[] = [];
  let cursor: Cursor | undefined;
  do {
    const plan = planSearch(search, grant, 'search', cursor === undefined ? {} : { cursor });
    const page = await context.store.search(plan, grant);
    found.push(...page.matches);
    if (found.length > MOST) throw new FhirError('too-large', `There are more than ${MOST} of ${type}.`);
    cursor = page.next;
  } while (cursor !== undefined);
  return found.filter(one => one.owner === principal.organization);
}

/** Everything that the pages of a client are made of. */
export interface Chart {
  /** Logical id of the Patient. */
  id: string;
  found: FoundRecords;
  past: Past;
  calendar: Calendar;
  /** What a reference is called: staff, and tracks. */
  called: ReadonlyMap<string, string>;
}

/** What changes over a stay and is told by its versions. */
const WITH_PAST: ReadonlySet<string> = new Set(['EpisodeOfCare', 'Goal', 'CarePlan', 'Consent']);

/**
 * `more`: types beside what the view shows; what the caller's scopes do not reach of these is left out.
 * Answers with the versions that it read, for the audit row.
 */
export async function loadChart(
  patient: Version,
  more: readonly string[],
  reader: Reader,
): Promise<{ chart: Chart; versions: readonly Version[] }> {
  const { context, principal } = reader;
  const own = await readChart(patient, [...VIEWED_TYPES, ...more], reader);
  const found = await recordsOf(own, principal.organization, context);
  const { past, versions } = await pastOf(own, reader);
  const directory = await directoryOf(found, reader);
  const zone = zoneOf(found, directory) ?? (await programZone(reader));
  const chart = {
    id: patient.id,
    found,
    past,
    calendar: calendarOf(zone, context.clock()),
    called: callDirectory(directory, found.names),
  };
  return { chart, versions: [...own, ...versions] };
}

async function pastOf(
  own: readonly Version[],
  reader: Reader,
): Promise<{ past: Past; versions: readonly Version[] }> {
  const past = new Map<string, PastVersion[]>();
  const versions: Version[] = [];
  for (const one of own.filter(({ type }) => WITH_PAST.has(type))) {
    const before = one.version === 1 ? [] : await versionsBefore(one, reader);
    versions.push(...before);
    const told = [...before, one].map(version => ({
      resource: parseBody(version.body).resource,
      updated: instantOf(version.seq),
    }));
    past.set(`${one.type}/${one.id}`, told);
  }
  return { past, versions };
}

/** Oldest first. */
async function versionsBefore(current: Version, { context, principal, grant }: Reader): Promise<Version[]> {
  const { type, id, seq } = current;
  const found: Version[] = [];
  let before: number | undefined = seq;
  while (before !== undefined) {
    const page: { versions: readonly Version[]; next?: number } = await context.store.history(
      { type, id, before, limit: context.limits.maxCount, total: false },
      grant,
    );
    found.push(...page.versions);
    if (found.length > MOST) throw new FhirError('too-large', `There are more than ${MOST} versions.`);
    before = page.next;
  }
  return found.filter(one => !one.deleted && one.owner === principal.organization).reverse();
}

type Directory = ReadonlyMap<string, Version>;

/** The staff and the tracks that the client's resources name, as far as they may be read. */
async function directoryOf({ resources }: FoundRecords, reader: Reader): Promise<Directory> {
  const named = new Set<string>();
  for (const resource of resources.values()) {
    if (!NAMING.has(resource.resourceType)) continue;
    referencesIn(resource, reader.context.base, named);
    const track = extensionValue(EPISODE_TRACK, resource as unknown as EpisodeOfCare)?.reference;
    if (track !== undefined) named.add(track);
  }
  return readDirectory(
    [...named].filter(one => /^(Practitioner|Schedule)\//.test(one)),
    reader,
  );
}
const NAMING: ReadonlySet<string> = new Set(['EpisodeOfCare', 'CareTeam', 'CarePlan', 'MedicationRequest']);

export async function readDirectory(references: readonly string[], reader: Reader): Promise<Directory> {
  const directory = new Map<string, Version>();
  for (const reference of new Set(references)) {
    const [type = '', id = ''] = reference.split('/');
    const version = await reader.context.store.read(type, id, reader.grant);
    if (version !== undefined && !version.deleted) directory.set(reference, version);
  }
  return directory;
}

/** The zone of the track of the last stay that names one. */
function zoneOf({ resources }: FoundRecords, directory: Directory): string | undefined {
  const stays = [...resources.values()]
    .filter(one => one.resourceType === 'EpisodeOfCare')
    .map(one => one as unknown as EpisodeOfCare)
    .sort((a, b) => (a.period?.start ?? '').localeCompare(b.period?.start ?? ''));
  const zones = stays.map(stay => {
    const track = directory.get(extensionValue(EPISODE_TRACK, stay)?.reference ?? '');
    return track === undefined ? undefined : zoneIn(track);
  });
  return zones.findLast(zone => zone !== undefined);
}

const zoneIn = ({ body }: Version): string | undefined =>
  extensionValue(TIME_ZONE, parseBody(body).resource as unknown as Schedule | HealthcareService);

/** The zone of the program's first service that names one. */
export async function programZone(reader: Reader): Promise<string | undefined> {
  const organization = `organization=Organization/${reader.principal.organization}`;
  const services = await findAll('HealthcareService', organization, reader);
  return services.map(zoneIn).find(zone => zone !== undefined);
}

/** By reference, and of the program's own by `kind|key` as well. */
function callDirectory(directory: Directory, names: Names): ReadonlyMap<string, string> {
  const called = new Map<string, string>();
  for (const [reference, { body }] of directory) {
    const resource = parseBody(body).resource as unknown as Practitioner | Schedule;
    const name =
      resource.resourceType === 'Schedule' ? resource.comment : nameOf(personNameOf(resource.name));
    if (name === undefined) continue;
    called.set(reference, name);
    const key = names.of(reference);
    if (key !== undefined) called.set(`${key.kind}|${key.id}`, name);
  }
  return called;
}

/** What a member of the staff or a track is called; its key where nobody may know. */
export const callOf = ({ called }: Pick<Chart, 'called'>, kind: string, id: string): string =>
  called.get(`${kind}|${id}`) ?? id;
