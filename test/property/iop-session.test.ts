import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AttendanceRecord, attendance } from '../../src/iop/attendance.ts';
import { ATTENDANCE_STATUS } from '../../src/iop/codes-sessions.ts';
import type { Problem } from '../../src/iop/concept.ts';
import { type SessionRecord, session } from '../../src/iop/session.ts';
import { codesOf } from '../../src/iop/vocabulary.ts';
import { attendances, sessions } from '../support/care-records.ts';
import { without } from '../support/round-trip.ts';
import { resourcesOf, stripAll, throughFhir, world } from '../support/world.ts';

test('without local extensions a session keeps all that R4 has elements for', () => {
  fc.assert(
    fc.property(sessions, record => {
      const back = throughFhir(session, record, stripAll);
      for (const field of ['type', 'start', 'end', 'track', 'topic', 'serviceCode'] as const)
        expect(back[field]).toEqual(record[field]);
      const clients = record.clients?.map(({ cancelled, makesUpFor: _, ...one }) =>
        cancelled === undefined ? one : { ...one, cancelled: without(cancelled, ['at']) },
      );
      expect(back.clients).toEqual(clients);
      // Where all went to other sessions nothing else of this one is left.
      if (record.clients?.some(one => one.movedTo === undefined || record.track === undefined) !== true)
        return;
      for (const field of ['recordedAt', 'site', 'clinician'] as const)
        expect(back[field]).toEqual(record[field]);
    }),
  );
});

test('an attendance is the same attendance again when its appointment is at hand', () => {
  fc.assert(
    fc.property(attendances, record => {
      expect(throughFhir(attendance, record, parts => amend(record, parts))).toEqual(record);
    }),
  );
});

test('without local extensions an attendance keeps all that R4 has elements for', () => {
  fc.assert(
    fc.property(attendances, record => {
      const back = throughFhir(attendance, record, parts => {
        amend(record, parts);
        stripAll(parts);
      });
      const { recordedAt: _, reason: __, noticeAt: ___, ...kept } = record;
      const coarse = { late: 'present', 'left-early': 'present' } as Record<string, string>;
      expect(back).toEqual({ ...kept, status: coarse[record.status] ?? record.status });
    }),
  );
});

test('a session keeps saying the same after attendance settled its appointments', () => {
  fc.assert(
    fc.property(sessions, fc.constantFrom(...codesOf(ATTENDANCE_STATUS)), (record, status) => {
      const back = throughFhir(session, record, parts => {
        for (const { client } of record.clients ?? []) {
          const settled = settle(record, client, status, parts);
          if (settled.resourceType !== undefined) parts.set(`appointment/${client}`, settled as never);
        }
      });
      // Who came while he waited waits no longer.
      const clients = record.clients?.map(({ waiting: _, ...one }) => one);
      expect(back).toEqual(clients === undefined ? record : { ...record, clients });
    }),
  );
});

test('settling an appointment twice is settling it once', () => {
  fc.assert(
    fc.property(sessions, fc.constantFrom(...codesOf(ATTENDANCE_STATUS)), (record, status) => {
      const client = record.clients?.[0]?.client;
      if (client === undefined) return;
      const here = world(record.program);
      const parts = resourcesOf(session, record, here);
      const once = settle(record, client, status, parts);
      if (once.resourceType === undefined) return;
      parts.set(`appointment/${client}`, once as never);
      expect(settle(record, client, status, parts)).toEqual(once);
    }),
  );
});

/** What an attendance with this status makes of a client's Appointment. */
function settle(
  record: SessionRecord,
  client: string,
  status: AttendanceRecord['status'],
  parts: ReadonlyMap<string, unknown>,
): { resourceType?: string } & Partial<Problem> {
  const { type, mode, start, end, program } = record;
  const made: AttendanceRecord = {
    ...{ kind: 'attendance', id: 'a', program, session: record.id, client, status, type, mode, start, end },
  };
  const [amendment] = attendance.amend?.(made, world(program).links) ?? [];
  return amendment!.apply(parts.get(amendment!.role) as never);
}

/** Puts the settled Appointment among the parts of the attendance, as an importer does. */
function amend(record: AttendanceRecord, parts: Map<string, unknown>): void {
  const [amendment] = attendance.amend?.(record, world(record.program).links) ?? [];
  const booked = {
    resourceType: 'Appointment',
    status: 'booked',
    participant: [{ actor: { reference: 'Patient/p' }, status: 'accepted' }],
  };
  parts.set(`amended/${amendment!.role}`, amendment!.apply(booked as never));
}
