import { describe, expect, test } from '@jest/globals';
import type { AnyResource, Json } from '../../../src/fhir/types.ts';
import {
  type AttendanceRecord,
  type AttendanceStatus,
  attendance,
  attendedMinutes,
} from '../../../src/iop/attendance.ts';
import { ATTENDANCE_STATUS } from '../../../src/iop/codes-sessions.ts';
import { type SessionRecord, session } from '../../../src/iop/session.ts';
import { codesOf } from '../../../src/iop/vocabulary.ts';
import { resourcesOf, throughFhir, world } from '../../support/world.ts';

const planned: SessionRecord = {
  ...{ kind: 'session', id: 's-1', program: 'riverbend', type: 'group', mode: 'on-site', track: 'evening' },
  start: '2026-09-07T18:00:00-04:00',
  end: '2026-09-07T21:00:00-04:00',
  clinician: 'dr-a',
  clients: [{ client: 'c1' }, { client: 'c2' }],
};
const came = (status: AttendanceStatus): AttendanceRecord => ({
  ...{ kind: 'attendance', id: 'a-1', program: 'riverbend', session: 's-1', client: 'c1', status },
  type: 'group',
  mode: 'on-site',
  start: planned.start,
  end: planned.end,
});

/** The Appointment of c1 as the session makes it, with these changes. */
function appointment(change: Readonly<Record<string, Json>> = {}): AnyResource {
  const parts = resourcesOf(session, planned, world('riverbend'));
  return { ...parts.get('appointment/c1'), ...change } as AnyResource;
}
function settle(record: AttendanceRecord, current: AnyResource): Record<string, unknown> {
  const [amendment] = attendance.amend?.(record, world('riverbend').links) ?? [];
  return amendment!.apply(current) as unknown as Record<string, unknown>;
}

describe('attendance settles the Appointment of the session', () => {
  test.each<[AttendanceStatus, string, string]>([
    ['present', 'fulfilled', 'accepted'],
    ['late', 'fulfilled', 'accepted'],
    ['left-early', 'fulfilled', 'accepted'],
    ['no-show', 'noshow', 'accepted'],
    ['excused', 'cancelled', 'declined'],
  ])('%s: %s', (status, expected, participation) => {
    const settled = settle(came(status), appointment());
    expect(settled.status).toBe(expected);
    const [client, clinician] = settled.participant as { status: string }[];
    expect([client?.status, clinician?.status]).toEqual([participation, 'accepted']);
    expect(settled.cancelationReason !== undefined).toBe(status === 'excused');
  });

  test('what it said before may change, and nothing of it stays', () => {
    const excused = settle({ ...came('excused'), reason: 'ill', noticeAt: planned.start }, appointment());
    expect(settle(came('present'), excused as AnyResource)).toEqual(settle(came('present'), appointment()));
  });

  test('a notice that was given tells when the appointment was cancelled', () => {
    const record: AttendanceRecord = { ...came('excused'), noticeAt: '2026-09-07T08:00:00-04:00' };
    const { extension } = settle(record, appointment())._status as { extension: { url: string }[] };
    expect(extension).toContainEqual({
      url: expect.stringMatching(/cancelled-at$/),
      valueInstant: record.noticeAt,
    });
  });

  test('the comment of an EHR stays', () => {
    expect(settle(came('present'), appointment({ comment: 'hello' })).comment).toBe('hello');
  });
});

describe('an Appointment that says the contrary is a conflict', () => {
  const words: Readonly<Record<string, AttendanceStatus[]>> = {
    cancelled: ['present', 'late', 'left-early', 'no-show'],
    noshow: ['present', 'late', 'left-early', 'excused'],
    fulfilled: ['no-show', 'excused'],
    'entered-in-error': codesOf(ATTENDANCE_STATUS),
  };
  test.each(Object.entries(words).flatMap(([theirs, ours]) => ours.map(one => [theirs, one] as const)))(
    '%s, but the record says %s',
    (theirs, ours) => {
      const problem = settle(came(ours), appointment({ status: theirs }));
      expect(problem).toEqual({
        path: 'status',
        message: expect.stringMatching(/^the appointment is marked as/),
      });
    },
  );

  test('also where an EHR cancelled what the attendance had settled', () => {
    const kept = settle(came('present'), appointment()) as AnyResource;
    expect(settle(came('present'), { ...kept, status: 'cancelled' })).toHaveProperty('message');
  });

  test('agreeing is none, and a cancellation stays what it was', () => {
    const cancelled = appointment({ status: 'cancelled', cancelationReason: { text: 'no ride' } });
    expect(settle(came('excused'), cancelled)).toEqual(cancelled);
    expect(settle(came('no-show'), appointment({ status: 'noshow' })).status).toBe('noshow');
  });
});

/** Elements that differ between what a record made and makes now are taken; all others stay as they are. */
function reimport(before: AnyResource, after: AnyResource, current: AnyResource): AnyResource {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter(name => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return { ...current, ...Object.fromEntries(changed.map(name => [name, after[name]])) };
}

test('importing a session again, moved, keeps what attendance had settled', () => {
  const here = world('riverbend');
  const moved = { ...planned, start: '2026-09-07T18:30:00-04:00' };
  const [before, after] = [planned, moved].map(one => resourcesOf(session, one, here).get('appointment/c1'));
  for (const status of codesOf(ATTENDANCE_STATUS)) {
    const current = settle(came(status), appointment()) as AnyResource;
    const merged = reimport(before!, after!, current);
    expect(merged).toEqual({ ...current, start: moved.start });
  }
});

describe('an Encounter', () => {
  const encounter = (record: AttendanceRecord) =>
    resourcesOf(attendance, record, world('riverbend')).get('') as Record<string, unknown>;

  test.each<[AttendanceRecord['mode'], string]>([
    ['on-site', 'AMB'],
    ['telehealth', 'VR'],
  ])('of a session %s has the class %s', (mode, code) => {
    expect(encounter({ ...came('present'), mode }).class).toMatchObject({ code });
  });

  test.each<[AttendanceStatus, string]>([
    ['present', 'finished'],
    ['late', 'finished'],
    ['left-early', 'finished'],
    ['excused', 'cancelled'],
    ['no-show', 'cancelled'],
  ])('of somebody %s is %s', (status, expected) => {
    expect(encounter(came(status)).status).toBe(expected);
  });

  test('shares the identifier of the session', () => {
    const systems = encounter(came('present')).identifier as { system: string; value: string }[];
    const shared = resourcesOf(session, planned, world('riverbend')).get('')?.identifier;
    expect(systems[1]).toEqual((shared as Json[])[0]);
  });
});

describe('what was changed through FHIR shows', () => {
  const read = (status: AttendanceStatus, change: (parts: Map<string, AnyResource>) => void) =>
    throughFhir(attendance, came(status), parts => {
      parts.set('amended/appointment/c1', settle(came(status), appointment()) as AnyResource);
      change(parts);
    }).status;
  const set = (role: string, status: string) => (parts: Map<string, AnyResource>) => {
    parts.set(role, { ...parts.get(role), status } as AnyResource);
  };

  test.each<[string, AttendanceStatus, string, string, AttendanceStatus | undefined]>([
    ['the Appointment is a no-show', 'late', 'amended/appointment/c1', 'noshow', 'no-show'],
    ['the Appointment is fulfilled', 'no-show', 'amended/appointment/c1', 'fulfilled', 'present'],
    ['the Appointment is cancelled', 'present', 'amended/appointment/c1', 'cancelled', 'excused'],
    ['the Appointment is open again', 'late', 'amended/appointment/c1', 'booked', 'late'],
    ['the Encounter was entered in error', 'late', '', 'entered-in-error', undefined],
  ])('%s', (_name, status, role, to, expected) => {
    expect(read(status, set(role, to))).toBe(expected);
  });

  test('a Procedure that was entered in error was not done', () => {
    const record: AttendanceRecord = { ...came('present'), procedures: ['cbt', 'group-therapy'] };
    const back = throughFhir(attendance, record, set('procedure/cbt', 'entered-in-error'));
    expect(back.procedures).toEqual(['group-therapy']);
  });
});

test.each<[string, Json, number | undefined]>([
  ['minutes', { value: 90, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' }, 90],
  ['hours', { value: 1.5, unit: 'h', system: 'http://unitsofmeasure.org', code: 'h' }, 90],
  ['words', { value: 2, unit: 'blocks' }, undefined],
])('a length that was written in %s', (_name, length, minutes) => {
  const back = throughFhir(attendance, came('present'), parts => {
    parts.set('', { ...parts.get(''), length } as AnyResource);
  });
  expect(back.minutes).toBe(minutes);
});

test.each<[string, Partial<AttendanceRecord>, number]>([
  ['all of the time', {}, 180],
  ['without breaks', { minutes: 150 }, 150],
  [
    'over the change of the clock',
    { start: '2026-11-01T00:30:00-04:00', end: '2026-11-01T03:30:00-05:00' },
    240,
  ],
  ['absent', { status: 'no-show' }, 0],
  ['nobody knows until when', { end: undefined as never }, 0],
])('attended minutes: %s', (_name, change, minutes) => {
  expect(attendedMinutes({ ...came('present'), ...change })).toBe(minutes);
});
