// The pages of a client, both as JSON and to print: who gets them, and that nothing of a record is markup.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { clientPages } from '../../src/interactions/client-pages.ts';
import { DEMANDED_TYPES } from '../../src/interactions/client-view/view.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { attendance, type Clinic, client, eveningTrack, session, startClinic } from '../support/clinic.ts';
import { type CallerName, consentFor } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const SCRIPT = '<script>alert("1")</script>';
const ABOUT = { program: 'program', client: 'one' };
const RECORDS: JsonObject[] = [
  ...eveningTrack,
  client('one', { name: { family: SCRIPT, given: ['Ann'] } }),
  client('empty'),
  {
    ...ABOUT,
    kind: 'episode',
    id: 'stay',
    status: 'active',
    focus: 'substance-use',
    level: '2.1',
    track: 'evening',
    from: '2026-08-03',
  },
  { ...ABOUT, kind: 'goal', id: 'g1', description: `Sleep ${SCRIPT}`, status: 'active', from: '2026-08-03' },
  {
    ...ABOUT,
    kind: 'plan',
    id: 'plan',
    purpose: 'treatment',
    status: 'active',
    title: `Plan ${SCRIPT}`,
    from: '2026-08-03',
    intensity: { sessionsPerWeek: 3, minutesPerSession: 60 },
  },
  session('one'),
  attendance('one', { status: 'no-show', reason: SCRIPT }),
];

onEveryStore(store => {
  let clinic: Clinic;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    clinic = await startClinic(store);
    const outcomes = await clinic.take(RECORDS);
    expect(outcomes.filter(one => one.outcome !== 'written')).toEqual([]);
    for (const id of ['one', 'empty']) ids[id] = (await clinic.made('client', id)).split('/')[1]!;
  });
  afterAll(() => clinic.server.close());
  const as = (name: CallerName) => clinic.server.as(name);

  describe.each(clientPages.map(({ name, action }) => [name, action] as const))('%s', (name, action) => {
    const path = (id: string) => `/iop/clients/${id}/${name}`;

    test('is JSON unless a page is asked for', async () => {
      for (const accept of ['application/json', '*/*', 'application/json, text/html;q=0.5']) {
        const answer = await clinic.program.get(path(ids.one!)).set('Accept', accept).expect(200);
        expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
        expect(answer.body.client.id).toBe('one');
        expect(answer.body.timeZone).toBe('America/Chicago');
      }
    });

    test('is a page that does nothing but what its own style says', async () => {
      const asked = [
        clinic.program.get(path(ids.one!)).set('Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'),
        clinic.program.get(`${path(ids.one!)}?_format=html`),
        clinic.program.get(`${path(ids.one!)}?_format=text/html`).set('Accept', 'application/json'),
      ];
      for (const answer of await Promise.all(asked)) {
        expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
        const [style, ...more] = [...answer.text.matchAll(/<style>([\s\S]*?)<\/style>/g)];
        const hash = createHash('sha256').update(style![1]!).digest('base64');
        expect(answer.headers['content-security-policy']).toBe(
          `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        );
        expect(answer.headers['cache-control']).toBe('no-store');
        expect(more).toEqual([]);
        expect(answer.text).not.toMatch(/<script|\sstyle=|\son\w+=|<link|<img|https?:\/\/(?!www\.w3\.org)/i);
        expect(answer.text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
      }
    });

    test('of a client without anything there is a page', async () => {
      for (const format of ['json', 'html'])
        await clinic.program.get(`${path(ids.empty!)}?_format=${format}`).expect(200);
    });

    test.each(['application/xml', 'text/csv', 'text/html;q=0'])('is not had as %s', async accept => {
      expect((await clinic.program.get(path(ids.one!)).set('Accept', accept)).status).toBe(406);
    });

    test('is one answer for a client that is unknown, another program’s, or no id at all', async () => {
      const theirs = { ...client('nine'), program: 'neighbour' };
      const neighbour = await as('neighbour');
      await neighbour.post('/iop/records').send(theirs).expect(200);
      const claims = await clinic.server.app.registry.claims(['neighbour|client|nine|']);
      const hidden = claims.values().next().value!.split('/')[1]!;
      expect((await neighbour.get(path(hidden))).status).toBe(200);
      for (const format of ['json', 'html']) {
        const asked = [hidden, 'unknown', 'c%20c'].map(id =>
          clinic.program.get(`${path(id)}?_format=${format}`),
        );
        const answers = await Promise.all(asked);
        expect(answers.map(one => one.status)).toEqual([404, 404, 404]);
        expect(new Set(answers.map(one => one.text)).size).toBe(1);
      }
    });

    test('is not for another program, even by consent', async () => {
      const consent = JSON.stringify(consentFor(ids.empty!, 'neighbour'));
      await clinic.program.post('/fhir/Consent').type('application/fhir+json').send(consent).expect(201);
      const neighbour = await as('neighbour');
      expect((await neighbour.get(`/fhir/Patient/${ids.empty}`)).status).toBe(200);
      expect((await neighbour.get(path(ids.empty!))).status).toBe(404);
    });

    test.each(['ehr', 'payer', 'auditor'] as const)('is closed to %s, known client or not', async who => {
      const caller = await as(who);
      const answers = [await caller.get(path(ids.one!)), await caller.get(path('unknown'))];
      expect(answers.map(one => one.status)).toEqual([403, 403]);
      expect(answers[0]!.text).toBe(answers[1]!.text);
    });

    test('is closed to the person herself: the FHIR API is for her', async () => {
      const caller = await clinic.server.register({
        id: `patient-${name}`,
        organization: 'program',
        role: 'patient',
        scope: 'patient/*.rs',
        patient: ids.one!,
      });
      expect((await caller.get(`/fhir/Patient/${ids.one}`)).status).toBe(200);
      expect((await caller.get(path(ids.one!))).status).toBe(403);
    });

    test('needs the scope of what it shows', async () => {
      const narrow = await clinic.server.as('program', 'system/Patient.rs');
      expect((await narrow.get(path(ids.one!))).status).toBe(403);
    });

    test('leaves a row that names the client and what was shown', async () => {
      const { store: audited } = clinic.server.app.context;
      const mark = await markAudit(audited);
      await clinic.program.get(`${path(ids.one!)}?_format=html`).expect(200);
      const [row, ...more] = await auditRows(audited, mark);
      expect(more).toEqual([]);
      const expected = { action, outcome: 'ok', type: 'Patient', id: ids.one, patients: [ids.one] };
      expect(row).toMatchObject(expected);
      expect(row?.versions).toEqual(expect.arrayContaining([`Patient/${ids.one}/1`]));
    });
  });

  test('the timeline tells of Consents to whoever may read them', async () => {
    const consent = JSON.stringify({ ...consentFor(ids.one!, 'ehr'), dateTime: '2026-08-04' });
    await clinic.program.post('/fhir/Consent').type('application/fhir+json').send(consent).expect(201);
    const kinds = async (scope: string): Promise<string[]> => {
      const caller = await clinic.server.as('program', scope);
      const { body } = await caller.get(`/iop/clients/${ids.one}/timeline`).expect(200);
      return (body.events as { kind: string }[]).map(one => one.kind);
    };
    const narrow = ['Patient', ...DEMANDED_TYPES].map(type => `system/${type}.rs`);
    expect(await kinds('system/*.rs')).toContain('consent');
    const seen = await kinds(narrow.join(' '));
    expect(seen).not.toContain('consent');
    expect(seen).toContain('session');
  });

  test('what a goal was before is told by its versions', async () => {
    const coded = (code: string) => ({
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/goal-achievement', code }],
    });
    const reference = await clinic.made('goal', 'g1');
    await clinic.edit(reference, { achievementStatus: coded('improving'), statusDate: '2026-08-20' });
    await clinic.edit(reference, { achievementStatus: coded('achieved'), statusDate: '2026-09-10' });
    const { body } = await clinic.program.get(`/iop/clients/${ids.one}/timeline`).expect(200);
    const steps = (body.events as JsonObject[]).filter(one => one.kind === 'goal');
    expect(steps.map(one => [one.date, one.what])).toEqual([
      ['2026-08-03', 'set'],
      ['2026-08-20', 'improving'],
      ['2026-09-10', 'achieved'],
    ]);
  });
});
