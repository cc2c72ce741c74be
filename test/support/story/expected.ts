// What each client of the demo should be answered to which searches, told from the records alone: no code that decides
// access, compiles a Consent, extracts index values or runs a search takes part.
import type { AnyResource, JsonObject } from '../../../src/fhir/types.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import { links } from '../round-trip.ts';
import { clientOf, DIRECTORY, sees } from './audience.ts';
import { storyFiles } from './story.ts';

export type Caller = 'demo-program' | 'demo-ehr' | 'demo-payer' | 'demo-patient' | 'demo-auditor';
export const CALLERS: readonly Caller[] = [
  'demo-program',
  'demo-ehr',
  'demo-payer',
  'demo-patient',
  'demo-auditor',
];

export interface Expected {
  search: string;
  total: number;
  /** `kind/value` of the business identifiers of what is found, where these are few. */
  found?: string[];
}

interface Search {
  search: string;
  type: string;
  matches: (resource: JsonObject) => boolean;
}

const DEMO_PATIENT = 'c-101';
/** More are told as a number. */
const MOST_FOUND = 20;

const codesIn = (value: unknown): string[] =>
  JSON.stringify(value ?? null)
    .match(/"code":"[^"]+"/g)
    ?.map(text => text.slice(8, -1)) ?? [];
const has = (element: string, code: string) => (resource: JsonObject) =>
  codesIn(resource[element]).includes(code);
const is = (element: string, value: string) => (resource: JsonObject) => resource[element] === value;
const all = (): boolean => true;
/** Encounters that touch September by the clinic's own clock. */
const inSeptember = ({ period }: JsonObject): boolean => {
  const { start, end } = period as { start: string; end: string };
  return (
    Date.parse(end) >= Date.parse('2026-09-01T00:00:00-04:00') &&
    Date.parse(start) < Date.parse('2026-10-01T00:00:00-04:00')
  );
};
const INTERPRETATION = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
const SEPTEMBER = 'date=ge2026-09-01T00:00:00-04:00&date=lt2026-10-01T00:00:00-04:00';

const SEARCHES: readonly Search[] = [
  { search: 'Patient', type: 'Patient', matches: all },
  { search: 'EpisodeOfCare?status=active', type: 'EpisodeOfCare', matches: is('status', 'active') },
  { search: 'EpisodeOfCare?status=finished', type: 'EpisodeOfCare', matches: is('status', 'finished') },
  { search: 'CarePlan?status=active', type: 'CarePlan', matches: is('status', 'active') },
  { search: 'Goal?lifecycle-status=completed', type: 'Goal', matches: is('lifecycleStatus', 'completed') },
  { search: 'MedicationRequest?status=active', type: 'MedicationRequest', matches: is('status', 'active') },
  { search: 'Appointment?status=noshow', type: 'Appointment', matches: is('status', 'noshow') },
  { search: 'Appointment?status=cancelled', type: 'Appointment', matches: is('status', 'cancelled') },
  { search: `Encounter?${SEPTEMBER}`, type: 'Encounter', matches: inSeptember },
  { search: 'Encounter?class=VR', type: 'Encounter', matches: has('class', 'VR') },
  {
    search: `Observation?value-concept=${INTERPRETATION}|POS`,
    type: 'Observation',
    matches: has('valueCodeableConcept', 'POS'),
  },
  { search: 'Observation?code=44261-6', type: 'Observation', matches: has('code', '44261-6') },
  {
    search: 'Condition?code=F10.20,F11.20',
    type: 'Condition',
    matches: one => codesIn(one.code).some(code => /^F1[01]\.20$/.test(code)),
  },
  { search: 'ServiceRequest?status=revoked', type: 'ServiceRequest', matches: is('status', 'revoked') },
  { search: 'Flag', type: 'Flag', matches: all },
  { search: 'DocumentReference', type: 'DocumentReference', matches: all },
  { search: 'Task?status=completed', type: 'Task', matches: is('status', 'completed') },
  { search: 'Coverage', type: 'Coverage', matches: all },
  { search: 'Consent?status=active', type: 'Consent', matches: is('status', 'active') },
  { search: 'Slot?status=free', type: 'Slot', matches: is('status', 'free') },
  { search: 'Schedule', type: 'Schedule', matches: all },
];

interface Made {
  record: RecordEnvelope;
  role: string;
  resource: AnyResource;
}

/** Every resource as it stands after all records, in the order in which it was made. */
function finalResources(records: readonly RecordEnvelope[]): Made[] {
  const made = new Map<string, Made>();
  const keyOf = (kind: string, id: string, role: string): string => `${kind}|${id}|${role}`;
  for (const record of records) {
    const concept = conceptOf(record.kind)!;
    for (const { role, resource } of concept.toFhir(record, links))
      made.set(keyOf(record.kind, record.id, role), { record, role, resource });
    for (const { kind, id, role, apply } of concept.amend?.(record, links) ?? []) {
      const standing = made.get(keyOf(kind, id, role))!;
      made.set(keyOf(kind, id, role), { ...standing, resource: apply(standing.resource) as AnyResource });
    }
  }
  return [...made.values()];
}

function isSeen(
  caller: Caller,
  { record, role, resource }: Made,
  records: readonly RecordEnvelope[],
): boolean {
  if (caller === 'demo-program') return true;
  if (caller === 'demo-ehr' || caller === 'demo-payer') {
    const audience = caller === 'demo-ehr' ? 'ehr' : 'payer';
    return sees(audience, records, { record, role, status: resource.status });
  }
  if (DIRECTORY.has(record.kind)) return true;
  if (record.kind === 'session' && role === '') return resource.status === 'free';
  return caller === 'demo-patient' && clientOf(record, role) === DEMO_PATIENT;
}

/** `session/evening-2026-09-07/appointment/c-101`: the kind is the last part of the identifier's system. */
export function nameOf(resource: JsonObject): string {
  const [first] = [resource.identifier ?? []].flat() as { system: string; value: string }[];
  return first === undefined ? '' : `${first.system.slice(first.system.lastIndexOf('/') + 1)}/${first.value}`;
}

/** `expected/demo-ehr.json` and so on, one search a line. */
export function expectedFiles(): ReadonlyMap<string, string> {
  const records = [...storyFiles().values()].flat();
  const made = finalResources(records);
  return new Map(
    CALLERS.map(caller => {
      const seen = made.filter(one => isSeen(caller, one, records));
      const lines = SEARCHES.map(one => JSON.stringify(expectedOf(one, seen)));
      return [`expected/${caller}.json`, `[\n${lines.join(',\n')}\n]\n`];
    }),
  );
}

function expectedOf({ search, type, matches }: Search, seen: readonly Made[]): Expected {
  const found = seen.map(one => one.resource).filter(one => one.resourceType === type && matches(one));
  const told = found.length > MOST_FOUND ? {} : { found: found.map(nameOf).toSorted() };
  return { search, total: found.length, ...told };
}
