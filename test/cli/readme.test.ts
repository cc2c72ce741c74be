// Runs the README's commands as they stand; only the port and the place of the data are this test's own.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LONG_NOTICE, SHORT_NOTICE } from '../../src/access/notice.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { type Plain, plainOf } from '../support/parameters.ts';
import {
  launch,
  ROOT,
  type Running,
  runCommand,
  runShell,
  shellTest,
  workplace,
} from '../support/process.ts';
import { runHere } from '../support/run-here.ts';

const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(
  found => found[1]!,
);
const blockWith = (text: string): string => blocks.find(block => block.includes(text))!;
const hostOf = (server: Running): string => new URL(/http:\/\/[^/\s]+/.exec(server.out())![0]).host;
/** A curl that fails where the server refuses. */
const STRICT = 'set -e; curl() { command curl --fail-with-body "$@"; }\n';

interface Bundle {
  total?: number;
  entry?: { resource: AnyResource }[];
}
/** Of an answer that may have its header before it. */
const bundleOf = (answer: string): Bundle => JSON.parse(answer.slice(answer.indexOf('{'))) as Bundle;
const patientsIn = ({ entry = [] }: Bundle): AnyResource[] =>
  entry.map(one => one.resource).filter(one => one.resourceType === 'Patient');

/** What $explain-access says: the decision, which reasons do not hold, and how much is seen of the record. */
function explained(answer: string) {
  const { decision, reason, count = [] } = plainOf((JSON.parse(answer) as JsonObject).parameter);
  const failing = (reason as Plain[]).filter(one => one.holds![0] === false).map(one => one.name![0]);
  const visible = (count as Plain[]).reduce((sum, one) => sum + Number(one.visible![0]), 0);
  return { decision, failing, visible };
}

/** Taken by nobody a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const place = workplace();
let demo: Running;
beforeAll(async () => {
  demo = launch(['demo'], place.environment);
  await demo.until(/\/fhir\/metadata'\n/);
});
afterAll(async () => {
  await demo.stop();
  place.remove();
});

shellTest('what the insurer sees, why, until when, and what stays in the accounting', async () => {
  const block = blockWith('demo-payer').replaceAll('127.0.0.1:8080', hostOf(demo));
  // Each command's answer, whichever lines the command is on.
  const apart = block.replaceAll(/^curl (?:.*\\\n)*.*$/gm, command => `${command}\necho; echo '=='`);
  const { code, out, error } = await runShell(STRICT + apart, place.environment);
  expect([code, error]).toEqual([0, '']);
  const [payers, staffs, before, next, after, accounted] = out.split('\n==\n').map(one => one.trim());
  const mine = bundleOf(payers!);
  const theirs = bundleOf(staffs!);
  const people = patientsIn(mine);
  // Its consented members alone, and the minimum of each.
  const all = new Map(patientsIn(theirs).map(one => [one.id, one]));
  expect([people.length > 1, people.length < all.size]).toEqual([true, true]);
  for (const one of people) {
    expect([one.address, one.telecom, one.contact]).toEqual([undefined, undefined, undefined]);
    expect(JSON.stringify(one.meta)).toContain('SUBSETTED');
    expect([all.has(one.id), one.birthDate]).toEqual([true, all.get(one.id)!.birthDate]);
  }
  for (const one of all.values()) expect(JSON.stringify(one.meta)).not.toContain('SUBSETTED');
  expect([...all.values()].some(one => one.address !== undefined && one.telecom !== undefined)).toBe(true);
  // The notice goes with what leaves the program, in the header and as an entry, and with nothing else.
  expect(payers).toContain(`\nRedisclosure-Notice: ${SHORT_NOTICE}`);
  expect(/\nConsent-Reference: (.*)/.exec(payers!)![1]!.split(', ')).toHaveLength(people.length);
  expect(JSON.stringify(mine.entry!.at(-1))).toContain(LONG_NOTICE);
  expect(staffs).not.toMatch(/Redisclosure-Notice|Consent-Reference/);
  expect(staffs).not.toContain(LONG_NOTICE);
  // Why; and after the consent was taken back, why not.
  expect(explained(before!)).toMatchObject({ decision: ['permit'], failing: ['own', 'source'] });
  expect(explained(after!)).toMatchObject({ decision: ['deny'], failing: ['own', 'source', 'consent'] });
  expect(explained(before!).visible).toBeGreaterThan(1);
  expect(explained(after!).visible).toBe(0);
  expect(bundleOf(next!)).toMatchObject({ resourceType: 'Bundle', total: 0 });
  expect(patientsIn(bundleOf(next!))).toEqual([]);
  expect(accounted).toMatch(/^from,to,recipient,.*\r?\n.*,granite-mutual,.* Patient.*,HPAYMT,\d+/);
});

shellTest('the lines to try beside the running demo all work, and show what they say they show', async () => {
  const block = blockWith('value-concept').replaceAll('127.0.0.1:8080', hostOf(demo));
  const { code, out, error } = await runShell(
    STRICT + block.replaceAll(/^curl .*$/gm, line => `${line}; echo`),
    place.environment,
  );
  expect([code, error]).toEqual([0, '']);
  const [visits, screens] = out
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as { entry?: { resource: { resourceType: string } }[] });
  expect(new Set(visits!.entry!.map(({ resource }) => resource.resourceType))).toEqual(
    new Set(['Encounter', 'Patient']),
  );
  expect(screens!.entry!.map(({ resource }) => resource.resourceType)).toEqual([
    'Observation',
    'Observation',
    'Observation',
  ]);
  expect(out).toMatch(/written \d+, unchanged \d+, conflicting 0, bad 0/);
});

shellTest(
  'a client is registered, gets a token, searches, is looked into, and is shut out again',
  async () => {
    const host = hostOf(demo);
    const script = blockWith('client add')
      .replaceAll(/^(curl .*\n?.*"|curl .*)$/gm, line => `${line}; echo`)
      .replaceAll('127.0.0.1:8080', host)
      .replaceAll('lakeside-app.jwk', join(place.folder, 'lakeside-app.jwk'));
    const again = `curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $TOKEN" 'http://${host}/fhir/Patient'`;
    const { code, out, error } = await runShell(
      `${STRICT}${script}\necho; command ${again}`,
      place.environment,
    );
    expect([code, error]).toEqual([0, '']);
    const lines = out.trim().split('\n');
    expect([lines[0], lines.at(-1)]).toEqual(['lakeside-app', '401']);
    const [found, trail] = lines
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as { entry: { resource: AnyResource }[] });
    expect(found!.entry[0]!.resource.resourceType).toBe('Patient');
    const [{ resource: event }] = trail!.entry as [{ resource: AnyResource }];
    expect(JSON.stringify(event.agent)).toContain('lakeside-app');
  },
);

shellTest('the pages of a client tell of him, as JSON and to print', async () => {
  const script = blockWith('/timeline')
    .replaceAll(/^curl .*"$/gm, line => `${line}; echo`)
    .replaceAll(/(\w+)\.html\b/g, (_, name: string) => join(place.folder, `${name}.html`))
    .replaceAll('127.0.0.1:8080', hostOf(demo));
  const { code, out, error } = await runShell(STRICT + script, place.environment);
  expect([code, error]).toEqual([0, '']);
  const [timeline, progress, summary, census] = out
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as JsonObject);
  expect(timeline!.client).toMatchObject({ id: 'c-104' });
  expect((timeline!.events as unknown[]).length).toBeGreaterThan(50);
  expect((progress!.weeks as unknown[]).length).toBeGreaterThan(8);
  expect(summary!.stay).toMatchObject({ track: 'Morning' });
  // Six tracks, and who comes to the monthly group alone.
  expect((census!.tracks as unknown[]).length).toBe(7);
  for (const title of ['Timeline', 'Progress', 'Summary', 'Census']) {
    const printed = readFileSync(join(place.folder, `${title.toLowerCase()}.html`), 'utf8');
    expect(printed).toContain(`<title>${title}</title>`);
  }
});

shellTest(
  'sessions are planned over a clock change; a client is booked and moved, and so is a session',
  async () => {
    const { code, out, error } = await runShell(`set -e\n${blockWith('booking plan')}`, place.environment);
    expect([code, error]).toEqual([0, '']);
    const lines = out.trim().split('\n');
    expect(lines[0]).toBe('written 6, there already 0');
    expect(lines.slice(1, 7).map(line => line.split('\t').slice(1))).toEqual(
      [
        ['Mon', '08', 'EST'],
        ['Wed', '10', 'EST'],
        ['Thu', '11', 'EST'],
        ['Mon', '15', 'EDT'],
        ['Wed', '17', 'EDT'],
        ['Thu', '18', 'EDT'],
      ].map(([day, date, zone]) => [
        `evening-2027-03-${date}`,
        `${day} 2027-03-${date} 18:00-21:00 ${zone}`,
        ...['group', expect.stringMatching(/^0 of \d+ taken$/), '0 waiting', 'free'],
      ]),
    );
    expect(lines.slice(7).map(line => line.split('\t').slice(1))).toEqual([
      ['booked', 'Mon 2027-03-15 18:00-21:00 EDT'],
      ['Tue 2027-03-16 18:30-21:30 EDT', '1 moved'],
      ['c-104', 'booked'],
    ]);
  },
);

shellTest(
  'a week of the staff: attendance in, hours tapered, a stay that ends, a letter printed',
  async () => {
    const block = blockWith('stay taper')
      .replace('to-mend.csv', `${place.folder}/to-mend.csv`)
      .replace('cat to-mend.csv', `cat ${place.folder}/to-mend.csv`)
      .replace('letter.html', `${place.folder}/letter.html`);
    const { code, out, error } = await runShell(`set -e\n${block}`, place.environment);
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain('written 3, unchanged 0, conflicting 0, bad 1');
    expect(out).toContain('plan plan-104: written\nepisode stay-104: written\n');
    expect(out).toContain(
      'referral stay-106-step-down: written\nplan plan-106: written\nepisode stay-106: written\n',
    );
    const plan = JSON.parse(out.trim().split('\n').at(-1)!) as { intensity: unknown; change: unknown };
    expect(plan).toMatchObject({
      intensity: { sessionsPerWeek: 2, minutesPerSession: 180 },
      change: { what: 'taper', text: 'Six weeks without a slip' },
    });
    expect(readFileSync(join(place.folder, 'letter.html'), 'utf8')).toContain('Granite Mutual');
    const again = await runHere(
      ['stay', 'step-down', '--program', 'riverbend', '--client', 'c-106', '--on', '2026-10-23'],
      place.environment,
    );
    expect([again.code, again.error]).toEqual([1, 'Client c-106 has no stay that goes on.\n']);
    // Where one record is refused none is written.
    const step = ['stay', 'step-down', '--program', 'riverbend', '--client', 'c-105', '--on', '2026-13-40'];
    const refused = await runHere(step, place.environment);
    expect([refused.code, refused.out]).toEqual([
      1,
      expect.stringMatching(/^referral stay-105-step-down: not written\nplan plan-105: bad; until: /),
    ]);
    const left = ['record', '--program', 'riverbend', 'referral', 'stay-105-step-down'];
    expect((await runHere(left, place.environment)).code).toBe(1);
  },
);

shellTest('the audit trail shows what the insurer saw', async () => {
  const host = hostOf(demo);
  const block = blockWith('subtype=disclose').replaceAll('127.0.0.1:8080', host);
  const { code, out, error } = await runShell(STRICT + block, place.environment);
  expect([code, error]).toEqual([0, '']);
  const { entry } = JSON.parse(out.slice(out.indexOf('{'), out.lastIndexOf('}') + 1)) as {
    entry: { resource: { resourceType: string; agent: { altId?: string }[] } }[];
  };
  expect(entry.length).toBe(5);
  // And what the client of the lines before saw.
  for (const { resource } of entry)
    expect(['demo-payer', 'lakeside-app']).toContain(resource.agent[0]!.altId);
});

shellTest('a consent is written down, printed, signed, explained and revoked', async () => {
  const form = join(place.folder, 'consent.html');
  const script = blockWith('consent add').replaceAll('consent.html', form);
  const { code, out, error } = await runShell(`set -e\n${script}`, place.environment);
  expect([code, error]).toEqual([0, '']);
  const lines = out.trim().split('\n');
  expect(lines[0]).toBe('desk-1');
  expect(lines.filter(line => line.includes('\tdraft\t'))).toHaveLength(1);
  expect(lines).toContain('decision permit');
  expect(readFileSync(form, 'utf8')).toContain('Signature of the patient');
});

shellTest('2.51: in an emergency a record is seen, and the program finds who saw it and why', async () => {
  const host = hostOf(demo);
  const script = blockWith('emergency_nature')
    .replaceAll(/^curl .*$/gm, line => `${line}; echo`)
    .replaceAll('127.0.0.1:8080', host)
    .replaceAll('lakeside-er.jwk', join(place.folder, 'lakeside-er.jwk'));
  const { code, out, error } = await runShell(STRICT + script, place.environment);
  expect([code, error]).toEqual([0, '']);
  const [counted, told] = out
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as { total: number; entry: { resource: JsonObject }[] });
  expect(counted!.total).toBeGreaterThan(0);
  expect(told!.entry.map(({ resource }) => resource.reasonCode)).toEqual([
    [expect.objectContaining({ text: 'Unconscious after a fall' })],
  ]);
  expect(out.trim().split('\n').at(-1)).toMatch(/\tDr\. R\. Ward\tLakeside Emergency Department\t/);
});

shellTest('the audit trail of the demo is whole, while it is served', async () => {
  const { code, out, error } = await runShell(STRICT + blockWith('audit verify'), place.environment);
  expect([code, error]).toEqual([0, '']);
  expect(out).toMatch(/^whole: chains 1, rows \d+, checkpoints \d+\n$/);
});

shellTest(
  'an EHR is synced with: what a consent permits goes there',
  async () => {
    const port = await freePort();
    const script = blockWith('sync add')
      .replaceAll('8090', String(port))
      .replaceAll('./hospital/', join(place.folder, 'hospital/'))
      .replaceAll('river.jwks', join(place.folder, 'river.jwks'))
      .replace('--rate 100', '--rate 1000');
    const { code, out, error } = await runShell(STRICT + script, place.environment);
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(/lakeside: done: pull linked 1, pull unchanged 1, push sent \d{2,} \(/);
    expect(out).toMatch(
      / {2}people linked 1, possible matches 0\n {2}came: none\n {2}went: Appointment \d+, CarePlan \d+,/,
    );
  },
  90_000,
);

shellTest('a real store is made as the README says', async () => {
  const real = workplace();
  writeFileSync(
    join(real.folder, 'records.ndjson'),
    (await runCommand(['generate', '--clients', '1', '--weeks', '1', '--program', 'hillside'], {})).out,
  );
  const lines = blockWith('program add')
    .split('\n')
    .filter(line => line !== '' && line !== 'npm run serve');
  const script = lines
    .join('\n')
    .replace('./real/iop.db', join(real.folder, 'iop.db'))
    .replace('records.ndjson', join(real.folder, 'records.ndjson'));
  const { code, out, error } = await runShell(`set -e\n${script}`);
  expect([code, error]).toEqual([0, '']);
  expect(out.split('\n')[0]).toBe('hillside');
  expect(out).toMatch(/\n[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const server = launch(['run', 'serve'], { ...real.environment }, ['npm']);
  await server.until('listens');
  expect((await server.stop()).code).toBe(0);
  real.remove();
});

test('start and test are the commands that package.json has', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(blocks).toEqual(expect.arrayContaining(['npm ci && npm start\n', 'npm ci && npm test\n']));
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', 'serve', 'iop']));
});
