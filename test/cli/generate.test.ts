// `generate`: the same clinic for the same seed and day, today's unless a day is told.
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { generate } from '../../src/cli/generate.ts';
import { sharesText } from '../../src/iop/generate/shares.ts';
import { runHere } from '../support/run-here.ts';

const SIZE = ['--clients', '3', '--weeks', '2'];
async function made(...options: string[]): Promise<string> {
  const { code, out } = await runHere(['generate', ...SIZE, ...options], {});
  expect(code).toBe(0);
  return out;
}
const lastSession = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { kind: string; start: string })
    .filter(one => one.kind === 'session')
    .map(one => one.start.slice(0, 10))
    .toSorted()
    .at(-1)!;

describe('generate', () => {
  test('is the same for the same seed and day, and ends with the week of that day', async () => {
    const first = await made('--now', '2026-10-14');
    expect(await made('--now', '2026-10-14')).toBe(first);
    expect(await made('--now', '2026-10-14', '--seed', '8')).not.toBe(first);
    expect(lastSession(first) >= '2026-10-12' && lastSession(first) <= '2026-10-18').toBe(true);
  });

  test('takes today where no day is told', async () => {
    const out = new PassThrough();
    const clock = () => Date.parse('2026-10-14T08:00:00Z');
    const options = { clients: '3', weeks: '2', seed: '1', program: 'riverbend' };
    const terminal = { environment: {}, out, error: out, input: new PassThrough() };
    expect(await generate(terminal, options, clock)).toBe(0);
    expect((out.read() as Buffer).toString()).toBe(await made('--now', '2026-10-14'));
  });

  test.each(['2026-02-30', 'yesterday', '2026-10'])('refuses %s as a day', async now => {
    const { code, error } = await runHere(['generate', ...SIZE, '--now', now], {});
    expect([code, error.trim()]).toEqual([2, '--now: expected a day (2026-10-16)']);
  });

  test('says in its help how often what happens', async () => {
    const { code, out } = await runHere(['generate', '--help'], {});
    expect(code).toBe(0);
    for (const line of sharesText()) expect(out).toContain(line);
  });
});
