import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { compileConsent } from '../../../src/access/consent.ts';
import type { Json } from '../../../src/fhir/types.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { CONCEPTS, conceptOf } from '../../../src/iop/concepts.ts';
import { validateResource } from '../../../src/validation/validate.ts';
import { links, partMap } from '../../support/round-trip.ts';
import { clientsFor } from '../../support/story/audience.ts';
import { fixtureFiles, readmeWithCounts } from '../../support/story/files.ts';

const FOLDER = new URL('../../../fixtures/', import.meta.url);
const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter(name => name !== 'expected' && !name.startsWith('sheets/'))
  .toSorted();
const textOf = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
const records: RecordEnvelope[] = names
  .filter(name => name.endsWith('.ndjson'))
  .flatMap(name => textOf(name).trimEnd().split('\n'))
  .map(line => JSON.parse(line));

describe('the files of fixtures/', () => {
  const files = fixtureFiles();
  test.each([...files.keys()])('%s is what the story says', name => {
    expect(textOf(name) === files.get(name)).toBe(true);
  });
  test('are these and a README whose counts are right', () => {
    expect(names).toEqual([...files.keys(), 'README.md', 'sheets'].toSorted());
    expect(readmeWithCounts(textOf('README.md'))).toBe(textOf('README.md'));
    expect(textOf('README.md')).toMatch(/\| Patient \| 16 \| 11 \| 8 \|/);
  });
});

describe('the records of the fixtures', () => {
  const ajv = new Ajv({ allErrors: true });
  addFormats.default(ajv);
  const schemas = new Map(CONCEPTS.map(one => [one.kind, ajv.compile(one.schema)]));

  test('fit their schemas and keep their invariants', () => {
    const bad = records.filter(
      one => schemas.get(one.kind)?.(one) !== true || conceptOf(one.kind)!.check(one).length > 0,
    );
    expect(bad.map(one => one.id)).toEqual([]);
  });

  test('are of every kind there is, each key once', () => {
    const kinds = new Set(records.map(one => one.kind));
    expect(CONCEPTS.map(one => one.kind).filter(kind => !kinds.has(kind))).toEqual([]);
    expect(new Set(records.map(one => `${one.kind}|${one.id}`)).size).toBe(records.length);
  });

  test('stand behind what they refer to', () => {
    const before = new Set<string>();
    const missing: string[] = [];
    for (const record of records) {
      const concept = conceptOf(record.kind)!;
      const parts = concept.toFhir(record, links);
      for (const { role } of parts) before.add(links.to(record.kind, record.id, role));
      for (const url of linksIn(parts.map(part => part.resource))) if (!before.has(url)) missing.push(url);
    }
    expect(missing).toEqual([]);
  });

  test('become valid R4', () => {
    const parts = records.flatMap(one => conceptOf(one.kind)!.toFhir(one, links));
    expect(parts.flatMap(part => validateResource(part.resource))).toEqual([]);
  });

  test('name one client in one resource', () => {
    const parts = records.flatMap(one => conceptOf(one.kind)!.toFhir(one, links));
    const several = parts.filter(({ resource }) => {
      const clients = linksIn(resource).filter(url => url.startsWith('urn:record:client|'));
      return new Set(clients).size > 1;
    });
    expect(several).toEqual([]);
  });
});

describe('the consents of the fixtures', () => {
  /** As the access rules compile them; references as a store has them. */
  const rules = records
    .filter(one => one.kind === 'consent')
    .flatMap(one => {
      const parts = conceptOf('consent')!.toFhir(one, { to: (_kind, id) => `Patient/${id}` });
      return compileConsent(partMap(parts).get('')!);
    });

  test.each([
    ['ehr', 'lakeside-health', 'TREAT'],
    ['payer', 'granite-mutual', 'HPAYMT'],
  ] as const)('permit the %s exactly what the README says', (audience, actor, purpose) => {
    const matching = rules.filter(rule => rule.actor === actor && rule.purpose === purpose);
    const denied = new Set(matching.filter(rule => rule.effect === 'deny').map(rule => rule.patient));
    const permitted = matching.filter(rule => rule.effect === 'permit' && !denied.has(rule.patient));
    expect(permitted.map(rule => rule.patient).toSorted()).toEqual(clientsFor(audience, records));
  });

  test('hold from their signature on, whatever the day is', () => {
    const now = Date.UTC(2026, 10, 23);
    expect(rules.filter(rule => rule.from > now || rule.to < now * 10)).toEqual([]);
  });
});

describe('the Bundles of the fixtures', () => {
  const bundles = names.filter(name => name.endsWith('.bundle.json')).map(name => JSON.parse(textOf(name)));
  const entries = bundles.flatMap(bundle => bundle.entry);

  test('create what the records make, each under its own business identifier', () => {
    const parts = records.flatMap(one => conceptOf(one.kind)!.toFhir(one, links));
    expect(entries).toHaveLength(parts.length);
    expect(new Set(entries.map(one => one.fullUrl)).size).toBe(entries.length);
    expect(new Set(entries.map(one => `${one.request.url}?${one.request.ifNoneExist}`)).size).toBe(
      entries.length,
    );
  });

  test('are valid R4', () => {
    expect(bundles.flatMap(bundle => validateResource(bundle))).toEqual([]);
  });

  test('refer within themselves by urn:uuid and to earlier ones by identifier', () => {
    const sent = new Set<string>();
    const dangling: string[] = [];
    for (const { entry } of bundles) {
      const own = new Set(entry.map((one: { fullUrl: string }) => one.fullUrl));
      for (const url of referencesIn(entry))
        if (url.startsWith('urn:') ? !own.has(url) : !url.startsWith('Organization/') && !sent.has(url))
          dangling.push(url);
      for (const { request } of entry) sent.add(`${request.url}?${request.ifNoneExist}`);
    }
    expect(dangling).toEqual([]);
  });

  test('carry what attendance makes of the appointments', () => {
    const statuses = entries.filter(one => one.request.url === 'Appointment').map(one => one.resource.status);
    expect(new Set(statuses)).toEqual(new Set(['fulfilled', 'noshow', 'cancelled', 'booked']));
  });
});

const linksIn = (value: unknown): string[] => JSON.stringify(value).match(/urn:record:[^"]+/g) ?? [];

function referencesIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = typeof value.reference === 'string' ? [value.reference] : [];
  return [...own, ...Object.values(value).flatMap(member => referencesIn(member ?? null))];
}
