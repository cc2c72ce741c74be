// `emergency`, `agreement` and `court-order` as a privacy officer uses them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { clientEntry } from '../support/client-entry.ts';
import { agreement, courtOrder, emergency } from '../support/exceptions.ts';
import type { Place } from '../support/place.ts';
import { runHere } from '../support/run-here.ts';
import { startServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const OF = ['--program', 'program'];

onEveryStore(store => {
  let place: Place;
  const kept = { ...store, place: () => ({ ...place, remove: async () => {} }) };
  const iop = (...args: string[]) => runHere(args, place.environment);
  const json = async (...args: string[]) => JSON.parse((await iop(...args, '--json')).out);
  /** What the audit trail calls the last act. */
  const lastAct = async () => {
    const server = await startServer({ store: kept });
    const program = await server.as('program');
    const { body } = await program.get('/fhir/AuditEvent?altid=cli&_count=1').expect(200);
    await server.close();
    return body.entry[0].resource.subtype[0].code;
  };
  beforeAll(async () => {
    place = store.place();
    const server = await startServer({ store: kept });
    const { registry } = server.app;
    await registry.putClient(clientEntry('audit', { organization: 'auditors', role: 'auditor' }));
    await registry.putClient(clientEntry('er'));
    await registry.putException(emergency('second', { at: 2_000 }));
    await registry.putException(emergency('first', { at: 1_000 }));
    await registry.putException(emergency('elsewhere', { program: 'neighbour' }));
    const { program: _, ...nobody } = emergency('of-nobody');
    await registry.putException(nobody);
    await registry.putException(agreement('elsewhere-too', { program: 'neighbour' }));
    await registry.putException(courtOrder('elsewhere-three', { program: 'neighbour' }));
    await server.close();
  });
  afterAll(() => place.remove());

  test('2.51: emergencies are listed until somebody has reviewed them, and who did is kept', async () => {
    const listed = async (...more: string[]) =>
      (await json('emergency', 'list', ...OF, ...more)).map((one: { id: string }) => one.id);
    expect(await listed()).toEqual(['first', 'second']);
    const { out } = await iop('emergency', 'list', ...OF);
    expect(out.split('\n')[0]).toBe(
      'first\t1970-01-01T00:00:01.000Z\ta\tBTG\ter\tDr. R. Ward\tLakeside Emergency Department\tUnconscious after a fall',
    );
    const review = ['emergency', 'review', ...OF, 'first', '--by', 'P. Officer', '--note', 'Justified'];
    expect(await iop(...review)).toMatchObject({ code: 0, out: '', error: '' });
    expect(await lastAct()).toBe('emergency-review');
    expect(await listed()).toEqual(['second']);
    expect(await listed('--all')).toEqual(['first', 'second']);
    const [{ review: kept }] = await json('emergency', 'list', ...OF, '--all');
    expect(kept).toEqual({ by: 'P. Officer', at: expect.any(Number), note: 'Justified' });
    expect((await iop('emergency', 'list', ...OF, '--all')).out).toMatch(/reviewed by P\. Officer /);
    expect(await iop(...review)).toMatchObject({ code: 1, error: 'It was reviewed before.\n' });
  });

  test('2.53: an agreement is added, listed and ended', async () => {
    const terms = ['--purpose', 'HACCRED', '--from', '2026-08-01', '--until', '2030-12-31'];
    const signed = ['--signed-by', 'R. Reviewer', '--signed', '2026-07-30'];
    const add = await iop('agreement', 'add', ...OF, '--client', 'audit', ...terms, ...signed);
    expect([add.code, add.error]).toEqual([0, '']);
    const id = add.out.trim();
    expect(await json('agreement', 'list', ...OF)).toEqual([
      {
        kind: 'agreement',
        id,
        program: 'program',
        client: 'audit',
        purpose: 'HACCRED',
        from: Date.UTC(2026, 7, 1),
        until: Date.UTC(2031, 0, 1),
        copying: false,
        signedBy: 'R. Reviewer',
        signed: '2026-07-30',
      },
    ]);
    expect(await lastAct()).toBe('agreement-add');
    expect((await iop('agreement', 'list', ...OF)).out).toBe(
      `${id}\taudit\tHACCRED\t2026-08-01\t2030-12-31\tno copies\tR. Reviewer\t2026-07-30\n`,
    );
    expect(await iop('agreement', 'end', ...OF, id)).toMatchObject({ code: 0, out: '', error: '' });
    expect(await lastAct()).toBe('agreement-end');
    expect(await iop('agreement', 'end', ...OF, id)).toMatchObject({
      code: 1,
      error: 'It was ended before.\n',
    });
    expect((await iop('agreement', 'list', ...OF)).out).toMatch(/\tended\n$/);
  });

  test('2.61: a court order is added, listed and ended', async () => {
    const terms = [
      '--patient',
      'a',
      '--to',
      'lawyers',
      '--court',
      'Circuit Court',
      '--ordered',
      '2026-08-20',
    ];
    const what = ['--subpoena', '26-1-42', '--types', 'Encounter,Patient', '--until', '2030-12-31'];
    const dates = ['--records-from', '2026-01-01', '--records-until', '2026-06-30'];
    const add = await iop('court-order', 'add', ...OF, ...terms, ...what, ...dates);
    expect([add.code, add.error]).toEqual([0, '']);
    const id = add.out.trim();
    expect(await json('court-order', 'list', ...OF)).toEqual([
      {
        kind: 'court-order',
        id,
        program: 'program',
        patient: 'a',
        organization: 'lawyers',
        court: 'Circuit Court',
        ordered: '2026-08-20',
        subpoena: '26-1-42',
        types: ['Encounter', 'Patient'],
        dates: { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 6, 1) },
        from: expect.any(Number),
        until: Date.UTC(2031, 0, 1),
      },
    ]);
    expect(await lastAct()).toBe('court-order-add');
    expect((await iop('court-order', 'list', ...OF)).out).toBe(
      `${id}\ta\tlawyers\tCircuit Court\t2026-08-20\t26-1-42\tEncounter,Patient\t2026-01-01 to 2026-06-30\t2030-12-31\n`,
    );
    expect((await iop('court-order', 'end', ...OF, id)).code).toBe(0);
    expect(await lastAct()).toBe('court-order-end');
  });

  const AGREED = [
    'agreement',
    'add',
    ...OF,
    '--client',
    'audit',
    '--purpose',
    'HACCRED',
    '--until',
    '2030-12-31',
  ];
  const SIGNED = ['--signed-by', 'R. Reviewer', '--signed', '2026-07-30'];
  const ORDER = [
    'court-order',
    'add',
    ...OF,
    '--patient',
    'a',
    '--to',
    'l',
    '--court',
    'C',
    '--ordered',
    '2026-08-20',
  ];
  const NAMED = ['--subpoena', '26-1', '--types', 'Encounter', '--until', '2030-12-31'];
  test.each<[string, string[], number, RegExp]>([
    [
      'an emergency of another program',
      ['emergency', 'review', ...OF, 'elsewhere', '--by', 'x'],
      1,
      /no emergency/,
    ],
    [
      'an emergency about nobody',
      ['emergency', 'review', ...OF, 'of-nobody', '--by', 'x'],
      1,
      /no emergency/,
    ],
    ['a review by nobody', ['emergency', 'review', ...OF, 'second', '--by', ' '], 2, /^--by: /],
    ['a review without a name', ['emergency', 'review', ...OF, 'second'], 2, /--by/],
    ['a program that is none', ['emergency', 'list', '--program', 'ehr'], 1, /no program/],
    ['an agreement of another program', ['agreement', 'end', ...OF, 'elsewhere-too'], 1, /no agreement/],
    ['an order of another program', ['court-order', 'end', ...OF, 'elsewhere-three'], 1, /no court-order/],
    ['an unsigned agreement', AGREED, 2, /signed/],
    ['an agreement for treatment', [...AGREED, ...SIGNED, '--purpose', 'TREAT'], 2, /^--purpose: /],
    [
      'an agreement with a client that is no auditor',
      [...AGREED, ...SIGNED, '--client', 'er'],
      1,
      /no auditor/,
    ],
    ['an agreement with nobody known', [...AGREED, ...SIGNED, '--client', 'x'], 1, /no client/],
    ['an agreement with two', [...AGREED, ...SIGNED, '--organization', 'x'], 2, /with whom/],
    ['an agreement that ends before', [...AGREED, ...SIGNED, '--from', '2031-01-01'], 2, /^--until: /],
    ['an agreement until some day', [...AGREED, ...SIGNED, '--until', 'soon'], 2, /^--until: /],
    ['an order without a subpoena', ORDER, 2, /subpoena/],
    ['an order that is over', [...ORDER, ...NAMED, '--until', '2020-01-01'], 2, /^--until: /],
    ['an order of no type', [...ORDER, ...NAMED, '--types', 'Nothing'], 2, /^--types: /],
    ['an order of Consents', [...ORDER, ...NAMED, '--types', 'Consent'], 2, /^--types: /],
    ['an order with half a time', [...ORDER, ...NAMED, '--records-from', '2026-01-01'], 2, /^--records-from/],
    [
      'an order by dates of what has none',
      [
        ...ORDER,
        ...NAMED,
        '--types',
        'Basic,Account,Flag,Media,Library,Binary',
        '--records-from',
        '2026-01-01',
        '--records-until',
        '2026-02-01',
      ],
      2,
      /^--types: /,
    ],
  ])('%s is refused in words', async (_name, args, exitCode, message) => {
    const { code, out, error } = await iop(...args);
    expect(error).toMatch(message);
    expect([code, out]).toEqual([exitCode, '']);
  });

  test.each(['emergency', 'agreement', 'court-order'])('%s --help says what there is', async group => {
    const { code, out } = await iop(group, '--help');
    expect([code, out]).toEqual([0, expect.stringContaining('list')]);
  });
});
