// A week between a clinic and an EHR: the record says one thing by now, FHIR another, and a person decides.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { client } from '../support/clinic.ts';
import type { Place } from '../support/place.ts';
import { runHere } from '../support/run-here.ts';
import { onEveryStore } from '../support/stores.ts';

const OF = ['--program', 'program'];

onEveryStore(store => {
  const folder = mkdtempSync(join(tmpdir(), 'iop-conflicts-'));
  let place: Place;
  const run = (...args: string[]) => runHere(args, place.environment);
  const take = async (...records: object[]) => {
    const file = join(folder, 'records.ndjson');
    writeFileSync(file, records.map(one => `${JSON.stringify(one)}\n`).join(''));
    return run('import', file, ...OF);
  };
  const at = (city: string) => ({ lines: ['1 Mill Road'], city, state: 'IL', postalCode: '60505' });
  const person = (city: string, language: string) => client('c', { address: at(city), language });
  const said = (city: string) =>
    `{"city":"${city}","lines":["1 Mill Road"],"postalCode":"60505","state":"IL"}`;
  beforeAll(async () => {
    place = store.place();
    await run('program', 'add', '--name', 'Invented', '--id', 'program');
  }, 60_000);
  afterAll(async () => {
    await place.remove();
    rmSync(folder, { recursive: true });
  });

  test('conflicts are listed with both values, decided field by field, and then gone', async () => {
    const { createApp, readConfig } = await import('../../src/app.ts');
    const { parseScopes } = await import('../../src/access/scope.ts');
    const edit = async (change: (patient: Record<string, unknown>) => object) => {
      const app = await createApp(readConfig(place.environment));
      const principal = await app.principalOf({
        ...{ client: 'test', organization: 'program', role: 'program', purposes: [] },
        scopes: parseScopes('system/*.cruds'),
      });
      const common = { prefer: {}, request: 'r' };
      const id = (await app.registry.claims(['program|client|c|'])).get('program|client|c|')!.split('/')[1]!;
      const read = await app.handle({ kind: 'read', type: 'Patient', id, query: '', ...common }, principal);
      const patient = JSON.parse(read.body!) as Record<string, unknown>;
      const body = JSON.stringify({ ...patient, ...change(patient) });
      await app.handle({ kind: 'update', type: 'Patient', id, body, ...common }, principal);
      await app.close();
    };
    expect((await take(person('Aurora', 'en'))).code).toBe(0);
    await edit(() => ({
      address: [{ line: ['1 Mill Road'], city: 'Elgin', state: 'IL', postalCode: '60505' }],
      communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'es' }] }, preferred: true }],
      birthDate: '1990-01-03',
    }));

    const again = await take(person('Joliet', 'pl'));
    expect(again.code).toBe(1);
    expect(again.out).toContain('line 1: client c: conflict: changed here and through FHIR: ');

    const listed = await run('conflicts', 'list', ...OF, '--json');
    const [conflict, ...others] = JSON.parse(listed.out) as {
      id: string;
      record: string;
      fields: object[];
    }[];
    expect(others).toEqual([]);
    expect(conflict).toMatchObject({ record: 'client/c' });
    expect(conflict!.fields).toEqual([
      { path: 'address', record: at('Joliet'), fhir: at('Elgin') },
      { path: 'language', record: 'pl', fhir: 'es' },
    ]);
    expect((await run('conflicts', 'list', ...OF)).out).toBe(
      `${conflict!.id}  client/c\n` +
        `  address: the record says ${said('Joliet')}, FHIR said ${said('Elgin')}\n` +
        '  language: the record says "pl", FHIR said "es"\n',
    );

    for (const wrong of [[], ['--take', 'both'], ['--record', 'language', '--fhir', 'language']])
      expect((await run('conflicts', 'resolve', conflict!.id, ...OF, ...wrong)).code).toBe(2);
    const part = await run('conflicts', 'resolve', conflict!.id, ...OF, '--record', 'language');
    expect([part.code, part.error]).toEqual([1, expect.stringContaining('address: is left undecided')]);
    const done = await run(
      'conflicts',
      'resolve',
      conflict!.id,
      ...OF,
      '--record',
      'language',
      '--take',
      'fhir',
    );
    expect([done.code, done.out]).toEqual([0, 'client c: resolved, and written\n']);
    expect((await run('conflicts', 'list', ...OF)).out).toBe('');

    const after = await take(person('Joliet', 'pl'));
    // It was decided: nothing more is said of it until one of the sides changes.
    expect([after.code, after.out]).toEqual([0, expect.stringMatching(/^written 0, unchanged 1, /)]);
    await edit(() => ({ gender: 'unknown' }));
    expect((await take(person('Joliet', 'pl'))).out).toContain(
      'line 1: client c: is there already; stays as changed through FHIR: birthDate, gender, address.city\n',
    );
    expect((await run('conflicts', 'resolve', conflict!.id, ...OF, '--take', 'fhir')).code).toBe(1);
  });
});
