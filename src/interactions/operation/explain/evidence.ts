// What stands behind a reason: the provisions of Consents and the lines of rosters that name the client's
// Organization, of those that who asks may see. They explain; what decided was asked of the store.
import { relatedActor } from '../../../access/actor.ts';
import { type Provision, provisionsOf } from '../../../access/consent.ts';
import type { Reason } from '../../../access/grant.ts';
import { isNotePurpose, purposesMeant } from '../../../access/purpose.ts';
import { recipientNames } from '../../../access/recipient.ts';
import { compileRoster } from '../../../access/roster.ts';
import { READING } from '../../../access/rule.ts';
import { parseBody } from '../../../fhir/body.ts';
import type { JsonObject } from '../../../fhir/types.ts';
import { extract } from '../../../search/extract.ts';
import { UNKNOWN_PERSON } from '../../../search/persons.ts';
import { planSearch } from '../../../search/plan.ts';
import { asksOf, holds, type Known, knownOf } from '../../../search/terms.ts';
import type { ConsentRule } from '../../../store/port/derived.ts';
import type { Version } from '../../../store/port.ts';
import type { Context } from '../../context.ts';
import { readSearch } from '../../search.ts';
import type { Seen } from './seen.ts';

/** By what a condition is about. */
export type Evidence = Partial<Record<Reason, readonly JsonObject[]>>;

/** Resources of a type about a person that are looked at. */
const MOST = 100;

/** What lays down lines: how it is searched by a person, and what its lines are evidence of. */
const SOURCES: readonly { type: string; param: string; of: Reason }[] = [
  { type: 'Consent', param: 'patient', of: 'consent' },
  { type: 'Coverage', param: 'beneficiary', of: 'roster' },
  { type: 'Group', param: 'member', of: 'roster' },
  { type: 'CareTeam', param: 'subject', of: 'care-team' },
  { type: 'RelatedPerson', param: 'patient', of: 'representative' },
];

/** `wanted`: of the others nothing is looked up. */
export async function evidenceOf(
  seen: Seen,
  wanted: ReadonlySet<Reason>,
  context: Context,
): Promise<Evidence> {
  const evidence: Partial<Record<Reason, JsonObject[]>> = {};
  for (const patient of seen.version.patients.filter(one => one !== UNKNOWN_PERSON)) {
    for (const { type, param, of } of SOURCES.filter(one => wanted.has(one.of))) {
      for (const version of await about(type, param, patient, seen, context)) {
        const { resource } = parseBody(version.body);
        const lines = [...provisionsOf(resource, context.base), ...compileRoster(resource, context.base)];
        evidence[of] = [...(evidence[of] ?? []), ...tell(version, lines, patient, seen, context)];
      }
    }
  }
  return evidence;
}

/** Such lines count only while their owner wrote them last, and for that owner's records. */
async function about(
  type: string,
  param: string,
  patient: string,
  { grant, version }: Seen,
  context: Context,
): Promise<Version[]> {
  const search = readSearch(type, `${param}=Patient/${patient}&_count=${MOST}`, true, context);
  const { matches } = await context.store.search(planSearch(search, grant, 'search'), grant);
  return matches.filter(one => one.owner === version.owner && one.writer === one.owner);
}

function tell(
  { type, id, version }: Version,
  lines: readonly (ConsentRule & Partial<Provision>)[],
  patient: string,
  seen: Seen,
  context: Context,
): JsonObject[] {
  const now = context.clock();
  const { relatedPerson } = seen.subject;
  const related = relatedPerson === undefined ? [] : [relatedActor(relatedPerson)];
  const actors = ['', ...recipientNames(seen.subject), ...related];
  const named = lines
    .filter(one => one.patient === patient && actors.includes(one.actor))
    // What is denied is denied of notes as well, and told once.
    .filter(one => !(one.effect === 'deny' && isNotePurpose(one.purpose)));
  return named.map(({ effect, purpose, path, from, to, terms }) => ({
    name: 'because',
    part: [
      { name: 'source', valueReference: { reference: `${type}/${id}/_history/${version}` } },
      ...(path === undefined ? [] : [{ name: 'provision', valueString: path }]),
      { name: 'effect', valueCode: effect },
      ...(path === undefined || purpose === '' ? [] : [{ name: 'purpose', valueCode: purpose }]),
      { name: 'in-force', valueBoolean: from <= now && now < to },
      ...(terms === undefined
        ? []
        : [{ name: 'applies', valueBoolean: holds(terms, knownFor(seen, context)) }]),
    ],
  }));
}

/** The resource that is explained, and who would ask for it. */
function knownFor({ version, subject, use }: Seen, { clock, base }: Context): Known {
  const { marks, dates } = knownOf(version, extract(parseBody(version.body).resource, base));
  const [actor, ...also] = recipientNames(subject);
  const purposes = subject.purposes.flatMap(purposesMeant);
  const action = READING.has(use) ? 'read' : 'write';
  const asks = asksOf({ kind: 'consent', actor: actor!, also, purposes, action, at: clock() });
  return { marks: new Set([...marks, ...asks]), dates, at: clock() };
}
