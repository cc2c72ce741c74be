// A process that writes a mixed load until it is killed. On stdout, one line each: `sent <plan>` before a
// plan is sent, `done <plan> <Type/id/version> ...` when it was acknowledged. Argument 2 `early` makes a
// writer that acknowledges before the commit: what the test must be able to detect.
import { writeSync } from 'node:fs';
import type { WriteOp } from '../../src/store/port.ts';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { draft, grantFor, stated, statedDerive, tokenValue } from '../support/store.ts';

const [path = '', mode = 'late', seed = '0'] = process.argv.slice(2);
const LANES = 6;
const { store } = await openSqlite({ path, derive: statedDerive, clock: Date.now, extractors: 'test' });
const grant = grantFor('prog');
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

const about = (plan: string, at: number) => ({
  text: plan.repeat(10),
  patients: at % 2 === 0 ? ['1'] : ['1', plan],
  values: [
    tokenValue('Task', 'code', plan, 'urn:plan'),
    tokenValue('Task', 'status', `s${at % 3}`),
    { type: 'number' as const, key: 'Task.number', low: at, high: at },
  ],
});

/** Creates `<plan>-0..n`, then changes and deletes some of the plan before. */
function opsOf(plan: string, before: string | undefined, turn: number): WriteOp[] {
  const size = 1 + (turn % 4);
  const made = Array.from({ length: size }, (_, at): WriteOp => {
    const id = `${plan}-${at}`;
    return { kind: 'create', type: 'Task', id, body: stated('Task', id, about(plan, at)) };
  });
  if (before === undefined) return made;
  const id = `${before}-0`;
  const body = stated('Task', id, about(plan, turn));
  const change: WriteOp =
    turn % 5 === 0 ? { kind: 'delete', type: 'Task', id } : { kind: 'update', type: 'Task', id, body };
  return [...made, change];
}

async function lane(name: string): Promise<void> {
  let before: string | undefined;
  for (let turn = 0; ; turn += 1) {
    const plan = `${name}x${turn}`;
    const ops = opsOf(plan, before, turn);
    say(`sent ${plan}`);
    const sent = store.transact(
      { ops, lookups: [], claims: [], marks: [] },
      grant,
      draft('write', { request: plan }),
    );
    if (mode === 'early') say(`done ${plan} Task/${plan}-0/1`);
    const results = await sent;
    const versions = results.flatMap(one => ('version' in one ? [one.version] : []));
    if (mode !== 'early')
      say(`done ${plan} ${versions.map(one => `${one.type}/${one.id}/${one.version}`).join(' ')}`);
    before = plan;
  }
}

await Promise.all(Array.from({ length: LANES }, (_, at) => lane(`p${seed}l${at}`)));
