import { describe, expect, test } from '@jest/globals';
import type { AnyResource, Json } from '../../../src/fhir/types.ts';
import { type SessionRecord, session } from '../../../src/iop/session.ts';
import { partMap } from '../../support/round-trip.ts';
import { resourcesOf, throughFhir, world } from '../../support/world.ts';

const group: SessionRecord = {
  kind: 'session',
  id: 's-1',
  program: 'riverbend',
  type: 'group',
  mode: 'on-site',
  start: '2026-09-07T18:00:00-04:00',
  end: '2026-09-07T21:00:00-04:00',
  track: 'evening',
  site: 'main',
  clinician: 'dr-a',
  topic: 'relapse-prevention',
  capacity: 3,
  serviceCode: 'H0015',
  clients: [{ client: 'c1' }, { client: 'c2' }],
};
const single: SessionRecord = {
  ...{ kind: 'session', id: 's-2', program: 'riverbend', type: 'individual', mode: 'telehealth' },
  start: '2026-09-08T09:00:00-04:00',
  end: '2026-09-08T09:50:00-04:00',
  clinician: 'dr-a',
  clients: [{ client: 'c1' }],
};

const edit =
  (role: string, elements: Readonly<Record<string, Json>>) =>
  (parts: Map<string, AnyResource>): void => {
    parts.set(role, { ...parts.get(role), ...elements } as AnyResource);
  };

describe('what an EHR does to one Appointment of a group session is a deviation of that client alone', () => {
  test.each<[string, Readonly<Record<string, Json>>, object]>([
    ['cancelled without a reason', { status: 'cancelled' }, { cancelled: { by: 'other' } }],
    [
      'cancelled for the patient, with a finer code',
      {
        status: 'cancelled',
        cancelationReason: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason',
              code: 'pat-lt',
            },
          ],
          text: 'no ride',
        },
      },
      { cancelled: { by: 'patient', reason: 'no ride' } },
    ],
    [
      'moved',
      { start: '2026-09-07T19:00:00-04:00', end: '2026-09-07T22:00:00-04:00' },
      { start: '2026-09-07T19:00:00-04:00', end: '2026-09-07T22:00:00-04:00' },
    ],
    [
      'written in another zone, at the same moment',
      { start: '2026-09-07T22:00:00Z', end: '2026-09-08T01:00:00Z' },
      {},
    ],
    ['commented', { comment: 'please bring the worksheet' }, {}],
  ])('%s', (_name, change, deviation) => {
    const back = throughFhir(session, group, edit('appointment/c2', change));
    expect(back).toEqual({ ...group, clients: [{ client: 'c1' }, { client: 'c2', ...deviation }] });
  });

  test('entered in error: that client is not expected', () => {
    const back = throughFhir(session, group, edit('appointment/c2', { status: 'entered-in-error' }));
    expect(back.clients).toEqual([{ client: 'c1' }]);
  });
});

test('an Appointment that is moved moves a session which has no other', () => {
  const change = edit('appointment/c1', {
    start: '2026-09-08T10:00:00-04:00',
    end: '2026-09-08T10:50:00-04:00',
  });
  expect(throughFhir(session, single, change)).toEqual({
    ...single,
    start: '2026-09-08T10:00:00-04:00',
    end: '2026-09-08T10:50:00-04:00',
  });
});

test('another clinician on all Appointments is another clinician of the session', () => {
  const here = world('riverbend');
  const parts = resourcesOf(session, group, here);
  const other = JSON.stringify(here.links.to('clinician', 'dr-b'));
  const old = JSON.stringify(here.links.to('clinician', 'dr-a'));
  for (const role of ['appointment/c1', 'appointment/c2'])
    parts.set(role, JSON.parse(JSON.stringify(parts.get(role)).replace(old, other)));
  expect(session.fromFhir(parts, here.names, 's-1').clinician).toBe('dr-b');
});

test.each<[string, Partial<SessionRecord>, string]>([
  ['seats left', {}, 'free'],
  ['the last seat taken', { capacity: 2 }, 'busy'],
  [
    'a seat that was given back',
    { capacity: 2, clients: [{ client: 'c1' }, { client: 'c2', cancelled: { by: 'patient' } }] },
    'free',
  ],
])('the Slot of a session with %s', (_name, change, status) => {
  const record = { ...group, ...change };
  expect(partMap(session.toFhir(record, world('riverbend').links)).get('')?.status).toBe(status);
});

test('nobody says how many seats there are: the Slot is busy', () => {
  const { capacity: _, ...record } = group;
  expect(partMap(session.toFhir(record, world('riverbend').links)).get('')?.status).toBe('busy');
});

test('Slot and Appointments of a session share its identifier', () => {
  const parts = session.toFhir(group, world('riverbend').links);
  for (const { resource } of parts) {
    const identifiers = resource.identifier as { value: string }[];
    expect(identifiers.map(one => one.value)).toContain('s-1');
  }
  expect(parts).toHaveLength(3);
});

test('a field whose element was removed through FHIR is absent', () => {
  const back = throughFhir(session, single, edit('appointment/c1', { serviceType: [] }));
  expect(back).not.toHaveProperty('type');
  expect(back.start).toBe(single.start);
});
