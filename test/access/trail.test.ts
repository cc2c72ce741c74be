// Who sees what of the audit trail: the rule told a second time, from its wording, over the plain rows and
// the plain list of what was written. The server must show each reader exactly that, on one page or on many.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Principal, Role } from '../../src/access/grant.ts';
import { parseScopes } from '../../src/access/scope.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import type { FhirRequest } from '../../src/interactions/request.ts';
import type { AuditRow } from '../../src/store/port/audit.ts';
import { openApp, type TestApp } from '../support/app.ts';
import { auditRows } from '../support/audit.ts';
import { consentFor } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';
import { peopleOf } from './naive-resource.ts';

const NOW = Date.UTC(2026, 8, 1);

/** What each Organization owns, in the order in which it is written. */
const OWNED: Readonly<Record<string, readonly AnyResource[]>> = {
  one: [
    { resourceType: 'Patient', id: 'one-a' },
    {
      resourceType: 'Patient',
      id: 'one-b',
      link: [{ other: { reference: 'Patient/one-a' }, type: 'seealso' }],
    },
    { ...consentFor('one-a', 'ehr', 'TREAT', 'one'), id: 'one-consent-a' },
    { ...consentFor('one-b', 'ehr', 'TREAT', 'one'), id: 'one-consent-b' },
    { resourceType: 'Location', id: 'one-place' },
    ...observationsOf('one', 'one-a', 'one-b'),
  ],
  two: [
    { resourceType: 'Patient', id: 'two-c' },
    { ...consentFor('two-c', 'ehr', 'TREAT', 'two'), id: 'two-consent-c' },
    ...observationsOf('two', 'two-c'),
  ],
  ehr: [{ resourceType: 'Location', id: 'ehr-place' }],
};

function observationsOf(owner: string, ...people: string[]): AnyResource[] {
  return people.map(one => ({
    resourceType: 'Observation',
    id: `${owner}-obs-${one}`,
    status: 'final',
    code: { text: 'x' },
    subject: { reference: `Patient/${one}` },
  }));
}

interface Reader {
  organization: string;
  role: Role;
  patient?: string;
}
const READERS: Readonly<Record<string, Reader>> = {
  'the first program': { organization: 'one', role: 'program' },
  'the second program': { organization: 'two', role: 'program' },
  "the first program's auditor": { organization: 'one', role: 'auditor' },
  "the EHR's auditor": { organization: 'ehr', role: 'auditor' },
  'a patient of the first': { organization: 'one', role: 'patient', patient: 'one-a' },
  'another patient of the first': { organization: 'one', role: 'patient', patient: 'one-b' },
  'a patient of the second': { organization: 'two', role: 'patient', patient: 'two-c' },
  'a patient whom nobody knows': { organization: 'one', role: 'patient', patient: 'nobody' },
  'a patient without a person': { organization: 'one', role: 'patient' },
  'the EHR': { organization: 'ehr', role: 'ehr' },
  'a payer': { organization: 'payer', role: 'payer' },
  'a representative': { organization: 'one', role: 'representative' },
  'an administrator': { organization: 'one', role: 'admin' },
};

const ALL = Object.entries(OWNED).flatMap(([owner, list]) => list.map(resource => ({ owner, resource })));
const writtenAs = (version: string) => {
  const [type, id] = version.split('/');
  return ALL.find(({ resource }) => resource.resourceType === type && resource.id === id);
};
const ownerOf = (version: string) => writtenAs(version)?.owner;
const personsOf = (version: string): readonly string[] => peopleOf(writtenAs(version)!.resource);
/** Of events of the trail itself no more is held than whom they name. */
const isWritten = (version: string): boolean => !version.startsWith('AuditEvent/trail.');

/** One line for each event that a reader is to see: when, what, how it ended, who, about whom, which data. */
function expectedOf(reader: Reader, rows: readonly AuditRow[]): string[] {
  return rows.flatMap(row => {
    const line = (person: string, versions: readonly string[]) =>
      [row.at, row.outcome, row.client, person, ...versions.toSorted()].join(' ');
    const written = row.versions.filter(isWritten);
    const about = (versions: readonly string[], person: string) =>
      versions.filter(one => personsOf(one).includes(person));
    if (reader.role === 'patient') {
      const { patient = 'none' } = reader;
      return row.patients.includes(patient) ? [line(patient, about(written, patient))] : [];
    }
    if (reader.role !== 'program' && reader.role !== 'auditor') return [];
    const own = row.organization === reader.organization;
    const seen = written.filter(one => own || ownerOf(one) === reader.organization);
    if (!own && seen.length === 0) return [];
    const people = [...new Set(own ? row.patients : seen.flatMap(one => [...personsOf(one)]))];
    return people.length === 0 ? [line('', seen)] : people.map(person => line(person, about(seen, person)));
  });
}

const entities = (event: AnyResource, type: string, role: string): string[] =>
  (event.entity as JsonObject[])
    .filter(one => (one.type as JsonObject).code === type && (one.role as JsonObject)?.code === role)
    .map(one => (one.what as JsonObject).reference)
    .filter(one => one !== undefined)
    .map(String);

function lineOf(event: AnyResource): string {
  const [person = ''] = entities(event, '1', '1').map(one => one.slice('Patient/'.length));
  const data = entities(event, '2', '4')
    .map(one => one.replace('/_history/', '/'))
    .filter(isWritten);
  const [client] = event.agent as JsonObject[];
  const at = Date.parse(event.recorded as string) * 1000;
  const outcome = event.outcomeDesc ?? 'ok';
  return [at, outcome, client!.altId, person, ...data.sort()].join(' ');
}

onEveryStore(store => {
  describe('the audit trail', () => {
    let app: TestApp;
    let rows: AuditRow[];
    let asked = 0;
    beforeAll(async () => {
      app = await openApp({ store, clock: () => NOW + asked * 1000 });
      for (const name of ['one', 'two']) await app.token(name, 'program', { prefix: `${name}-` });
      await app.token('ehr', 'ehr', { prefix: 'ehr-' });
      for (const { owner, resource } of ALL)
        await ask(
          { organization: owner, role: owner === 'ehr' ? 'ehr' : 'program' },
          {
            kind: 'update',
            type: resource.resourceType,
            id: resource.id as string,
            body: JSON.stringify(resource),
          },
        );
      await look();
      rows = await auditRows(app.app.context.store);
    });
    afterAll(() => app.close());

    type Asked = FhirRequest extends infer One
      ? One extends FhirRequest
        ? Omit<One, 'prefer' | 'request'>
        : never
      : never;
    async function ask(reader: Reader, request: Asked) {
      asked += 1;
      const { patient, ...caller } = reader;
      const made = await app.app.principalOf({
        ...caller,
        client: `${caller.organization}-${caller.role}`,
        purposes: [],
        scopes: parseScopes('system/*.cruds'),
      });
      const principal: Principal = patient === undefined ? made : { ...made, patient };
      return app.app.handle({ ...request, prefer: {}, request: `r${asked}` } as FhirRequest, principal);
    }

    /** Everybody looks at everything: found, hidden, of one program and of both. */
    async function look(): Promise<void> {
      for (const reader of Object.values(READERS)) {
        for (const type of ['Patient', 'Observation', 'Location', 'Consent'])
          await ask(reader, { kind: 'search', type, query: '' });
        for (const { resource } of ALL)
          await ask(reader, {
            kind: 'read',
            type: resource.resourceType,
            id: resource.id as string,
            query: '',
          }).catch(() => undefined);
        await ask(reader, { kind: 'search', type: 'AuditEvent', query: '_count=1000' });
      }
    }

    async function shown(reader: Reader, query: string): Promise<{ events: AnyResource[]; total?: number }> {
      const events: AnyResource[] = [];
      let total: number | undefined;
      let request: Asked | undefined = { kind: 'search', type: 'AuditEvent', query };
      while (request !== undefined) {
        const reply = await ask(reader, request);
        const bundle = JSON.parse(reply.body!) as JsonObject;
        total = bundle.total as number | undefined;
        events.push(...((bundle.entry ?? []) as JsonObject[]).map(one => one.resource as AnyResource));
        const next = (bundle.link as JsonObject[]).find(one => one.relation === 'next')?.url as string;
        request = next === undefined ? undefined : { kind: 'page', page: next.split('_page=')[1]! };
      }
      return { events, ...(total === undefined ? {} : { total }) };
    }
    /** What was recorded before anybody read for this test. */
    const until = () => `date=lt${new Date(rows.at(-1)!.at / 1000 + 500).toISOString()}`;

    test.each(Object.entries(READERS))('%s sees what the rule says, and no more', async (name, reader) => {
      const expected = expectedOf(reader, rows).sort();
      const { events } = await shown(reader, `${until()}&_count=1000`);
      expect(events.map(lineOf).sort()).toEqual(expected);
      expect([name, expected.length > 8]).toEqual([name, /program|auditor|patient of/.test(name)]);
    });

    test.each(Object.entries(READERS))(
      '%s sees it page by page as well, counted right',
      async (_name, reader) => {
        const expected = expectedOf(reader, rows).sort();
        const { events, total } = await shown(reader, `${until()}&_count=7&_total=accurate`);
        expect(events.map(lineOf).sort()).toEqual(expected);
        expect(total).toBe(expected.length);
        const recorded = events.map(one => String(one.recorded));
        expect(recorded).toEqual(recorded.toSorted().reverse());
      },
    );

    test('each event has one id, is read by it, and is nothing to those who do not see it', async () => {
      const seen = new Map<string, Set<string>>();
      for (const [name, reader] of Object.entries(READERS)) {
        const { events } = await shown(reader, `${until()}&_count=1000`);
        seen.set(name, new Set(events.map(one => String(one.id))));
        expect(seen.get(name)!.size).toBe(events.length);
      }
      const all = [...new Set([...seen.values()].flatMap(ids => [...ids]))];
      const some = all.filter((_, at) => at % 7 === 0);
      expect(some.length).toBeGreaterThan(10);
      for (const [name, reader] of Object.entries(READERS)) {
        for (const id of some) {
          const answer = await ask(reader, { kind: 'read', type: 'AuditEvent', id, query: '' }).then(
            reply => (JSON.parse(reply.body!) as JsonObject).id,
            error => error.code as string,
          );
          expect([name, id, answer]).toEqual([name, id, seen.get(name)!.has(id) ? id : 'not-found']);
        }
      }
    });

    test('what others did in between does not show in any id', async () => {
      const { events } = await shown(READERS['the EHR']!, '');
      expect(events).toEqual([]);
      const two = await shown(READERS['the second program']!, `${until()}&_count=1000`);
      for (const { id } of two.events) expect(id).toMatch(/^trail\.[0-9a-f]{32}-[0-9a-f]{12}$/);
      for (const { writer, number } of rows.slice(0, 50))
        expect(JSON.stringify(two.events)).not.toContain(`${writer}/${number}`);
    });
  });
});
