import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Principal } from '../../../src/access/grant.ts';
import { parseScopes } from '../../../src/access/scope.ts';
import { serveBody } from '../../../src/fhir/body.ts';
import type { JsonObject } from '../../../src/fhir/types.ts';
import { partKey } from '../../../src/interactions/import/key.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { CONCEPTS } from '../../../src/iop/concepts.ts';
import { type Clinic, outcomesOf, startClinic } from '../../support/clinic.ts';
import { onEveryStore } from '../../support/stores.ts';

type AnyRecord = RecordEnvelope & JsonObject;

const folder = join(import.meta.dirname, '../../../fixtures');
const records: AnyRecord[] = readdirSync(folder)
  .filter(file => file.endsWith('.ndjson'))
  .sort()
  .flatMap(file => readFileSync(join(folder, file), 'utf8').split('\n'))
  .filter(line => line !== '')
  .map(line => JSON.parse(line) as AnyRecord);

let clinic: Clinic;
let riverbend: Principal;
onEveryStore(store => {
  beforeAll(async () => {
    clinic = await startClinic(store);
    const { app } = clinic.server;
    await app.registry.putOrganization({ id: 'riverbend', prefix: 'riverbend-', program: true, part2: true });
    riverbend = await app.principalOf({
      client: 'test',
      organization: 'riverbend',
      role: 'program',
      scopes: parseScopes('system/*.cruds'),
      purposes: [],
    });
  });
  afterAll(() => clinic.server.close());

  const tally = (outcomes: readonly string[]): Record<string, number> =>
    Object.fromEntries([...Map.groupBy(outcomes, one => one)].map(([name, list]) => [name, list.length]));

  /** Somebody writes into every resource of a record what no field of it says: its language. */
  async function editAll(record: AnyRecord): Promise<string[]> {
    const { registry, store } = clinic.server.app.context;
    const entries = await registry.imports([`riverbend|${record.kind}|${record.id}`]);
    const entry = entries.values().next().value;
    const references = (entry?.parts ?? []).map(part => `${part.type}/${part.id}`);
    for (const reference of references) {
      const [type, id] = reference.split('/') as [string, string];
      const grant = clinic.server.app.context.decide(riverbend, []);
      const version = await store.read(type, id, grant);
      const edited = { ...(JSON.parse(serveBody(version!)) as JsonObject), language: 'en' };
      const request = {
        kind: 'update' as const,
        type,
        id,
        body: JSON.stringify(edited),
        prefer: {},
        request: 't',
      };
      const answer = await clinic.server.app.handle(request, riverbend);
      expect(answer.status).toBe(200);
    }
    return references;
  }

  describe('the clinic of the fixtures', () => {
    test('goes in whole', async () => {
      const outcomes = await clinic.take(records, riverbend);
      expect(outcomes.filter(one => one.outcome !== 'written')).toEqual([]);
      expect(outcomes).toHaveLength(records.length);
    });

    test('is unchanged when it comes again', async () => {
      const outcomes = await clinic.take(records, riverbend);
      expect(tally(outcomesOf(outcomes))).toEqual({ unchanged: records.length });
    });

    test.each(CONCEPTS.map(one => one.kind))(
      'is read back from FHIR field by field, whatever others wrote beside it: %s',
      async kind => {
        const record = records.findLast(one => one.kind === kind)!;
        const references = await editAll(record);
        expect(references.length).toBeGreaterThan(0);
        expect(await clinic.take([record], riverbend)).toMatchObject([{ outcome: 'unchanged' }]);
        const changed = { ...record, recordedAt: '2026-11-01T10:00:00.250-05:00' };
        expect(await clinic.take([changed], riverbend)).toMatchObject([{ outcome: 'written' }]);
        const main = partKey({ ...record, role: '' });
        for (const reference of (await clinic.server.app.registry.claims([main])).values()) {
          const [type, id] = reference.split('/') as [string, string];
          const version = await clinic.server.app.context.store.read(
            type,
            id,
            clinic.server.app.context.decide(riverbend, []),
          );
          expect(JSON.parse(version!.body)).toMatchObject({ language: 'en' });
        }
        expect(await clinic.take([changed], riverbend)).toMatchObject([{ outcome: 'unchanged' }]);
      },
    );
  });
});
