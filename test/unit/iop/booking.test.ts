import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Appointment, Slot } from '../../../src/fhir/types.ts';
import {
  askOf,
  bookedInto,
  CANCELLATION_CODES,
  cancelled,
  isMissed,
  keysIn,
  movedInto,
  offerOf,
  placeOf,
} from '../../../src/iop/booking.ts';
import { ATTENDANCE_STATUS_EXTENSION, MAKES_UP_EXTENSION } from '../../../src/iop/codes-sessions.ts';
import { businessSystem } from '../../../src/iop/element.ts';
import { SEATS } from '../../../src/iop/extensions.ts';
import { session } from '../../../src/iop/session.ts';
import { extend } from '../../../src/iop/vocabulary.ts';
import { links } from '../../support/round-trip.ts';

const BASE = 'http://test/fhir';
const ask = (more: object) => askOf(JSON.stringify({ resourceType: 'Appointment', ...more }), BASE);
const slot = [{ reference: 'Slot/s' }];

describe('what an Appointment asks', () => {
  test.each([
    ['proposed', undefined],
    ['pending', undefined],
    ['booked', 'seat'],
    ['arrived', 'seat'],
    ['checked-in', 'seat'],
    ['fulfilled', 'seat'],
    ['noshow', 'seat'],
    ['cancelled', undefined],
    ['entered-in-error', undefined],
    ['waitlist', 'turn'],
  ])('with the status %s: %s', (status, wants) => {
    expect(ask({ status, slot })).toMatchObject({ slots: ['s'], sessions: [] });
    expect(ask({ status, slot }).wants).toBe(wants);
  });

  test('who was excused, as an attendance tells, had the seat', () => {
    const _status = { extension: extend(ATTENDANCE_STATUS_EXTENSION, 'excused') };
    expect(ask({ status: 'cancelled', _status, slot })).toMatchObject({ wants: 'seat', settled: true });
  });

  test.each([
    ['relative', 'Slot/s', ['s']],
    ['of this server', `${BASE}/Slot/s`, ['s']],
    ['of another server', 'http://other/fhir/Slot/s', []],
    ['to what is no Slot', 'Schedule/s', []],
  ])('a reference %s', (_what, reference, slots) => {
    expect(ask({ status: 'booked', slot: [{ reference }, { reference }] }).slots).toEqual(slots);
  });

  test('who names no Slot is in that of the session whose identifier it has', () => {
    const [, made] = session.toFhir(
      {
        ...{ kind: 'session', id: 'g%1', program: 'riverbend', type: 'group', mode: 'on-site', track: 't' },
        ...{ start: '2026-08-03T18:00:00Z', end: '2026-08-03T19:00:00Z', clients: [{ client: 'c' }] },
      },
      links,
    );
    const { slot: _, ...rest } = made!.resource;
    const keys = ['riverbend|session|g%251|'];
    expect(askOf(JSON.stringify(rest), BASE)).toEqual({ slots: [], sessions: keys, wants: 'seat' });
    expect(keysIn(JSON.stringify(rest))).toEqual(keys);
    const turned = [{ value: 'g', system: businessSystem('riverbend', 'session') }];
    expect(ask({ status: 'booked', identifier: turned }).sessions).toEqual(['riverbend|session|g|']);
  });

  test('what it makes up for, as long as it stands', () => {
    const extension = extend(MAKES_UP_EXTENSION, { reference: 'Appointment/m' });
    expect(ask({ status: 'booked', extension }).makesUpFor).toBe('m');
    expect(ask({ status: 'cancelled', extension }).makesUpFor).toBeUndefined();
    expect(['noshow', 'cancelled', 'booked'].map(status => isMissed(JSON.stringify({ status })))).toEqual([
      ...[true, true, false],
    ]);
  });
});

test('what a Slot offers', () => {
  const of = (status: string, seats?: number) =>
    offerOf(JSON.stringify({ status, start: '2026-08-03T18:00:00Z', extension: extend(SEATS, seats) }));
  const begins = Date.parse('2026-08-03T18:00:00Z');
  expect(of('free', 3)).toEqual({ seats: 3, open: true, begins, status: 'free' });
  expect(of('busy')).toEqual({ open: true, begins, status: 'busy' });
  expect(of('busy-unavailable', 3)).toEqual({ seats: 3, open: false, begins });
});

const evening = {
  ...{ resourceType: 'Slot', id: 's2', schedule: { reference: 'Schedule/x' }, status: 'free' },
  ...{ start: '2026-08-05T18:00:00-04:00', end: '2026-08-05T21:00:00-04:00' },
} as Slot;
const TODAY = '2026-08-01T12:00:00Z';

test('who is moved keeps the Appointment, and is cancelled by nobody', () => {
  const booked = bookedInto({ ...evening, id: 's1' }, { patient: 'Patient/p', status: 'booked', at: TODAY });
  const moved = movedInto(
    evening,
    {
      ...booked,
      id: 'a',
      participant: [...booked.participant, { actor: { reference: 'Practitioner/old' }, status: 'accepted' }],
    },
    { text: 'A new shift' },
  );
  expect(moved).toMatchObject({
    id: 'a',
    status: 'booked',
    slot: [{ reference: 'Slot/s2' }],
    start: evening.start,
  });
  expect(moved.participant.map(one => one.actor?.reference)).toEqual(['Patient/p']);
  expect(JSON.stringify(moved.extension)).toContain('A new shift');
});

test('a cancellation says whose side it was, and since when it is known', () => {
  const booked = bookedInto(evening, { patient: 'Patient/p', status: 'booked', at: TODAY });
  const by = (code: string) => {
    const coding = [
      { system: 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason', code },
    ];
    return cancelled(booked as Appointment & { _status?: never }, { reason: { coding }, at: TODAY });
  };
  expect(by('pat-lt').participant[0]!.status).toBe('declined');
  expect(by('prov').participant[0]!.status).toBe('accepted');
  expect(JSON.stringify(by('prov')._status)).toContain(TODAY);
});

test('the reasons are those of the code system', () => {
  const file = 'node_modules/hl7.fhir.r4.examples/CodeSystem-appointment-cancellation-reason.json';
  type Concept = { code: string; concept?: Concept[] };
  const codes = (all: Concept[] = []): string[] => all.flatMap(one => [one.code, ...codes(one.concept)]);
  const { concept } = JSON.parse(readFileSync(file, 'utf8')) as { concept: Concept[] };
  expect(CANCELLATION_CODES).toEqual(codes(concept));
});

test('a turn is read from the claims of an Appointment', () => {
  expect(placeOf('s', ['#s|p', '#s|p|00001767225600000000', 'riverbend|session|g|appointment/c'])).toBe(
    1767225600000000,
  );
  expect(placeOf('s', ['#s|p', '#t|p|5'])).toBeUndefined();
});
