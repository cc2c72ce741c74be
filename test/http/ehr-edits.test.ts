// An EHR that may see a client changes things through FHIR; the program sees it in its own words, and its
// old record does not take it back.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { type Clinic, client, session, startClinic } from '../support/clinic.ts';
import { type Caller, consentFor } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const goalRecord = (of: string): JsonObject => ({
  kind: 'goal',
  id: `g-${of}`,
  program: 'program',
  client: of,
  description: 'Sleep through the night',
  status: 'active',
  achievement: 'in-progress',
});

onEveryStore(store => {
  describe('what an EHR changes', () => {
    let clinic: Clinic;
    let ehr: Caller;
    beforeAll(async () => {
      clinic = await startClinic(store);
      ehr = await clinic.server.as('ehr');
    });
    afterAll(() => clinic.server.close());

    const coded = (code: string) => ({
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/goal-achievement', code }],
    });
    const appointment = (of: string) => clinic.appointmentOf(of);
    const goal = (of: string) => clinic.made('goal', `g-${of}`);

    test.each<
      [
        string,
        (of: string) => Promise<string>,
        JsonObject,
        (view: JsonObject) => unknown,
        unknown,
        (of: string) => JsonObject,
        object[],
      ]
    >([
      [
        'reschedules',
        appointment,
        { start: '2026-08-04T09:00:00-05:00', end: '2026-08-04T10:00:00-05:00' },
        view => (view.schedule as JsonObject[])[0]!.start,
        '2026-08-04T09:00:00-05:00',
        session,
        [
          { path: 'start', record: '2026-08-03T18:00:00-05:00', fhir: '2026-08-04T09:00:00-05:00' },
          { path: 'end', record: '2026-08-03T19:00:00-05:00', fhir: '2026-08-04T10:00:00-05:00' },
        ],
      ],
      [
        'cancels',
        appointment,
        { status: 'cancelled' },
        view => (view.schedule as JsonObject[])[0]!.status,
        'cancelled',
        session,
        [{ path: 'clients[0].cancelled', fhir: { by: 'other' } }],
      ],
      [
        'marks as achieved',
        goal,
        { achievementStatus: coded('achieved') },
        view => (view.goals as JsonObject[])[0]!.achievement,
        'achieved',
        goalRecord,
        [{ path: 'achievement', record: 'in-progress', fhir: 'achieved' }],
      ],
      [
        'puts into other words',
        goal,
        { description: { text: 'Sleep seven hours' } },
        view => (view.goals as JsonObject[])[0]!.description,
        'Sleep seven hours',
        goalRecord,
        [{ path: 'description', record: 'Sleep through the night', fhir: 'Sleep seven hours' }],
      ],
    ])(
      '%s shows in /iop/clients, and the old record tells both values and writes nothing',
      async (name, place, change, look, seen, old, kept) => {
        const of = name.replaceAll(' ', '-');
        await clinic.take([client(of), session(of), goalRecord(of)]);
        const [, patient] = (await clinic.made('client', of)).split('/') as [string, string];
        await clinic.program.post('/fhir/Consent').send(consentFor(patient, 'ehr')).expect(201);
        await clinic.edit(await place(of), change, ehr);

        const { body: view } = await clinic.program.get(`/iop/clients/${patient}`).expect(200);
        expect(look(view)).toEqual(seen);

        const before = await clinic.read(await place(of));
        const { body } = await clinic.program.post('/iop/records').send(old(of)).expect(200);
        expect(body.summary).toMatchObject({ written: 0, unchanged: 1, conflicting: 0, bad: 0 });
        expect(body.records[0]).toMatchObject({ outcome: 'unchanged', kept });
        expect(await clinic.read(await place(of))).toEqual(before);
      },
    );
  });
});
