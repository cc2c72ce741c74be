import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Principal } from '../../../src/access/grant.ts';
import { parseScopes } from '../../../src/access/scope.ts';
import type { AnyResource, JsonObject } from '../../../src/fhir/types.ts';
import type { Decision } from '../../../src/interactions/import/resolve.ts';
import { type Clinic, client, outcomesOf, session, startClinic } from '../../support/clinic.ts';
import { consentFor } from '../../support/server.ts';
import { onEveryStore, takesAll } from '../../support/stores.ts';

const CODE = 'https://iop-fhir.example/fhir/CodeSystem/import-task|import-conflict';
const goal = (of: string, more: JsonObject = {}): JsonObject => ({
  kind: 'goal',
  id: `g-${of}`,
  program: 'program',
  client: of,
  description: 'Sleep through the night',
  status: 'active',
  ...more,
});

onEveryStore(store => {
  let clinic: Clinic;
  let n = 0;
  let c: string;
  beforeAll(async () => {
    clinic = await startClinic(store);
  });
  afterAll(() => clinic.server.close());
  beforeEach(async () => {
    n += 1;
    c = `c${n}`;
    await clinic.take([client(c), goal(c)]);
  });

  const goalOf = (of = c) => clinic.made('goal', `g-${of}`);
  const say = async (text: string) => clinic.edit(await goalOf(), { description: { text } });
  const openNow = async (by = clinic.program): Promise<AnyResource[]> => {
    const { body } = await by.get(`/fhir/Task?code=${encodeURIComponent(CODE)}&status=requested`);
    return (body.entry ?? []).map((one: { resource: AnyResource }) => one.resource);
  };
  const noteOf = async () =>
    (await openNow()).find(one => JSON.stringify(one.identifier).includes(`goal/g-${c}`));
  const resolve = async (decision: Partial<Omit<Decision, 'request'>>, by: Principal = clinic.principal) => {
    const id = String((await noteOf())?.id ?? 'none');
    return clinic.server.app.resolveConflict({ id, sides: new Map(), ...decision }, by);
  };
  const conflict = async () => {
    await say('Sleep seven hours');
    return clinic.take([goal(c, { description: 'Sleep well' })]);
  };

  describe('a field that the record and FHIR both changed', () => {
    test('is told with both values, stays, and is written down for a person', async () => {
      const [outcome] = await conflict();
      const both = { path: 'description', record: 'Sleep well', fhir: 'Sleep seven hours' };
      expect(outcome).toMatchObject({ outcome: 'conflict', resources: 0, conflicts: [both] });
      expect(await clinic.read(await goalOf())).toMatchObject({ description: { text: 'Sleep seven hours' } });
      const note = await noteOf();
      expect(note).toMatchObject({ status: 'requested' });
      const values = (note!.input as JsonObject[]).map(one => one.valueString);
      expect(values).toEqual(expect.arrayContaining(['"Sleep well"', '"Sleep seven hours"']));
      // Told again it is the same conflict: no other note, no other version.
      await clinic.take([goal(c, { description: 'Sleep well' })]);
      expect(await noteOf()).toEqual(note);
    });

    test("decided for FHIR stays until the record changes there, and the record's other changes come in", async () => {
      await conflict();
      expect(await resolve({ otherwise: 'fhir' })).toMatchObject({ outcome: 'unchanged' });
      expect(await noteOf()).toBeUndefined();
      const record = (more: JsonObject) => goal(c, { description: 'Sleep well', ...more });
      expect(outcomesOf(await clinic.take([record({})]))).toEqual(['unchanged']);
      const [outcome] = await clinic.take([record({ achievement: 'improving' })]);
      expect(outcome).toMatchObject({ outcome: 'written', kept: [{ path: 'description' }] });
      const [changed] = await clinic.take([record({ description: 'Sleep', achievement: 'improving' })]);
      expect(changed).toMatchObject({ outcome: 'conflict', conflicts: [{ path: 'description' }] });
      expect(await clinic.read(await goalOf())).toMatchObject({ description: { text: 'Sleep seven hours' } });
    });

    test('decided for the record is written, with all else that the record says', async () => {
      await say('Sleep seven hours');
      await clinic.take([goal(c, { description: 'Sleep well', achievement: 'improving' })]);
      expect(await resolve({ sides: new Map([['description', 'record']]) })).toMatchObject({
        outcome: 'written',
        resources: 1,
      });
      const written = await clinic.read(await goalOf());
      expect(written).toMatchObject({ description: { text: 'Sleep well' } });
      expect(JSON.stringify(written.achievementStatus)).toContain('improving');
      expect(await noteOf()).toBeUndefined();
    });

    test('changed again after it was shown is a conflict again', async () => {
      await conflict();
      const { id } = (await noteOf())!;
      await say('Sleep eight hours');
      const sides = new Map([['description', 'record' as const]]);
      expect(await resolve({ id: String(id), sides })).toMatchObject({
        outcome: 'conflict',
        conflicts: [{ path: 'description', record: 'Sleep well', fhir: 'Sleep eight hours' }],
      });
      expect(await clinic.read(await goalOf())).toMatchObject({ description: { text: 'Sleep eight hours' } });
      expect(await resolve({ sides })).toMatchObject({ outcome: 'written' });
    });

    test('is no conflict any more where the record takes its change back, or FHIR does', async () => {
      await conflict();
      expect(outcomesOf(await clinic.take([goal(c)]))).toEqual(['unchanged']);
      expect(await noteOf()).toBeUndefined();
      await clinic.take([goal(c, { description: 'Sleep well' })]);
      await say('Sleep through the night');
      expect(outcomesOf(await clinic.take([goal(c, { description: 'Sleep well' })]))).toEqual(['written']);
      expect(await noteOf()).toBeUndefined();
    });

    test('cannot be decided in part, by unknown names, or twice', async () => {
      await conflict();
      await expect(resolve({})).rejects.toMatchObject({ code: 'invalid-value' });
      await expect(resolve({ sides: new Map([['status', 'fhir']]) })).rejects.toMatchObject({
        code: 'invalid-value',
      });
      const { id } = (await noteOf())!;
      await resolve({ otherwise: 'fhir' });
      await expect(resolve({ id: String(id), otherwise: 'record' })).rejects.toMatchObject({
        code: 'not-found',
      });
    });
  });

  test('fields that one side each changed both stand, and stay so', async () => {
    await clinic.edit(await goalOf(), { startDate: '2026-05-01', priority: { text: 'first' } });
    const record = goal(c, { description: 'Sleep well' });
    expect(await clinic.take([record])).toMatchObject([
      { outcome: 'written', resources: 1, kept: [{ path: 'from', fhir: '2026-05-01' }] },
    ]);
    const both = {
      description: { text: 'Sleep well' },
      startDate: '2026-05-01',
      priority: { text: 'first' },
    };
    expect(await clinic.read(await goalOf())).toMatchObject(both);
    expect(await clinic.take([goal(c, { description: 'Sleep' })])).toMatchObject([{ outcome: 'written' }]);
    expect(await clinic.read(await goalOf())).toMatchObject({ ...both, description: { text: 'Sleep' } });
    // Nothing of it is for a person to decide.
    expect(await noteOf()).toBeUndefined();
  });

  test('changes that contradict each other together are a conflict', async () => {
    await clinic.take([session(c)]);
    await clinic.edit(await clinic.appointmentOf(c), { start: '2026-08-03T18:45:00-05:00' });
    const [outcome] = await clinic.take([session(c, { end: '2026-08-03T18:30:00-05:00' })]);
    expect(outcome).toMatchObject({
      outcome: 'conflict',
      issues: [{ path: 'end', message: 'with what was changed through FHIR it is before the start' }],
    });
    expect(await clinic.read(await clinic.appointmentOf(c))).toMatchObject({
      start: '2026-08-03T18:45:00-05:00',
      end: '2026-08-03T19:00:00-05:00',
    });
  });

  test('an element of which both changed a part that no field has is decided like a field', async () => {
    await clinic.edit(await goalOf(), { description: { text: 'Sleep through the night', id: 'd1' } });
    const [outcome] = await clinic.take([goal(c, { description: 'Sleep well' })]);
    expect(outcome).toMatchObject({ outcome: 'conflict', issues: [{ path: 'Goal.description' }] });
    expect(await resolve({ otherwise: 'record' })).toMatchObject({ outcome: 'written' });
    expect((await clinic.read(await goalOf())).description).toEqual({ text: 'Sleep well' });
  });

  test('nobody but the program is ever told of a conflict', async () => {
    await conflict();
    const { id } = (await noteOf())!;
    const [, patient] = (await clinic.made('client', c)).split('/') as [string, string];
    for (const role of ['ehr', 'payer'] as const)
      await clinic.program.post('/fhir/Consent').send(consentFor(patient, role)).expect(201);
    for (const role of ['ehr', 'payer'] as const) {
      const caller = await clinic.server.as(role);
      expect(await openNow(caller)).toEqual([]);
      expect((await caller.get(`/fhir/Task/${id}`)).status).toBe(404);
    }
  });

  test('a caller who may not write it down gets a conflict for whatever FHIR changed', async () => {
    const narrow: Principal = {
      ...clinic.principal,
      scopes: parseScopes('system/Goal.cruds system/Patient.cruds'),
    };
    await clinic.edit(await goalOf(), { startDate: '2026-05-01' });
    const [outcome] = await clinic.take([goal(c, { description: 'Sleep well' })], narrow);
    expect(outcome).toMatchObject({ outcome: 'conflict', conflicts: [{ path: 'from' }] });
    expect(await noteOf()).toBeUndefined();
  });

  test('random edits on both sides: what no field has survives, and nothing is overwritten in silence', async () => {
    const FIELDS = { description: 'description', from: 'startDate', statusSince: 'statusDate' } as const;
    type Field = keyof typeof FIELDS;
    const fields = Object.keys(FIELDS) as Field[];
    const VALUES: Record<Field, string[]> = {
      description: ['a', 'b', 'c'],
      from: ['2026-01-01', '2026-01-02', '2026-01-03'],
      statusSince: ['2026-02-01', '2026-02-02', '2026-02-03'],
    };
    const step = fc.oneof(
      fc.record({
        by: fc.constantFrom('record', 'fhir'),
        field: fc.constantFrom(...fields),
        value: fc.nat(2),
      }),
      fc.record({ by: fc.constant('beside'), value: fc.nat(2) }),
      fc.record({ by: fc.constant('import'), decided: fc.constantFrom('record', 'fhir', undefined) }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9 }), async steps => {
        run += 1;
        c = `r${n}-${run}`;
        const start = Object.fromEntries(fields.map(field => [field, VALUES[field][0]!])) as Record<
          Field,
          string
        >;
        const [record, fhir] = [{ ...start }, { ...start }];
        // As each side was when the record was last imported.
        let [record0, fhir0] = [{ ...start }, { ...start }];
        let beside: string | undefined;
        await clinic.take([client(c), goal(c, record)]);
        const check = async () => {
          const found = (await clinic.read(await goalOf())) as unknown as Record<string, { text?: string }>;
          for (const field of fields) {
            const value = found[FIELDS[field]];
            expect(typeof value === 'object' ? value.text : value).toBe(fhir[field]);
          }
          expect(found.priority?.text).toBe(beside);
        };
        const settle = () => {
          record0 = { ...record };
          fhir0 = { ...fhir };
        };
        for (const one of steps) {
          if ('field' in one) {
            const value = VALUES[one.field][one.value]!;
            if (one.by === 'record') record[one.field] = value;
            else {
              fhir[one.field] = value;
              const element = one.field === 'description' ? { text: value } : value;
              await clinic.edit(await goalOf(), { [FIELDS[one.field]]: element });
            }
          } else if ('decided' in one) {
            const clashes = fields.filter(
              field =>
                record[field] !== fhir[field] &&
                record[field] !== record0[field] &&
                (fhir[field] !== fhir0[field] || record0[field] !== fhir0[field]),
            );
            const [outcome] = await clinic.take([goal(c, record)]);
            const conflicts = outcome?.conflicts?.map(({ path }) => path) ?? [];
            expect(conflicts.sort()).toEqual([...clashes].sort());
            const take = clashes.length > 0 ? one.decided : 'fhir';
            if (clashes.length > 0 && take !== undefined)
              expect(outcomesOf([await resolve({ otherwise: take })])).not.toContain('conflict');
            if (take !== undefined) {
              for (const field of fields)
                if (clashes.includes(field) ? take === 'record' : record[field] !== record0[field])
                  fhir[field] = record[field];
              if (fields.some(field => record[field] !== record0[field])) settle();
            }
          } else {
            beside = `p${one.value}`;
            await clinic.edit(await goalOf(), { priority: { text: beside } });
          }
          await check();
        }
      }),
      { numRuns: takesAll(store) ? 40 : 8 },
    );
  });
});
