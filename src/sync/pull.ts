// Reads the other server type by type. Never by person: who asks a hospital for somebody's records tells it who is a client
// (42 CFR 2.13(c)). So it is asked for what changed, of everybody it lets us see, and what is of nobody who is linked is
// passed over and not kept.
import type { AnyResource, JsonObject } from '../fhir/types.ts';
import { stillDiffer } from './demographics.ts';
import { unlike } from './elements.ts';
import { parsed } from './own.ts';
import type { Run } from './run.ts';
import { change, type Pulled } from './state.ts';
import { takeResource } from './take.ts';
import { takePerson } from './take-person.ts';
import type { PULL_TYPES } from './types.ts';

const PAGE = 100;
/** What was written there but committed later than its lastUpdated says, ms. */
const OVERLAP = 60_000;

/** The Patients. `mark`: of a reading of everything (whole.ts). */
export async function pullPeople(run: Run, mark: string | undefined): Promise<void> {
  await settlePeople(run);
  await walk(run, { type: 'Patient', mark }, async page => {
    for (const theirs of page) {
      run.signal.throwIfAborted();
      await takePerson(run, theirs);
    }
  });
}

/** One clinical type. */
export async function pullType(
  run: Run,
  type: (typeof PULL_TYPES)[number],
  mark: string | undefined,
): Promise<void> {
  const { state, people } = run;
  const waiting = [...people.all()].flatMap(([id, one]) =>
    one.state === 'linked' && one.unread?.includes(type) === true ? [id] : [],
  );
  const seen = new Set<string>();
  const walked = await walk(run, { type, mark }, async page => {
    const keys = page.map(one => `${type}/${one.id}`);
    const known = await state.many('pulled', keys);
    for (const [at, theirs] of page.entries()) {
      run.signal.throwIfAborted();
      await takeResource(run, theirs, known.get(keys[at]!));
      seen.add(keys[at]!);
    }
  });
  if (walked !== 'whole') return;
  for (const id of waiting) {
    const { unread = [], ...rest } = people.linked(id)!;
    const left = unread.filter(one => one !== type);
    await people.put(id, { ...rest, ...(left.length === 0 ? {} : { unread: left }) });
  }
  await tellMissing(run, type, seen);
}

interface Walk {
  type: string;
  /** Of a reading of everything, which goes on where a run with the same mark was ended. */
  mark: string | undefined;
}

/** Of a walk that was over before. */
const OVER = 'over';

/**
 * All pages, from the beginning or what changed since. The place moves only when what is before it is durable: with every
 * page where they come in the order in which they were asked for, else with the last one. `whole`: this run saw
 * everything there is.
 */
async function walk(
  run: Run,
  { type, mark }: Walk,
  take: (page: AnyResource[]) => Promise<void>,
): Promise<'whole' | 'part'> {
  const { state, remote } = run;
  const [usual, anew] = [`pull/${type}`, `anew/${type}`];
  const begun = mark === undefined ? undefined : await state.get('at', anew);
  const known = begun?.mark === mark ? begun : undefined;
  const whole = mark !== undefined && known?.instant !== OVER;
  const from = whole ? known?.instant : (await state.get('at', usual))?.instant;
  const since =
    from === undefined ? {} : { _lastUpdated: `ge${new Date(Date.parse(from) - OVERLAP).toISOString()}` };
  let [newest, ordered] = [from === undefined ? 0 : Date.parse(from), true];
  let last = 0;
  for await (const page of remote.pages(type, { ...since, _sort: '_lastUpdated', _count: String(PAGE) })) {
    await take(page);
    for (const one of page) {
      const at = Date.parse(String((one.meta as JsonObject | undefined)?.lastUpdated));
      ordered = ordered && at >= last;
      if (Number.isNaN(at)) continue;
      last = at;
      newest = Math.max(newest, at);
    }
    if (!ordered || newest === 0) continue;
    const instant = new Date(newest).toISOString();
    await state.put(whole ? change('at', anew, { instant, mark }) : change('at', usual, { instant }));
  }
  await state.put(
    ...(newest > 0 ? [change('at', usual, { instant: new Date(newest).toISOString() })] : []),
    ...(whole ? [change('at', anew, { instant: OVER, mark })] : []),
  );
  return whole && from === undefined ? 'whole' : 'part';
}

/** What came from there once and is there no longer stays here; somebody has to look. */
async function tellMissing({ state, report }: Run, type: string, seen: ReadonlySet<string>): Promise<void> {
  for await (const [key, one] of state.each('pulled', `${type}/`)) {
    // Without a digest it was told before.
    if (one.id === undefined || one.digest === '' || seen.has(key)) continue;
    const problem = { outcome: 'conflict', why: 'is no longer there' } as const;
    await state.put(change('pulled', key, { ...one, digest: '', problem }));
    report({ side: 'pull', type, id: key.slice(type.length + 1), ...problem });
  }
}

/** Conflicts that somebody has settled here since. */
async function settlePeople({ own, people }: Run): Promise<void> {
  for (const [remote, person] of [...people.all()]) {
    if (person.state !== 'linked' || person.conflicts === undefined) continue;
    const version = await own.read('Patient', person.id);
    if (version === undefined) continue;
    const { conflicts: before, ...rest } = person;
    const conflicts = stillDiffer(parsed(version), before);
    const left = Object.keys(conflicts).length;
    if (left === Object.keys(before).length) continue;
    await people.put(remote, { ...rest, ...(left === 0 ? {} : { conflicts }) });
  }
}

export async function settleResources({ own, state }: Run): Promise<void> {
  for await (const [key, one] of state.each('pulled')) {
    const { problem, ...rest } = one;
    if (problem?.elements === undefined || one.id === undefined || one.said === undefined) continue;
    const version = await own.read(key.slice(0, key.indexOf('/')), one.id);
    if (version === undefined) continue;
    const elements = unlike(parsed(version), one.said, problem.elements);
    if (elements.length === problem.elements.length) continue;
    const left: Pulled =
      elements.length === 0 ? rest : { ...rest, problem: { ...problem, why: elements.join(', '), elements } };
    await state.put(change('pulled', key, left));
  }
}
