// GET /iop/census: who is in the program today, as JSON or to print; of staff that sees a part of it, that part.
import type { Principal } from '../access/grant.ts';
import { parseBody } from '../fhir/body.ts';
import { localId } from '../fhir/reference.ts';
import type { Appointment, EpisodeOfCare } from '../fhir/types.ts';
import { EPISODE_TRACK } from '../iop/extensions.ts';
import { extensionValue } from '../iop/vocabulary.ts';
import type { Version } from '../store/port.ts';
import { attempt } from './attempt.ts';
import { censusPage } from './client-html/census.ts';
import { PAGE_STYLE } from './client-html/document.ts';
import { type CensusFacts, censusOf } from './client-view/census.ts';
import { findAll, programZone, type Reader, readDirectory } from './client-view/load.ts';
import { recordsOf } from './client-view/records.ts';
import type { Context } from './context.ts';
import { htmlReply } from './html-reply.ts';
import { demandProgram } from './import.ts';
import { json } from './record-schema.ts';
import type { Reply } from './request.ts';

const ASKED = ['EpisodeOfCare', 'Patient', 'Appointment', 'Schedule', 'HealthcareService'].map(
  type => ({ type, use: 'search' }) as const,
);

/** Throws `forbidden` for callers that are no program. */
export function showCensus(
  { html, request }: { html: boolean; request: string },
  context: Context,
  principal: Principal,
): Promise<Reply> {
  return attempt({ request, action: 'census' }, context, principal, async audit => {
    await demandProgram(context, principal);
    const reader = { context, principal, grant: audit.decide(ASKED) };
    const { facts, versions } = await factsOf(reader);
    const census = censusOf(facts);
    await audit.record(versions);
    return html ? htmlReply(censusPage(census), PAGE_STYLE) : json(census);
  });
}

/** Wherever a local day is that holds this moment, it begins and ends within so many hours of it. */
const AROUND = 25 * 3600_000;

async function factsOf(reader: Reader): Promise<{ facts: CensusFacts; versions: readonly Version[] }> {
  const { context, principal } = reader;
  const now = context.clock();
  const stays = await findAll('EpisodeOfCare', 'status=active,onhold', reader);
  const time = (at: number) => new Date(at).toISOString();
  const near = `date=ge${time(now - AROUND)}&date=le${time(now + AROUND)}`;
  const missed = await findAll('Appointment', `status=noshow&${near}`, reader);
  const { base } = context;
  const personOf = new Map([...stays, ...missed].map(one => [nameIn(one), personIn(one, base)]));
  const trackOf = new Map(stays.map(one => [nameIn(one), trackIn(one, base)]));
  const tracks = await tracksOf(present(trackOf), reader);
  const people = await findPeople(present(personOf), reader);
  const versions = [...stays, ...missed, ...people, ...tracks];
  const facts = {
    found: await recordsOf(versions, principal.organization, context),
    now,
    zone: await programZone(reader),
    whole: seesEveryStay(reader),
    personOf: defined(personOf),
    trackOf: defined(trackOf),
  };
  return { facts, versions };
}

const nameIn = ({ type, id }: Version): string => `${type}/${id}`;

function personIn({ type, body }: Version, base: string): string | undefined {
  const { resource } = parseBody(body);
  const references =
    type === 'Appointment'
      ? ((resource as unknown as Appointment).participant ?? []).map(one => one.actor?.reference)
      : [(resource as unknown as EpisodeOfCare).patient?.reference];
  return references
    .map(one => localId(one, 'Patient', base))
    .filter(id => id !== undefined)
    .map(id => `Patient/${id}`)[0];
}

function trackIn({ body }: Version, base: string): string | undefined {
  const stay = parseBody(body).resource as unknown as EpisodeOfCare;
  const id = localId(extensionValue(EPISODE_TRACK, stay)?.reference, 'Schedule', base);
  return id === undefined ? undefined : `Schedule/${id}`;
}

type Maybe = ReadonlyMap<string, string | undefined>;
const present = (map: Maybe): Set<string> => new Set([...map.values()].filter(one => one !== undefined));
const defined = (map: Maybe): ReadonlyMap<string, string> =>
  new Map([...map].flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

/** Those of the program's services, and those that stays name besides. */
async function tracksOf(named: ReadonlySet<string>, reader: Reader): Promise<Version[]> {
  const organization = `organization=Organization/${reader.principal.organization}`;
  const services = await findAll('HealthcareService', organization, reader);
  const found = new Map<string, Version>();
  for (const { id } of services)
    for (const one of await findAll('Schedule', `actor=HealthcareService/${id}`, reader))
      found.set(nameIn(one), one);
  const missing = [...named].filter(one => !found.has(one));
  for (const one of (await readDirectory(missing, reader)).values())
    if (one.owner === reader.principal.organization) found.set(nameIn(one), one);
  return [...found.values()];
}

/** Ids in one search. */
const AT_ONCE = 100;

async function findPeople(references: ReadonlySet<string>, reader: Reader): Promise<Version[]> {
  const ids = [...references].map(one => one.slice('Patient/'.length));
  const people: Version[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE)
    people.push(...(await findAll('Patient', `_id=${ids.slice(at, at + AT_ONCE).join(',')}`, reader)));
  return people;
}

/** Neither the rules nor the scopes hide one from the caller, or whose it is. */
const seesEveryStay = ({ grant, principal }: Reader): boolean =>
  grant.whole &&
  ['EpisodeOfCare', 'Patient'].every(wanted =>
    principal.scopes.some(
      ({ type, search, where }) => search && where === undefined && (type === '*' || type === wanted),
    ),
  );
