// A client of whom everything was written through FHIR, and nothing by a record, reads the same to the program's
// staff as far as the resources say it.
import { describe, expect, test } from '@jest/globals';
import type { AnyResource } from '../../../src/fhir/types.ts';
import { foreignPart } from '../../../src/interactions/client-view/foreign.ts';
import { recordsOf } from '../../../src/interactions/client-view/records.ts';
import { type Viewed, viewOf } from '../../../src/interactions/client-view/view.ts';
import type { Links, RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import type { Version } from '../../../src/store/port.ts';
import { links } from '../../support/round-trip.ts';
import { storyFiles } from '../../support/story/story.ts';

const BASE = 'http://here/fhir';
const records = [...storyFiles().values()].flat();

/** Part key -> `Type/id`, as a store would have named it. */
const named = new Map<string, string>();
for (const record of records)
  for (const { role, resource } of conceptOf(record.kind)!.toFhir(record, links))
    named.set(`${record.kind}|${record.id}|${role}`, `${resource.resourceType}/x${named.size}`);
const stored: Links = { to: (kind, id, role = '') => named.get(`${kind}|${id}|${role}`) ?? 'Basic/unknown' };

const made = records.flatMap(record =>
  conceptOf(record.kind)!
    .toFhir(record, stored)
    .map(({ role, resource }) => ({ record, role, resource })),
);
/** What a search by this client finds. */
const versionsOf = (client: string): Version[] =>
  made
    .filter(({ record, role, resource }) => isOf(client, record, role, resource))
    .map(({ record, role, resource }) => versionOf(stored.to(record.kind, record.id, role), resource));
const isOf = (client: string, record: RecordEnvelope, role: string, { resourceType }: AnyResource): boolean =>
  resourceType !== 'Slot' &&
  (record.kind === 'session'
    ? role === `appointment/${client}`
    : (record as RecordEnvelope & { client?: string }).client === client ||
      (record.kind === 'client' && record.id === client));
function versionOf(reference: string, resource: AnyResource): Version {
  const [type, id] = reference.split('/') as [string, string];
  return { type, id, body: JSON.stringify({ ...resource, id }) } as Version;
}

const claims = new Map([...named].map(([key, reference]) => [reference, [`riverbend|${key}`]]));
const claimsOf = (known: boolean) => async (references: readonly string[]) =>
  new Map(known ? references.map(one => [one, claims.get(one) ?? []]) : []);
async function viewed(client: string, known: boolean) {
  const versions = versionsOf(client);
  const registry = { claimsOf: claimsOf(known) } as never;
  const found = await recordsOf(versions, 'riverbend', { registry, base: BASE });
  return viewOf('x', found) as unknown as Record<string, Viewed | Viewed[]>;
}

/** Without what only a record's key says: who, and which other record. */
const bare = ({ id: _, recordedAt: __, resource: ___, ...said }: Viewed): object =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => !isKeyed(value)));
const isKeyed = (value: unknown): boolean =>
  /"?(?:client|clinician|who)"?:/.test(JSON.stringify(value) ?? '');

const PLACES = [
  ...['assessments', 'checkIns', 'homePractice', 'slips', 'discharges', 'letters', 'tasks', 'referrals'],
  ...['enquiries', 'socialHistory', 'worksheets', 'agreements', 'benefits', 'risks', 'scores', 'family'],
];

describe.each(records.filter(one => one.kind === 'client').map(one => one.id))('%s', client => {
  test('is told in the same places, with as many records in each', async () => {
    const [known, foreign] = [await viewed(client, true), await viewed(client, false)];
    const counts = (view: typeof known) => PLACES.map(place => [place, (view[place] as Viewed[]).length]);
    // The mark that a slip left is a mark of its own where no record holds the two together.
    const marks = (known.slips as Viewed[]).filter(one => 'risk' in one).length;
    const expected = counts(known).map(([place, count]) => [
      place,
      place === 'risks' ? (count as number) + marks : count,
    ]);
    expect(counts(foreign)).toEqual(expected);
  });

  test('is told the same of each, but for keys', async () => {
    const [known, foreign] = [await viewed(client, true), await viewed(client, false)];
    for (const place of PLACES.filter(one => one !== 'risks'))
      for (const [index, one] of (foreign[place] as Viewed[]).entries())
        expect((known[place] as Viewed[])[index]).toMatchObject(bare(one));
  });
});

test('somebody of the story has something in every place', async () => {
  const clients = records.filter(one => one.kind === 'client').map(one => one.id);
  const views = await Promise.all(clients.map(one => viewed(one, false)));
  expect(PLACES.filter(place => views.every(view => (view[place] as Viewed[]).length === 0))).toEqual([]);
});

describe('what was written through FHIR and says nothing of the program', () => {
  const part = (resource: AnyResource) =>
    foreignPart({ reference: 'X/1', resource, program: 'riverbend', base: BASE });
  const discharge = {
    resourceType: 'DocumentReference',
    type: { coding: [{ system: 'http://loinc.org', code: '78263-1' }] },
  };

  test.each<[string, AnyResource]>([
    ["a hospital's discharge note", { ...discharge, custodian: { reference: 'Organization/hospital' } }],
    ['a document of another type', { resourceType: 'DocumentReference', type: { text: 'scan' } }],
    ['a message without a category', { resourceType: 'Communication', payload: [] }],
    ['a type that no record makes', { resourceType: 'AllergyIntolerance' }],
  ])('%s is nothing', (_name, resource) => {
    expect(part(resource)).toBeUndefined();
  });

  test('its own discharge note is a discharge', () => {
    const own = { ...discharge, custodian: { reference: 'Organization/riverbend' } };
    expect(part(own)).toEqual({ kind: 'discharge', role: '' });
  });

  test('a referral to peer support by its standard code goes out where the program asks', async () => {
    const request = {
      ...{ resourceType: 'ServiceRequest', id: 'r', status: 'active', authoredOn: '2026-09-01' },
      code: { coding: [{ system: 'http://snomed.info/sct', code: '461481000124109' }] },
      requester: { reference: 'Organization/riverbend' },
    };
    const lab = { resourceType: 'ServiceRequest', id: 'l', code: { text: 'Blood count' } };
    const versions = [versionOf('ServiceRequest/r', request), versionOf('ServiceRequest/l', lab)];
    const registry = { claimsOf: claimsOf(false) } as never;
    const found = await recordsOf(versions, 'riverbend', { registry, base: BASE });
    expect(viewOf('x', found).referrals).toEqual([
      {
        service: 'peer-support',
        direction: 'out',
        status: 'active',
        at: '2026-09-01',
        resource: 'ServiceRequest/r',
      },
    ]);
  });
});
