// `booking` as somebody at the front desk uses it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { client, eveningTrack } from '../support/clinic.ts';
import { folderPlace, type Place } from '../support/place.ts';
import { runHere } from '../support/run-here.ts';
import { startServer } from '../support/server.ts';

const OF = ['--program', 'program'];
const SITE = {
  ...{
    kind: 'site',
    id: 'riverside',
    program: 'program',
    name: 'Riverside',
    status: 'active',
    setting: 'site',
  },
};
let place: Place;
const booking = (...args: string[]) => runHere(['booking', ...args], place.environment);
const told = async (...args: string[]) => {
  const { code, out, error } = await booking(...args, ...OF, '--json');
  expect([code, error]).toEqual([0, '']);
  return JSON.parse(out);
};
/** The clock goes forward on the 10th. */
const DAYS = ['--from', '2097-03-07', '--to', '2097-03-14'];

beforeAll(async () => {
  place = folderPlace();
  const server = await startServer({
    store: { name: 'SQLite', place: () => ({ ...place, remove: async () => {} }) },
  });
  const program = await server.as('program');
  const [iop, track] = eveningTrack;
  const records = [iop, { ...track, seats: 1 }, ...['c-1', 'c-2', 'c-3'].map(id => client(id))];
  const { body } = await program.post('/iop/records').send(records).expect(200);
  expect(body.summary.written).toBe(records.length);
  await server.close();
});
afterAll(() => place.remove());

const slots = () => told('slots', '--track', 'evening', ...DAYS);

test('sessions are planned for weeks ahead, booked, waited for, moved, made up for and cancelled', async () => {
  const dry = await booking('plan', ...OF, '--track', 'evening', ...DAYS, '--dry-run');
  const sessions = dry.out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  const [first, second] = sessions.map(one => one.id);
  expect(await slots()).toEqual([]);
  expect(await told('plan', '--track', 'evening', ...DAYS)).toEqual({ written: sessions.length, there: 0 });
  expect(await told('plan', '--track', 'evening', ...DAYS)).toEqual({ written: 0, there: sessions.length });
  expect(await slots()).toMatchObject(
    sessions.map(({ id, start, end }) => ({ session: id, start, end, seats: 1, taken: 0, status: 'free' })),
  );

  const one = await told('book', '--client', 'c-1', '--session', first);
  expect(one).toMatchObject({ status: 'booked' });
  const full = await booking('book', ...OF, '--client', 'c-2', '--session', first);
  expect(full).toMatchObject({ code: 1, out: '' });
  expect(full.error).toContain('no seat left');
  const two = await told('book', '--client', 'c-2', '--session', first, '--wait');
  const three = await told('book', '--client', 'c-3', '--session', first, '--wait');
  expect([two.status, three.status]).toEqual(['waitlist', 'waitlist']);
  const waiting = async () =>
    (await told('waitlist', '--session', first)).map((all: { client: string }) => all.client);
  expect(await waiting()).toEqual(['c-2', 'c-3']);

  const moved = await told(
    'move',
    one.appointment,
    '--session',
    second,
    '--reason',
    'pat-lt',
    '--text',
    'No bus',
  );
  expect(moved).toMatchObject({ appointment: one.appointment, status: 'booked' });
  expect(await waiting()).toEqual(['c-3']);
  expect(await told('cancel', two.appointment, '--reason', 'pat')).toEqual({
    ...{ appointment: two.appointment, status: 'cancelled' },
  });
  expect(await waiting()).toEqual([]);
  expect((await slots()).slice(0, 2)).toMatchObject([
    { session: first, taken: 1, waiting: 0, status: 'busy' },
    { session: second, taken: 1, waiting: 0, status: 'busy' },
  ]);

  const madeUp = await told('make-up', two.appointment, '--session', sessions[2].id);
  expect(madeUp.status).toBe('booked');
  const again = await booking('make-up', ...OF, two.appointment, '--session', sessions[3].id);
  expect([again.code, again.error]).toEqual([1, expect.stringContaining('no missed Appointment')]);

  // The whole session goes to the Friday, with its client.
  const friday = await told(
    'reschedule',
    '--session',
    second,
    '--start',
    '2097-03-15T17:30',
    '--reason',
    'prov',
  );
  expect(friday).toMatchObject({ when: 'Fri 2097-03-15 17:30-20:30 CDT', moved: 1 });
  expect(await told('roster', '--session', second)).toEqual([
    { appointment: one.appointment, client: 'c-1', status: 'booked' },
  ]);
  const gap = await booking(
    ...['reschedule', ...OF, '--session', second, '--start', '2097-03-10T02:30', '--reason', 'prov'],
  );
  expect([gap.code, gap.error]).toEqual([1, expect.stringContaining('leaves 02:30 out')]);

  const lines = (await booking('slots', ...OF, '--track', 'evening', ...DAYS)).out.trim().split('\n');
  expect(lines[0]!.split('\t').slice(1)).toEqual([
    ...[first, 'Thu 2097-03-07 18:00-21:00 CST', 'group', '1 of 1 taken', '0 waiting', 'busy'],
  ]);
  expect(lines.at(-1)).toContain('CDT');
  expect(lines).toHaveLength(sessions.length - 1);
});

test('a store that is moved takes its seats along', async () => {
  const [{ slot }] = await slots();
  const to = `${place.environment.STORE}-moved`;
  const moved = await runHere(['migrate', '--from', place.environment.STORE!, '--to', to], place.environment);
  expect([moved.code, moved.error]).toEqual([0, '']);
  const there = { ...place.environment, STORE: to };
  const full = await runHere(['booking', 'book', ...OF, '--client', 'c-1', '--slot', slot], there);
  expect([full.code, full.error]).toEqual([1, expect.stringContaining('no seat left')]);
});

test.each([
  ['no session is named', ['book', '--client', 'c-1'], 2, '--session KEY, or --slot ID'],
  ['both ways are', ['waitlist', '--session', 'a', '--slot', 'b'], 2, '--session KEY, or --slot ID'],
  ['neither track nor site is', ['slots', '--from', '2097-03-07'], 2, '--track KEY, or --site KEY'],
  ['a day is none', ['slots', '--track', 'evening', '--from', '7 March'], 1, 'YYYY-MM-DD'],
  ['the client is nobody', ['book', '--client', 'c-9', '--session', 'x'], 1, 'There is no client c-9.'],
  ['the reason is none', ['cancel', 'x', '--reason', 'rain'], 1, 'No such resource.'],
  ['no reason is given', ['move', 'x', '--session', 'y'], 2, '--reason'],
])('where %s it is said', async (_what, args, code, words) => {
  const answer = await booking(...args, ...OF);
  expect([answer.code, answer.error]).toEqual([code, expect.stringContaining(words)]);
});

test('a site has the sessions of its tracks', async () => {
  const server = await startServer({
    store: { name: 'SQLite', place: () => ({ ...place, remove: async () => {} }) },
  });
  const program = await server.as('program');
  const { body } = await program
    .post('/iop/records')
    .send([SITE, { ...eveningTrack[1], id: 'late', seats: 3, site: 'riverside' }]);
  expect(body.summary.written).toBe(2);
  await server.close();
  await told('plan', '--track', 'late', '--from', '2097-03-07', '--to', '2097-03-07');
  const found = await told('slots', '--site', 'riverside', ...DAYS);
  expect(found).toMatchObject([{ session: 'late-2097-03-07', seats: 3 }]);
});
