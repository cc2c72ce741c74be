// Records as the pages of a client find them in a store, without one.
import type { AnyResource } from '../../src/fhir/types.ts';
import { calendarOf } from '../../src/interactions/client-view/calendar.ts';
import type { Chart } from '../../src/interactions/client-view/load.ts';
import type { FoundRecord } from '../../src/interactions/client-view/records.ts';
import type { PastVersion } from '../../src/interactions/client-view/said.ts';
import type { RecordEnvelope } from '../../src/iop/concept.ts';
import { conceptOf } from '../../src/iop/concepts.ts';

export const ZONE = 'America/New_York';
export type LooseRecord = { kind: string; id: string } & Record<string, unknown>;

export interface ChartOptions {
  /** What the clock says; unless told in the evening of 2026-11-30. */
  now?: string;
  zone?: string | undefined;
  /** What records said before, oldest first, with when the server was told. */
  before?: readonly (readonly [record: LooseRecord, updated: string])[];
  /** When the server was told of the current ones. */
  updated?: string;
}

/** A chart of the client `c1`. */
export function chartOf(records: readonly LooseRecord[], options: ChartOptions = {}): Chart {
  const { now = '2026-11-30T20:00:00-05:00', before = [], updated = '2026-11-30T12:00:00Z' } = options;
  const keys = new Map<string, { kind: string; id: string; role: string }>();
  const to = (kind: string, id: string, role = ''): string => {
    const type = role.startsWith('appointment/') ? 'Appointment' : conceptOf(kind)!.makes[0]!;
    const reference = `${type}/${[kind, id, role.replace('/', '-')].filter(part => part !== '').join('-')}`;
    keys.set(reference, { kind, id, role });
    return reference;
  };
  const partsOf = (record: LooseRecord) => {
    const full = { program: 'p', client: 'c1', ...record } as unknown as RecordEnvelope;
    const parts = conceptOf(record.kind)!.toFhir(full, { to });
    // A Slot names nobody: a search by the client does not find it.
    const found = parts.filter(({ resource }) => resource.resourceType !== 'Slot');
    return new Map(found.map(({ role, resource }) => [role, clone(resource)]));
  };
  const resources = new Map<string, AnyResource>();
  const past = new Map<string, PastVersion[]>();
  const add = (record: LooseRecord, resource: AnyResource, at: string): void => {
    const reference = to(record.kind, record.id);
    past.set(reference, [...(past.get(reference) ?? []), { resource, updated: at }]);
  };
  for (const [record, at] of before) add(record, partsOf(record).get('')!, at);
  const found = records.map((record): FoundRecord => {
    const parts = partsOf(record);
    const references = new Map([...parts.keys()].map(role => [role, to(record.kind, record.id, role)]));
    for (const [role, resource] of parts) resources.set(references.get(role)!, resource);
    if (parts.has('')) add(record, parts.get('')!, updated);
    return { kind: record.kind, id: record.id, parts, references };
  });
  const names = { program: 'p', of: (reference: string) => keys.get(reference) };
  return {
    id: 'patient-1',
    found: { names, records: found, resources },
    past,
    calendar: calendarOf('zone' in options ? options.zone : ZONE, Date.parse(now)),
    called: new Map([['clinician|dana', 'Dana Invented']]),
  };
}

const clone = (resource: AnyResource): AnyResource => JSON.parse(JSON.stringify(resource)) as AnyResource;

export const stay = (more: object = {}): LooseRecord => ({
  kind: 'episode',
  id: 'stay',
  status: 'active',
  focus: 'substance-use',
  level: '2.1',
  phase: 'intake',
  from: '2026-10-19',
  ...more,
});

export const treatment = (more: object = {}): LooseRecord => ({
  kind: 'plan',
  id: 'plan',
  purpose: 'treatment',
  status: 'active',
  title: 'Treatment plan',
  from: '2026-10-19',
  intensity: { sessionsPerWeek: 3, minutesPerSession: 180 },
  ...more,
});

/** A session of the client alone and how it was attended. */
export function meeting(id: string, start: string, end: string, more: object = {}): LooseRecord[] {
  const common = { type: 'group', mode: 'on-site', start, end };
  const {
    planned = {},
    status = 'present',
    ...attended
  } = more as {
    planned?: object;
    status?: string;
  };
  const session = { kind: 'session', id, ...common, clients: [{ client: 'c1', ...planned }] };
  if (status === 'booked') return [session];
  return [session, { kind: 'attendance', id: `a-${id}`, session: id, ...common, status, ...attended }];
}
