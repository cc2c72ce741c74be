import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/fhir/types.ts';
import { importRecords, type RecordOutcome } from '../../../src/interactions/import.ts';
import {
  type Clinic,
  client,
  eveningTrack,
  outcomesOf,
  session,
  startClinic,
  versionOf,
} from '../../support/clinic.ts';
import { onEveryStore } from '../../support/stores.ts';

let clinic: Clinic;
onEveryStore(store => {
  beforeAll(async () => {
    clinic = await startClinic(store);
  });
  afterAll(() => clinic.server.close());

  /** Imports; `meanwhile` happens once, after the import is planned and before it is committed. */
  async function takeWhile(records: readonly JsonObject[], meanwhile: () => Promise<unknown>) {
    const { context } = clinic.server.app;
    let waiting: Promise<unknown> | undefined;
    const store = Object.assign(Object.create(context.store) as typeof context.store, {
      transact: async (...given: Parameters<typeof context.store.transact>) => {
        waiting ??= meanwhile();
        await waiting;
        return context.store.transact(...given);
      },
    });
    const outcomes: RecordOutcome[] = [];
    const inputs = records.map((value, index) => ({ index, value }));
    const slow = Object.assign(Object.create(context) as typeof context, { store });
    for await (const outcome of importRecords(inputs, slow, clinic.principal)) outcomes.push(outcome);
    return outcomes;
  }

  describe('what happens between planning and commit', () => {
    test('an edit of what the record changes becomes a conflict', async () => {
      await clinic.take([client('a'), session('a')]);
      const cancelled = session('a', { clients: [{ client: 'a', cancelled: { by: 'patient' } }] });
      const [outcome] = await takeWhile([cancelled], async () =>
        clinic.edit(await clinic.appointmentOf('a'), { status: 'cancelled' }),
      );
      expect(outcome).toMatchObject({ outcome: 'conflict', resources: 0 });
      expect(outcome?.conflicts?.map(one => one.path)).toContain('clients[0].cancelled.by');
      expect(await clinic.read(await clinic.appointmentOf('a'))).toMatchObject({ status: 'cancelled' });
    });

    test('an edit beside what the record changes is kept', async () => {
      await clinic.take([client('b'), session('b')]);
      const [outcome] = await takeWhile([session('b', { topic: 'Sleep' })], async () =>
        clinic.edit(await clinic.appointmentOf('b'), { comment: 'Bring the form.' }),
      );
      expect(outcome).toMatchObject({ outcome: 'written' });
      const appointment = await clinic.read(await clinic.appointmentOf('b'));
      expect(appointment.comment).toBe('Bring the form.');
      expect(JSON.stringify(appointment.serviceType)).toContain('Sleep');
    });

    test('an edit of a resource that the record compared and left alone stays', async () => {
      const group = (start?: string) =>
        session('c', {
          track: 'evening',
          clients: [{ client: 'c' }, { client: 'd', ...(start === undefined ? {} : { start }) }],
        });
      await clinic.take([...eveningTrack, client('c'), client('d'), group()]);
      const [outcome] = await takeWhile([group('2026-08-03T18:30:00-05:00')], async () =>
        clinic.edit(await clinic.appointmentOf('c'), { status: 'cancelled' }),
      );
      const kept = [{ path: 'clients[0].cancelled', fhir: { by: 'other' } }];
      expect(outcome).toMatchObject({ outcome: 'written', resources: 1, kept });
      const [again] = await clinic.take([group()]);
      expect(again).toMatchObject({ outcome: 'written', resources: 1, kept });
      expect(await clinic.read(await clinic.appointmentOf('c'))).toMatchObject({ status: 'cancelled' });
    });

    test('the same import by somebody else leaves nothing to do', async () => {
      await clinic.take([client('e'), session('e')]);
      const changed = session('e', { topic: 'Sleep' });
      const outcomes = await takeWhile([changed], () => clinic.take([changed]));
      expect(outcomesOf(outcomes)).toEqual(['unchanged']);
      expect(versionOf(await clinic.read(await clinic.appointmentOf('e')))).toBe('2');
    });

    test('a deletion is told', async () => {
      await clinic.take([client('f'), session('f')]);
      const [outcome] = await takeWhile([session('f', { topic: 'Sleep' })], async () =>
        clinic.program.delete(`/fhir/${await clinic.appointmentOf('f')}`).expect(204),
      );
      expect(outcome?.issues?.[0]?.message).toContain('was deleted through FHIR');
    });

    test('a first import by somebody else does not make things twice', async () => {
      const records = [client('g'), session('g')];
      const outcomes = await takeWhile(records, () => clinic.take(records));
      expect(outcomesOf(outcomes)).toEqual(['unchanged', 'unchanged']);
    });
  });
});
