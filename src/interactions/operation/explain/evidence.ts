// What stands behind a reason: the provisions of Consents and the lines of rosters that name the client's
// Organization, of those that who asks may see. They explain; what decided was asked of the store.
import { type Provision, provisionsOf } from '../../../access/consent.ts';
import { compileRoster } from '../../../access/roster.ts';
import { parseBody } from '../../../fhir/body.ts';
import type { JsonObject } from '../../../fhir/types.ts';
import { planSearch } from '../../../search/plan.ts';
import type { ConsentRule, Version } from '../../../store/port.ts';
import type { Context } from '../../context.ts';
import { readSearch } from '../../search.ts';
import type { Seen } from './seen.ts';

export interface Evidence {
  consent: readonly JsonObject[];
  roster: readonly JsonObject[];
}

/** Consents, Coverages and Groups of a person that are looked at. */
const MOST = 100;

/** What makes a roster, and how it is searched by a person. */
const ROSTERS: readonly (readonly [type: string, param: string])[] = [
  ['Coverage', 'beneficiary'],
  ['Group', 'member'],
];

export async function evidenceOf(seen: Seen, context: Context): Promise<Evidence> {
  const consent: JsonObject[] = [];
  const roster: JsonObject[] = [];
  for (const patient of seen.version.patients.filter(one => one !== '?')) {
    for (const version of await about('Consent', 'patient', patient, seen, context)) {
      const lines = provisionsOf(parseBody(version.body).resource, context.base);
      consent.push(...tell(version, lines, patient, seen, context));
    }
    for (const [type, param] of ROSTERS)
      for (const version of await about(type, param, patient, seen, context)) {
        const lines = compileRoster(parseBody(version.body).resource, context.base);
        roster.push(...tell(version, lines, patient, seen, context));
      }
  }
  return { consent, roster };
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
  { subject }: Seen,
  context: Context,
): JsonObject[] {
  const now = context.clock();
  const named = lines.filter(
    one => one.patient === patient && (one.actor === '' || one.actor === subject.organization),
  );
  return named.map(({ effect, purpose, path, from, to }) => ({
    name: 'because',
    part: [
      { name: 'source', valueReference: { reference: `${type}/${id}/_history/${version}` } },
      ...(path === undefined ? [] : [{ name: 'provision', valueString: path }]),
      { name: 'effect', valueCode: effect },
      ...(path === undefined || purpose === '' ? [] : [{ name: 'purpose', valueCode: purpose }]),
      { name: 'in-force', valueBoolean: from <= now && now < to },
    ],
  }));
}
