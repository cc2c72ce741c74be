// What 42 CFR 2.51(c) asks to be recorded, and that it is nobody's but the program's and the person's.
import { expect, test } from '@jest/globals';
import { disclosureOf, recordEmergency } from '../../../src/interactions/emergency.ts';
import { extract } from '../../../src/search/extract.ts';
import { validateResource } from '../../../src/validation/validate.ts';
import { emergency } from '../../support/exceptions.ts';
import { startServer } from '../../support/server.ts';

test('2.51(c): the record names who was told, of which facility, by whom, when and why', () => {
  const resource = disclosureOf(emergency('e'), 'program', Date.parse('2026-09-01T12:00:00Z'));
  expect(validateResource({ ...resource, id: 'x' })).toEqual([]);
  expect(resource).toMatchObject({
    sent: '2026-09-01T12:00:00.000000Z',
    sender: { reference: 'Organization/program' },
    recipient: [{ display: 'Dr. R. Ward' }, { display: 'Lakeside Emergency Department' }],
    reasonCode: [{ text: 'Unconscious after a fall' }],
  });
});

test('2.51(c): it names that person and nobody who cannot be told, so that the person can read it', () => {
  const resource = disclosureOf(emergency('e'), 'program', 0);
  expect(extract({ ...resource, id: 'x' }).patients).toEqual(['a']);
});

test('2.51: somebody is alerted once, without a value of what was stated', async () => {
  const server = await startServer();
  const lines: string[] = [];
  const log = {
    error: () => {},
    warn: (fields: object, message: string) => lines.push(`${JSON.stringify(fields)} ${message}`),
  };
  const context = Object.create(server.app.context, { log: { value: log } });
  await (await server.as('program')).put('/fhir/Patient/a').send({ resourceType: 'Patient', id: 'a' });
  await server.app.registry.putException(emergency('e'));
  const principal = {
    client: 'er',
    organization: 'ehr',
    role: 'ehr',
    scopes: [],
    purposes: ['BTG'],
    idSpace: { prefix: 'ehr-', others: [] },
    emergency: { id: 'e', patient: 'a', program: 'program' },
  } as const;
  for (const request of ['r-1', 'r-2']) await recordEmergency(request, context, principal);
  await server.close();
  expect(lines).toEqual([
    '{"request":"r-1"} a record was disclosed in an emergency (42 CFR 2.51): see emergency list',
  ]);
});
