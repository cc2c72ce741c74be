// 42 CFR Part 2, rule by rule: what each asks of a program's records, shown over HTTP in one world. What of a rule is
// for people to decide, or is not built, is told in the README's table of the same rules.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { createAuthenticate } from '../../src/access/authenticate.ts';
import { LONG_NOTICE, SHORT_NOTICE } from '../../src/access/notice.ts';
import { RECIPIENTS } from '../../src/access/oauth/client.ts';
import { extensionUrl } from '../../src/fhir/canonical.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { createHttp } from '../../src/http/server.ts';
import { createLog } from '../../src/observe/log.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { bundle, get, told } from '../support/disclosing.ts';
import { agreement, courtOrder } from '../support/exceptions.ts';
import { labelledMeta, labelsOn } from '../support/labels.ts';
import { assertionOf, makeKey, tokenForm } from '../support/oauth-client.ts';
import { plainOf } from '../support/parameters.ts';
import {
  found,
  note,
  openPart2World,
  type Part2World,
  permit,
  related,
  START,
  statement,
  statusOf,
  TPO,
  toClass,
  treats,
  withoutEnd,
} from '../support/part2-world.ts';
import { ROOT } from '../support/process.ts';
import { type Caller, coverageFor } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const DAY = 86_400_000;
const LOINC = 'http://loinc.org';

/** Rule -> where it is from: 42 CFR, unless another is named. */
const RULES: Readonly<Record<number, string>> = {
  1: '2.13',
  2: '2.13(c)',
  3: '2.31(a)',
  4: '2.31(a)(4), 2.31(a)(5)',
  5: '2.31(a)(6)',
  6: '2.33(b)',
  7: '2.32',
  8: '2.11, 2.31(b)',
  9: '2.31(d), 2.61',
  10: '2.12(d)',
  11: '2.24',
  12: '2.25',
  13: '2.23, 2.26',
  14: '2.51',
  15: '2.53',
  16: '2.34, 2.36, 2.52, 2.54',
  17: '2.35',
  18: '2.14, 2.15',
  19: '2.16',
  20: '2.16(a)',
  21: '45 CFR 164.514',
};

onEveryStore(store => {
  let world: Part2World;
  beforeAll(async () => {
    world = await openPart2World(store);
  }, 60_000);
  afterAll(() => world.server.close());

  const covered: number[] = [];
  const rule = (number: number, name: string, run: () => Promise<void>): void => {
    covered.push(number);
    test(`${RULES[number]}: ${name}`, run);
  };

  describe('42 CFR Part 2', () => {
    rule(1, 'without a consent nothing goes out by any way; with one, what its purpose needs', async () => {
      const { ehr, payer, put } = world;
      await world.person('all');
      await world.insure('all');
      const WAYS: readonly [way: string, ask: (caller: Caller) => PromiseLike<{ text: string }>][] = [
        ['read', caller => caller.get('/fhir/Observation/all-o')],
        ['vread', caller => caller.get('/fhir/Observation/all-o/_history/1')],
        ['history', caller => caller.get('/fhir/Observation/_history')],
        ['search', caller => caller.get('/fhir/Observation?subject=Patient/all')],
        ['include', caller => caller.get('/fhir/Encounter?_id=all-e&_include=Encounter:subject')],
        ['revinclude', caller => caller.get('/fhir/Patient?_id=all&_revinclude=Observation:subject')],
        ['batch', caller => caller.post('/fhir').send(bundle('batch', get('Observation?_id=all-o')))],
      ];
      const seen = async (caller: Caller): Promise<string[]> => {
        const ways: string[] = [];
        for (const [way, ask] of WAYS) if (/"id":"all(-o)?"/.test((await ask(caller)).text)) ways.push(way);
        return ways;
      };
      const total = async (caller: Caller) => (await found(caller, 'Observation?subject=Patient/all')).total;
      expect([await seen(ehr), await total(ehr)]).toEqual([[], 0]);
      expect([await seen(payer), await total(payer)]).toEqual([[], 0]);
      await put(permit('all-1', 'all', 'ehr'));
      await put(permit('all-2', 'all', 'payer', ['HPAYMT']));
      const every = WAYS.map(([way]) => way);
      expect([await seen(ehr), await total(ehr)]).toEqual([every, 2]);
      expect([await seen(payer), await total(payer)]).toEqual([every, 2]);
      const treating = (await ehr.get('/fhir/Patient/all').expect(200)).body;
      const paying = (await payer.get('/fhir/Patient/all').expect(200)).body;
      expect(treating.address).toEqual([{ city: 'Riverbend' }]);
      expect([paying.address, paying.name[0].family]).toEqual([undefined, 'Of-all']);
      expect(paying.meta.tag).toContainEqual(expect.objectContaining({ code: 'SUBSETTED' }));
    });

    rule(2, 'hidden and unknown clients are answered alike, by every way', async () => {
      const { ehr, put } = world;
      await world.person('secret');
      const write = (person: string) => ({
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: `Patient/${person}` },
      });
      const ASKED: readonly ((person: string) => PromiseLike<{ status: number; text: string }>)[] = [
        person => ehr.get(`/fhir/Patient/${person}`),
        person => ehr.get(`/fhir/Patient/${person}/_history`),
        person => ehr.get(`/fhir/Patient?_id=${person}&_total=accurate`),
        person => ehr.get(`/fhir/Observation?subject=Patient/${person}&_total=accurate`),
        person => ehr.get(`/fhir/Patient/${person}/$explain-access`),
        person => ehr.delete(`/fhir/Patient/${person}`),
        person =>
          ehr
            .post('/fhir/Patient')
            .set('If-None-Exist', `identifier=m-${person}`)
            .set('Prefer', 'return=minimal')
            .send({ resourceType: 'Patient' }),
        person => ehr.post('/fhir/Observation').set('Prefer', 'return=minimal').send(write(person)),
      ];
      const answers = async (person: string) => {
        const all: (number | string)[] = [];
        for (const ask of ASKED) {
          const { status, text } = await ask(person);
          // A link to itself holds what was asked.
          all.push(status, text.replaceAll(person, 'whoever').replace(/"link":\[[^\]]*\]/g, ''));
        }
        return all;
      };
      const hidden = await answers('secret');
      expect(hidden).toEqual(await answers('nobody'));
      expect(hidden.filter((_, at) => at % 2 === 0)).toEqual([404, 404, 200, 200, 403, 404, 201, 201]);
      // It was there to be found all the time.
      await put(permit('secret-1', 'secret', 'ehr'));
      expect(await statusOf(ehr, 'Patient/secret')).toBe(200);
    });

    rule(3, 'a consent that lacks one item is kept, says which, and permits nothing', async () => {
      const { ehr, program, put } = world;
      await world.person('item');
      const whole = permit('item-1', 'item', 'ehr');
      const { provision } = whole;
      const part = (parts: JsonObject) => ({ provision: { ...provision, ...parts } });
      const LACKING: readonly [section: string, parts: Record<string, unknown>][] = [
        ['2.31(a)', { policyRule: undefined }],
        ['2.31(a)(1)', { patient: undefined }],
        ['2.31(a)(2)', { organization: undefined }],
        ['2.31(a)(3)', part({ extension: (provision.extension as JsonObject[]).slice(1) })],
        ['2.31(a)(4)', part({ actor: undefined as never })],
        ['2.31(a)(5)', part({ purpose: undefined as never })],
        ['2.31(a)(6)', { extension: [statement('redisclosure')] }],
        ['2.31(a)(7)', part({ extension: (provision.extension as JsonObject[]).slice(0, 1) })],
        ['2.31(a)(8)', { verification: undefined }],
        ['2.31(a)(9)', { dateTime: undefined }],
      ];
      for (const [section, parts] of LACKING) {
        await put({ ...whole, ...parts } as typeof whole);
        expect([section, await statusOf(ehr, 'Patient/item')]).toEqual([section, 404]);
        const { body } = await program.get('/fhir/Consent/item-1/$validate-part2').expect(200);
        const missing = body.issue.map((one: { details: { text: string } }) => one.details.text);
        expect(missing).toEqual([`42 CFR ${section}`]);
        await put(whole);
        expect([section, await statusOf(ehr, 'Patient/item')]).toEqual([section, 200]);
      }
    });

    rule(4, 'one for treatment, payment and operations needs no end and covers no more', async () => {
      const { put } = world;
      await world.person('tpo');
      await put(treats('ehr', 'tpo'));
      const whole = permit('tpo-1', 'tpo', 'ehr', TPO, {
        actor: undefined as never,
        ...withoutEnd(toClass('tpo')),
      });
      const OTHER = ['HRESCH', 'HMARKT', 'PUBHLTH', 'HLEGAL'];
      const seenFor: Record<string, Caller> = {};
      for (const purpose of [...TPO, ...OTHER])
        seenFor[purpose] = await world.client(`tpo-for-${purpose}`, { purposes: [purpose] });
      const permitted = async () => {
        const purposes: string[] = [];
        for (const [purpose, caller] of Object.entries(seenFor))
          if ((await statusOf(caller, 'Patient/tpo')) === 200) purposes.push(purpose);
        return purposes;
      };
      await put(whole);
      expect(await permitted()).toEqual(TPO);
      for (const told of ['redisclosure', 'refusal']) {
        await put({ ...whole, extension: [statement('revocation'), statement(told)] });
        expect(await permitted()).toEqual([]);
      }
      // Who does not treat is none of the class.
      await put(whole);
      expect(await statusOf(world.neighbour, 'Patient/tpo')).toBe(404);
    });

    rule(5, 'a revocation holds from the next request; what went out stays accounted for', async () => {
      const { ehr, put } = world;
      await world.person('revoked');
      const consent = permit('revoked-1', 'revoked', 'ehr');
      await put(consent);
      const there = async () => (await world.elsewhere('Patient/revoked', ehr)).status;
      const { body } = await ehr.get('/fhir/Observation?subject=Patient/revoked&_count=1').expect(200);
      const next = (body.link as { relation: string; url: string }[]).find(one => one.relation === 'next')!;
      expect([await statusOf(ehr, 'Patient/revoked'), await there()]).toEqual([200, 200]);
      await put({ ...consent, status: 'inactive' });
      expect([await statusOf(ehr, 'Patient/revoked'), await there()]).toEqual([404, 404]);
      // Also what was begun before ends here.
      const page = await ehr.get(next.url.slice(next.url.indexOf('/fhir'))).expect(200);
      expect(page.body.entry ?? []).toEqual([]);
      expect(await world.accounted('revoked')).toEqual(['Organization/ehr TREAT']);
    });

    rule(6, 'who may not pass records on under HIPAA gets them with NORDSCLCD', async () => {
      await world.person('again');
      const labels: Record<string, string> = {};
      await world.put(permit('again-1', 'again', 'ehr'));
      for (const recipient of RECIPIENTS) {
        const caller = await world.client(`again-to-${recipient}`, { recipient });
        const answer = await caller.get('/fhir/Condition/again-c').expect(200);
        expect(told(answer)).toEqual([SHORT_NOTICE, 'Consent/again-1']);
        labels[recipient] = labelsOn(answer.body);
      }
      expect(labels).toEqual({
        'covered-entity': '42CFRPart2 ETHUD SUD conf:R',
        'business-associate': '42CFRPart2 ETHUD SUD conf:R',
        'other-lawful-holder': '42CFRPart2 ETHUD NORDSCLCD SUD conf:R',
        'part2-program': '42CFRPart2 ETHUD NORDSCLCD SUD conf:R',
      });
    });

    rule(7, 'what goes out carries notice and consent, what does not carries none', async () => {
      const { ehr, program, put } = world;
      await world.person('notice');
      await put(permit('notice-1', 'notice', 'ehr'));
      await put({ resourceType: 'Location', id: 'site' });
      const search = await ehr.get('/fhir/Observation?subject=Patient/notice').expect(200);
      expect(told(search)).toEqual([SHORT_NOTICE, 'Consent/notice-1']);
      expect(search.body.entry.at(-1)).toMatchObject({
        search: { mode: 'outcome' },
        resource: { issue: [{ details: { text: LONG_NOTICE } }] },
      });
      expect(told(await ehr.get('/fhir/Patient/notice').expect(200))).toEqual(told(search));
      await ehr.get(`/fhir/${told(search)[1]}`).expect(200);
      for (const answer of [
        await program.get('/fhir/Observation?subject=Patient/notice').expect(200),
        await ehr.get('/fhir/Location/site').expect(200),
        await ehr.get('/fhir/Observation?subject=Patient/notice&_summary=count').expect(200),
        await ehr.get('/fhir/Patient/nobody').expect(404),
      ])
        expect([...told(answer), answer.text.includes(LONG_NOTICE)]).toEqual([undefined, undefined, false]);
    });

    rule(8, 'only a consent for counselling notes alone releases or counts them', async () => {
      const { ehr, program, put } = world;
      await world.person('talk');
      await put({ resourceType: 'Practitioner', id: 'anna' });
      const staff = { organization: 'program', role: 'program' } as const;
      const author = await world.client('anna', { ...staff, practitioner: 'anna' });
      const colleague = await world.client('ben', { ...staff, practitioner: 'ben' });
      const person = await world.client('talk-portal', {
        organization: 'program',
        role: 'patient',
        patient: 'talk',
      });
      const written = await author.post('/fhir/DocumentReference').send(note('talk', 'anna')).expect(201);
      const progress = note('talk', 'anna', { system: LOINC, code: '34904-3' });
      await put({ ...progress, resourceType: 'DocumentReference', id: 'talk-progress' });
      await put(permit('talk-1', 'talk', 'ehr', TPO));
      for (const caller of [ehr, colleague, program, person]) {
        expect(await statusOf(caller, `DocumentReference/${written.body.id}`)).toBe(404);
        expect(await found(caller, 'DocumentReference?subject=Patient/talk')).toEqual({
          ids: ['talk-progress'],
          total: 1,
        });
      }
      expect((await found(author, 'DocumentReference?subject=Patient/talk')).total).toBe(2);
      // A consent for notes releases them to whom it names, and nothing else.
      const forNotes = { url: extensionUrl('part2-counselling-notes'), valueBoolean: true };
      const [, expiry] = permit('talk-1', 'talk', 'ehr').provision.extension as JsonObject[];
      await put({
        ...permit('talk-1', 'talk', 'ehr', ['TREAT'], { extension: [expiry!] }),
        extension: [statement('revocation'), forNotes],
      });
      expect(await found(ehr, 'DocumentReference?subject=Patient/talk')).toEqual({
        ids: [written.body.id],
        total: 1,
      });
      expect(await statusOf(ehr, 'Patient/talk')).toBe(404);
      for (const caller of [colleague, program, person])
        expect(await statusOf(caller, `DocumentReference/${written.body.id}`)).toBe(404);
    });

    rule(9, 'proceedings need a consent of their own or a court order', async () => {
      const { server, put } = world;
      await world.person('court');
      const lawyers = await world.client('court-law', { organization: 'lawyers', purposes: ['HLEGAL'] });
      const treating = await world.client('court-treat', { organization: 'lawyers' });
      const seen = async () => [
        await statusOf(lawyers, 'Encounter/court-e'),
        await statusOf(treating, 'Encounter/court-e'),
      ];
      const mark = await markAudit(server.app.context.store);
      await put(permit('court-1', 'court', 'lawyers', TPO));
      expect(await seen()).toEqual([404, 200]);
      const rows = await auditRows(server.app.context.store, mark);
      expect(rows.filter(one => one.purpose?.includes('HLEGAL'))).toEqual([
        expect.objectContaining({ client: 'court-law', outcome: 'not-found' }),
      ]);
      await put(permit('court-1', 'court', 'lawyers', ['HLEGAL', 'TREAT']));
      expect(await seen()).toEqual([404, 404]);
      await put(permit('court-1', 'court', 'lawyers', ['HLEGAL']));
      expect(await seen()).toEqual([200, 404]);
      await put({ ...permit('court-1', 'court', 'lawyers', ['HLEGAL']), status: 'inactive' });
      expect(await seen()).toEqual([404, 404]);
      await server.app.registry.putException(courtOrder('court-order', { patient: 'court' }));
      expect(await seen()).toEqual([200, 404]);
      expect(await statusOf(lawyers, 'Observation/court-o')).toBe(404);
      await server.app.registry.putException(courtOrder('court-order', { patient: 'court', ended: START }));
      expect(await seen()).toEqual([404, 404]);
    });

    rule(10, 'labels that came stay, without a store apart, until one who may removes them', async () => {
      const { ehr, program, put } = world;
      await world.person('kept');
      await put(permit('kept-1', 'kept', 'ehr'));
      const goal = {
        resourceType: 'Goal',
        id: 'kept-g',
        lifecycleStatus: 'active',
        description: { text: 'x' },
        subject: { reference: 'Patient/kept' },
      };
      const labels = async () => labelsOn((await program.get('/fhir/Goal/kept-g').expect(200)).body);
      await put({ ...goal, ...labelledMeta('HIV PERSISTLABEL') });
      await put({ ...goal, id: 'kept-g2' });
      for (const by of [program, ehr])
        expect((await found(by, 'Goal?subject=Patient/kept')).ids).toEqual(['kept-g', 'kept-g2']);
      for (const by of [program, ehr]) {
        await put(goal, by);
        expect(await labels()).toBe('42CFRPart2 HIV PERSISTLABEL conf:R');
      }
      const mayTakeOff = { organization: 'program', role: 'program', declassify: true } as const;
      await put(goal, await world.client('kept-declassify', mayTakeOff));
      expect(await labels()).toBe('42CFRPart2 conf:R');
    });

    rule(11, 'a general designation means who treats, and who got the record is listed', async () => {
      const { ehr, neighbour, put } = world;
      await world.person('general');
      const provision = { actor: undefined as never };
      const consent = permit('general-1', 'general', 'ehr', ['TREAT'], provision);
      const { extension } = consent.provision;
      await put({
        ...consent,
        provision: {
          ...consent.provision,
          extension: [...(extension as JsonObject[]), toClass('treating-providers')],
        },
      });
      const seen = async () => [
        await statusOf(ehr, 'Patient/general'),
        await statusOf(neighbour, 'Patient/general'),
      ];
      expect(await seen()).toEqual([404, 404]);
      await put(treats('ehr', 'general'));
      expect(await seen()).toEqual([200, 404]);
      expect(await world.accounted('general')).toEqual(['Organization/ehr TREAT']);
      await put({ ...treats('ehr', 'general'), status: 'inactive' });
      expect(await seen()).toEqual([404, 404]);
    });

    rule(12, 'program and person are told to whom the record went, when, what and why', async () => {
      const { ehr, neighbour, program, put } = world;
      await world.person('told');
      const person = await world.client('told-portal', {
        organization: 'program',
        role: 'patient',
        patient: 'told',
      });
      expect(await world.accounted('told')).toEqual([]);
      await put(permit('told-1', 'told', 'ehr'));
      await program.get('/fhir/Patient/told').expect(200);
      await person.get('/fhir/Patient/told').expect(200);
      await neighbour.get('/fhir/Patient/told').expect(404);
      expect(await world.accounted('told')).toEqual([]);
      await ehr.get('/fhir/Observation?subject=Patient/told').expect(200);
      for (const caller of [program, person]) {
        const { body } = await caller
          .get('/fhir/Patient/told/$accounting-of-disclosures?start=2026-09-01&end=2026-09-01')
          .expect(200);
        expect(plainOf(body.parameter).disclosure).toEqual([
          {
            date: ['2026-09-01T12:00:00.000000Z'],
            recipient: ['Organization/ehr'],
            purpose: ['TREAT'],
            what: [{ type: ['Observation'], count: [2] }],
            requests: [1],
          },
        ]);
      }
      const path = 'Patient/told/$accounting-of-disclosures';
      const years = { ahead: (3 * 365 + 2) * DAY };
      const of = async (query = '') =>
        plainOf((await world.elsewhere(`${path}${query}`, program, years)).body.parameter).disclosure;
      expect([await of(), (await of('?start=2026-09-01'))?.length]).toEqual([undefined, 1]);
      await ehr.get('/fhir/Patient/told/$accounting-of-disclosures').expect(403);
      await neighbour.get('/fhir/Patient/told/$accounting-of-disclosures').expect(404);
    });

    rule(13, 'persons see their own record; what one paid oneself no insurer sees', async () => {
      const { payer, program, put } = world;
      await world.person('self');
      await world.insure('self');
      const self = { organization: 'program', role: 'patient', patient: 'self' } as const;
      const person = await world.client('self-portal', self);
      expect((await found(person, 'Encounter')).ids).toEqual(['self-e']);
      const encounter = (await program.get('/fhir/Encounter/self-e').expect(200)).body;
      await put({ ...encounter, id: 'self-e2' });
      const consent = permit('self-1', 'self', 'payer', ['HPAYMT']);
      await put(consent);
      expect((await found(payer, 'Encounter?patient=Patient/self')).total).toBe(2);
      const restriction = {
        ...permit('self-2', 'self', 'payer', ['HPAYMT'], {
          type: 'deny',
          data: [{ meaning: 'dependents', reference: { reference: 'Encounter/self-e' } }],
        }),
        dateTime: '2026-07-01',
      };
      await put(restriction);
      await put({ ...consent, dateTime: '2026-08-20' });
      expect(await found(payer, 'Encounter?patient=Patient/self')).toEqual({ ids: ['self-e2'], total: 1 });
      expect(await statusOf(payer, 'Encounter/self-e')).toBe(404);
      const { text } = await payer.get('/fhir/Patient?_id=self&_revinclude=Encounter:subject').expect(200);
      expect([text.includes('self-e2'), text.includes('"self-e"')]).toEqual([true, false]);
      expect((await found(person, 'Encounter')).total).toBe(2);
      await put({ ...restriction, status: 'inactive' });
      expect((await found(payer, 'Encounter?patient=Patient/self')).total).toBe(2);
    });

    rule(14, 'a stated emergency opens one record for minutes, and leaves a record', async () => {
      const { program, server } = world;
      await world.person('er');
      await world.person('er-other');
      const key = await makeKey('er-key');
      const keys = { jwks: { keys: [key.publicJwk as never] } };
      await world.client('er', { purposes: ['TREAT', 'BTG'], keys });
      const author = { organization: 'program', role: 'program', practitioner: 'er-anna' } as const;
      const written = await (await world.client('er-anna', author))
        .post('/fhir/DocumentReference')
        .send(note('er', 'er-anna'))
        .expect(201);
      const stated = {
        emergency_patient: 'er',
        emergency_recipient: 'Dr. R. Ward',
        emergency_affiliation: 'Lakeside Emergency Department',
        emergency_nature: 'Unconscious after a fall',
      };
      const ask = async (form: Record<string, string>) => {
        const audience = `${server.app.oauth.root()}/oauth/token`;
        const assertion = await assertionOf({ now: world.now, client: 'er', audience }, key);
        const sent = tokenForm(assertion, { purpose_of_use: 'BTG', scope: 'system/*.rs', ...form });
        return server.stranger.post('/oauth/token').type('form').send(sent.toString());
      };
      for (const name of Object.keys(stated)) {
        const { status, body } = await ask({ ...stated, [name]: '' });
        expect([status, body.error_description.includes(name)]).toEqual([400, true]);
      }
      const { access_token: token } = (await ask(stated)).body;
      const seen = async (path: string) =>
        (await server.stranger.get(`/fhir/${path}`).set('Authorization', `Bearer ${token}`)).status;
      const records = async () =>
        (await program.get('/fhir/Communication?subject=Patient/er').expect(200)).body.entry ?? [];
      expect(await records()).toEqual([]);
      expect([await seen('Observation/er-o'), await seen('Observation/er-other-o')]).toEqual([200, 404]);
      expect(await seen(`DocumentReference/${written.body.id}`)).toBe(404);
      const [{ resource }] = await records();
      expect(resource).toMatchObject({
        sent: '2026-09-01T12:00:00.000000Z',
        sender: { reference: 'Organization/program' },
        recipient: [{ display: stated.emergency_recipient }, { display: stated.emergency_affiliation }],
        reasonCode: [{ text: stated.emergency_nature }],
      });
      expect(await world.accounted('er')).toEqual(['Organization/ehr BTG']);
      world.wait(15 * 60_000);
      expect(await seen('Observation/er-o')).toBe(401);
    });

    rule(15, 'an auditor reads while both have agreed, and is told the limits', async () => {
      const { server } = world;
      await world.person('audit');
      const auditor = await world.client('audit', {
        organization: 'auditors',
        role: 'auditor',
        purposes: ['HACCRED'],
      });
      const path = 'Patient/audit';
      expect(await statusOf(auditor, path)).toBe(404);
      const agreed = agreement('agreed', { until: world.now() + DAY });
      await server.app.registry.putException(agreed);
      const { headers } = await auditor.get(`/fhir/${path}`).expect(200);
      expect(headers['audit-agreement']).toBe('agreed');
      expect(headers['redisclosure-notice']).toMatch(/2\.53.*nobody but the program.*No copies/);
      await auditor.put(`/fhir/${path}`).send({ resourceType: 'Patient', id: 'audit' }).expect(403);
      await server.app.registry.putException({ ...agreed, ended: world.now() });
      expect(await statusOf(auditor, path)).toBe(404);
    });

    rule(16, 'research, public health and registries each need a consent of their own', async () => {
      const { put } = world;
      await world.person('apart');
      const APART = ['HRESCH', 'PUBHLTH'];
      const callers: [purpose: string, caller: Caller][] = [];
      for (const purpose of [...APART, 'TREAT'])
        callers.push([purpose, await world.client(`apart-for-${purpose}`, { purposes: [purpose] })]);
      const seen = async () => {
        const purposes: string[] = [];
        for (const [purpose, caller] of callers)
          if ((await statusOf(caller, 'Patient/apart')) === 200) purposes.push(purpose);
        return purposes;
      };
      await put(permit('apart-1', 'apart', 'ehr', TPO));
      expect(await seen()).toEqual(['TREAT']);
      for (const purpose of APART) {
        await put(permit('apart-1', 'apart', 'ehr', [purpose]));
        expect(await seen()).toEqual([purpose]);
      }
    });

    rule(17, 'a consent to one official opens to nobody else of the Organization', async () => {
      const { put } = world;
      await world.person('parole');
      const organization = 'county-probation';
      const official = await world.client('parole-officer', { organization, practitioner: 'officer' });
      const other = await world.client('parole-other', { organization, practitioner: 'other' });
      const seen = async () => [
        await statusOf(official, 'Patient/parole'),
        await statusOf(other, 'Patient/parole'),
      ];
      expect(await seen()).toEqual([404, 404]);
      const consent = permit('parole-1', 'parole', organization);
      const [actor] = consent.provision.actor as JsonObject[];
      const named = [{ ...actor, reference: { reference: 'Practitioner/officer' } }];
      await put({ ...consent, provision: { ...consent.provision, actor: named } });
      expect(await seen()).toEqual([200, 404]);
    });

    rule(18, 'a guardian sees nothing once a minor may consent alone, nor of the dead', async () => {
      const { program, put } = world;
      await world.person('child');
      const patient = (await program.get('/fhir/Patient/child').expect(200)).body as AnyResource & {
        id: string;
      };
      const acting = { organization: 'program', role: 'representative', patient: 'child' } as const;
      const parent = await world.client('child-parent', { ...acting, relatedPerson: 'child-r' });
      const seenAt = async (age: number, code: string, more: JsonObject = {}) => {
        const birthDate = `${2026 - age}-01-01`;
        await put({ ...patient, birthDate, ...more });
        await put(related('child-r', 'child', code));
        return statusOf(parent, 'Observation/child-o');
      };
      expect(await statusOf(parent, 'Observation/child-o')).toBe(404);
      expect([await seenAt(11, 'PRN'), await seenAt(12, 'PRN'), await seenAt(17, 'PRN')]).toEqual([
        200, 404, 404,
      ]);
      expect([await seenAt(40, 'PRN'), await seenAt(40, 'HPOWATT')]).toEqual([404, 200]);
      expect(await seenAt(40, 'HPOWATT', { deceasedBoolean: true })).toBe(404);
      // Without an age that the program's State has set, no guardian of a minor sees anything.
      expect(await seenAt(11, 'PRN')).toBe(200);
      const unset = { config: { minorConsentAges: {} } };
      expect((await world.elsewhere('Observation/child-o', parent, unset)).status).toBe(404);
    });

    rule(19, 'after a breach it is told whose records a client saw, and which', async () => {
      const { ehr, neighbour, put } = world;
      for (const id of ['breach', 'breach-not']) {
        await world.person(id);
        await put(permit(`${id}-1`, id, 'ehr'));
      }
      world.wait(DAY);
      await ehr.get('/fhir/Observation/breach-o').expect(200);
      const query = 'client=ehr-client&start=2026-09-02&discovered=2026-09-05';
      const impact = async (caller: Caller) =>
        plainOf((await caller.get(`/fhir/$breach-impact?${query}`).expect(200)).body.parameter);
      const { patients, patient, ...more } = await impact(world.program);
      expect([patients, more['notify-by']]).toEqual([[1], ['2026-11-04']]);
      expect(patient).toEqual([
        expect.objectContaining({
          patient: ['Patient/breach'],
          resource: [expect.objectContaining({ reference: ['Observation/breach-o'], how: ['read'] })],
        }),
      ]);
      expect((await impact(neighbour)).patients).toEqual([0]);
      await ehr.get(`/fhir/$breach-impact?${query}`).expect(403);
    });

    rule(20, 'what a record holds, or a search asks, is in no log, link, error or audit row', async () => {
      const { app } = world.server;
      const { ehr, put } = world;
      const secret = 'Of-quiet';
      await world.person('quiet');
      await put(permit('quiet-1', 'quiet', 'ehr'));
      const lines: string[] = [];
      const log = createLog('trace', { write: line => lines.push(line) });
      const mark = await markAudit(app.context.store);
      const http = createHttp({
        context: { ...app.context, log },
        authenticate: createAuthenticate({ ...app.oauth, verifyForeign: async () => undefined }),
        oauth: app.oauth,
        maxBody: 10_000,
        log,
      });
      const send = (path: string, form: string) =>
        supertest(http).post(path).set('Authorization', `Bearer ${ehr.token}`).type('form').send(form);
      const search = await send('/fhir/Patient/_search', `family=${secret}`).expect(200);
      expect(search.body.entry[0].resource.id).toBe('quiet');
      const page = await send('/fhir/Observation/_search', 'subject=Patient/quiet&_count=1').expect(200);
      const next = (page.body.link as { relation: string; url: string }[]).find(
        one => one.relation === 'next',
      );
      expect(next!.url).not.toContain('quiet');
      const wrong = await send('/fhir/Patient/_search', `birthdate=${secret}`).expect(400);
      expect(wrong.text).not.toContain(secret);
      expect(lines).toHaveLength(3);
      const rows = await auditRows(app.context.store, mark);
      expect(rows).toHaveLength(3);
      for (const kept of [lines.join(''), JSON.stringify(rows)]) expect(kept).not.toContain(secret);
    });

    rule(21, 'no figure counts who permits nothing, and the reports of the program are its own', async () => {
      const { payer, ehr, program, put } = world;
      await world.person('figure');
      await put({ ...coverageFor('figure', 'payer'), id: 'figure-coverage' });
      const count = async (caller: Caller): Promise<number> =>
        (await caller.get('/fhir/Encounter?_id=figure-e&_summary=count').expect(200)).body.total;
      expect([await count(payer), await count(ehr), await count(program)]).toEqual([0, 0, 1]);
      await put(permit('figure-1', 'figure', 'payer', ['HPAYMT']));
      expect([await count(payer), await count(ehr), await count(program)]).toEqual([1, 0, 1]);
      await put({
        resourceType: 'MeasureReport',
        id: 'figures',
        status: 'complete',
        type: 'summary',
        measure: 'https://example.org/Measure/attendance',
        period: { start: '2026-08-01', end: '2026-08-31' },
        group: [{ population: [{ count: 3 }] }],
      });
      expect(await statusOf(program, 'MeasureReport/figures')).toBe(200);
      for (const caller of [payer, ehr, world.neighbour]) {
        expect(await statusOf(caller, 'MeasureReport/figures')).toBe(404);
        expect((await found(caller, 'MeasureReport')).total).toBe(0);
      }
    });
  });

  test('every rule has its test here and its row in the README, under the same section', () => {
    const numbers = Array.from({ length: 21 }, (_, at) => at + 1);
    expect(covered).toEqual(numbers);
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| (\d+) \| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm)];
    expect(rows.map(([, number, section]) => [Number(number), section])).toEqual(
      numbers.map(number => [number, RULES[number]]),
    );
  });
});
