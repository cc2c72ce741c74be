// `consent` as somebody at the front desk uses it: written down, listed, explained, printed, revoked; and what an EHR
// gets before and after.
import { readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { attendance, client, session } from '../support/clinic.ts';
import type { Place } from '../support/place.ts';
import { runHere } from '../support/run-here.ts';
import { startServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const OF = ['--program', 'program'];
const SIGNED = ['--signed', '2026-08-01', '--verified', '2026-08-01T10:00:00Z', '--until', '2027-08-01'];

onEveryStore(store => {
  let place: Place;
  let patient = '';
  const kept = { ...store, place: () => ({ ...place, remove: async () => {} }) };
  const consent = (...args: string[]) => runHere(['consent', ...args], place.environment);
  /** What the EHR gets of the client, by a server of its own for the moment. */
  async function ehrSees(): Promise<number> {
    const server = await startServer({ store: kept });
    const ehr = await server.as('ehr');
    const { status } = await ehr.get(`/fhir/Patient/${patient}`);
    await server.close();
    return status;
  }
  beforeAll(async () => {
    place = store.place();
    const server = await startServer({ store: kept });
    const program = await server.as('program');
    for (const record of [client('c-1'), session('c-1'), attendance('c-1')])
      await program.post('/iop/records').send(record).expect(200);
    const { body } = await program.get('/fhir/Patient').expect(200);
    patient = body.entry[0].resource.id;
    await server.close();
  });
  afterAll(() => place.remove());

  const listed = async () => JSON.parse((await consent('list', ...OF, '--patient', patient, '--json')).out);

  test('a draft permits nothing until it is signed, and nothing any more once it is revoked', async () => {
    const terms = ['add', ...OF, '--client', 'c-1', '--to', 'ehr', '--for', 'TREAT', '--id', 'k-1'];
    expect((await consent(...terms, '--signed', '2026-08-01', '--draft')).code).toBe(0);
    const [draft] = await listed();
    expect(draft).toMatchObject({ status: 'draft', effect: 'permit', to: 'Organization/ehr', for: 'TREAT' });
    expect(draft.missing).toBe('42 CFR 2.31(a)(7), 42 CFR 2.31(a)(8)');
    expect(await ehrSees()).toBe(404);
    expect(await consent(...terms, ...SIGNED)).toMatchObject({ code: 0, out: 'k-1\n' });
    const [signed] = await listed();
    expect([signed.status, signed.missing, signed.until]).toEqual(['active', '', '2027-08-01']);
    expect(await ehrSees()).toBe(200);
    const why = await consent('explain', ...OF, '--client', 'ehr-client', `Patient/${patient}`);
    expect(why.out).toMatch(/^decision permit\n/);
    expect(why.out).toContain(`    source Consent/${signed.id}/_history/`);
    expect((await consent('revoke', ...OF, signed.id)).code).toBe(0);
    expect(await ehrSees()).toBe(404);
    expect(await consent('revoke', ...OF, signed.id)).toMatchObject({
      code: 1,
      error: 'It was revoked before.\n',
    });
  });

  test('a form is printed for a person to read and sign, and no file of it is for others', async () => {
    const [{ id }] = await listed();
    const file = join(tmpdir(), `form-${id}.html`);
    expect((await consent('print', ...OF, id, '--out', file)).code).toBe(0);
    const html = readFileSync(file, 'utf8');
    expect(statSync(file).mode & 0o077).toBe(0);
    rmSync(file);
    expect(html).toContain('<dt>What for</dt><dd>treatment</dd>');
    expect(html).toContain('I may revoke this consent in writing at any time');
    expect((await consent('print', ...OF, id)).out).toBe(html);
  });

  const whatOf = async (status: string): Promise<string[]> =>
    ((await listed()) as { status: string; effect: string; what: string }[])
      .filter(one => one.status === status)
      .map(one => `${one.effect} ${one.what}`);

  test('only some records, and not what reveals more, are said in a word and told in words', async () => {
    const terms = [
      'add',
      ...OF,
      '--client',
      'c-1',
      '--to',
      'ehr',
      '--for',
      'TREAT',
      '--id',
      'k-3',
      ...SIGNED,
    ];
    const scope = [
      '--only',
      'personal-details,goals',
      '--except-sensitive',
      'HIV',
      '--data-from',
      '2026-08-01',
    ];
    expect((await consent(...terms, ...scope)).code).toBe(0);
    expect(await whatOf('active')).toEqual([
      'permit name, birth date, address and telephone; goals; 2026-08-01..; not what reveals HIV or AIDS',
    ]);
    expect((await consent(...terms, '--except', 'results,plans')).code).toBe(0);
    const why = await consent('explain', ...OF, '--client', 'ehr-client', `Patient/${patient}`);
    expect(why.out).toMatch(
      /\nrecords Consent\/\S+ all of them, at this program; not urine screens, scores, assessments, check-ins, slips, and what of life bears on treatment; not plans of treatment, relapse prevention and family support\n$/,
    );
    expect(await whatOf('active')).toEqual([
      'permit all of them, at this program; not urine screens, scores, assessments, check-ins, slips, and what of life bears on treatment; not plans of treatment, relapse prevention and family support',
    ]);
  });

  test('a session that was paid for alone is named by its attendance', async () => {
    const terms = ['add', ...OF, '--client', 'c-1', '--to', 'payer', '--signed', '2026-08-01', '--id', 'k-2'];
    expect(await consent(...terms, '--self-paid', 'a-c-1')).toMatchObject({ code: 0, out: 'k-2\n' });
    const restriction = (await listed()).find((one: { to: string }) => one.to === 'Organization/payer');
    expect(restriction).toMatchObject({ status: 'active', effect: 'deny', for: 'HPAYMT HOPERAT' });
    expect(restriction.what).toMatch(
      /^Encounter\/\S+, and what belongs to it; Appointment\/\S+, and what belongs to it$/,
    );
    expect(await consent(...terms, '--self-paid', 'a-9')).toMatchObject({
      code: 1,
      error: 'There is no attendance a-9.\n',
    });
  });

  test('one for a criminal justice referral is not revoked until its event has happened', async () => {
    const terms = ['add', ...OF, '--client', 'c-1', '--to', 'court', '--for', 'HLEGAL'];
    const event = ['--irrevocable', '--expires-upon', 'The end of probation', '--id', 'k-4'];
    expect(await consent(...terms, ...SIGNED, ...event)).toMatchObject({ code: 1 });
    const treating = terms.with(-1, 'TREAT');
    expect(await consent(...treating, ...SIGNED, ...event)).toMatchObject({ code: 0 });
    const ofCourt = async () =>
      (await listed()).find((one: { to: string }) => one.to === 'Organization/court');
    const { id } = await ofCourt();
    const refused = await consent('revoke', ...OF, id);
    expect([refused.code, refused.error]).toEqual([1, expect.stringContaining('42 CFR 2.35(c)')]);
    expect((await ofCourt()).status).toBe('active');
    expect((await consent('revoke', ...OF, id, '--event-happened', '2026-11-02')).code).toBe(0);
    expect((await ofCourt()).status).toBe('inactive');
  });

  test.each([
    [['add', ...OF, '--client', 'c-1', '--signed', '2026-08-01'], 1, 'recipient: is missing: 42 CFR 2.31'],
    [['add', ...OF, '--client', 'c-9', '--to', 'ehr', '--for', 'TREAT', ...SIGNED], 1, 'c-9'],
    [['add', ...OF, '--client', 'c-1', '--to', 'ehr', '--for', 'FUN', ...SIGNED], 1, 'purposes'],
    [
      ['add', ...OF, '--client', 'c-1', '--to', 'ehr', '--for', 'TREAT', '--only', 'tales', ...SIGNED],
      1,
      'only[0]',
    ],
    [['add', ...OF, '--client', 'c-1'], 2, '--signed'],
    [['list', ...OF], 2, '--patient'],
    [['list', ...OF, '--client', 'nobody'], 1, 'no client nobody'],
    [['list', '--program', 'nobody', '--patient', 'x'], 1, 'no program nobody'],
    [['revoke', ...OF, 'nothing'], 1, ''],
    [['explain', ...OF, '--client', 'ehr-client', 'Patient'], 2, 'Type/ID'],
    [['explain', ...OF, '--client', 'nobody', 'Patient/x'], 1, ''],
    [['print', ...OF, 'nothing'], 1, ''],
  ])('consent %j ends with %d', async (args, code, said) => {
    const done = await consent(...args);
    expect([done.code, done.error]).toEqual([code, expect.stringContaining(said)]);
    expect(done.error).not.toBe('');
  });
});
