// What of ours is to be sent: what the program itself wrote of people who are linked, once for each version. What is
// to go is written down before the place up to which was looked moves on; what may not go yet waits, and is asked for
// again in every run, since a person may consent later.

import { instantOf } from '../fhir/body.ts';
import type { JsonObject } from '../fhir/types.ts';
import { handle } from '../interactions/handle.ts';
import type { Version } from '../store/port.ts';
import { parsed } from './own.ts';
import { asOrganization } from './parcel.ts';
import { originSystem } from './references.ts';
import type { Run } from './run.ts';
import { sendOne } from './send.ts';
import { type Change, change, type Due } from './state.ts';
import { SEND_TYPES } from './types.ts';

/** Where nothing was looked at yet, from so long before now, ms: servers' clocks may differ. */
const EARLIER = 60_000;
/** Those that are asked for at once. */
const MOST_ASKED = 50;

/** Writes down what is to be sent. */
export async function lookForChanges(run: Run): Promise<void> {
  const { state, people, context, own, full } = run;
  const started = instantOf((context.clock() - EARLIER) * 1000);
  const added = [...people.all()].flatMap(([remote, one]) =>
    one.state === 'linked' && (one.unsent === true || full) ? [{ remote, client: one.id }] : [],
  );
  for (const { type, only } of SEND_TYPES) {
    const narrowed = only === undefined ? '' : `${only}&`;
    const key = `push/${type}`;
    const from = (await state.get('at', key))?.instant ?? started;
    let newest = from;
    for await (const versions of own.search(type, `${narrowed}_lastUpdated=ge${from}`)) {
      await note(run, versions);
      for (const { seq } of versions) if (instantOf(seq) > newest) newest = instantOf(seq);
    }
    for (const { client } of added)
      for await (const versions of own.search(type, `${narrowed}patient=Patient/${client}`))
        await note(run, versions);
    await state.put(change('at', key, { instant: newest }));
  }
  for (const { remote } of added) {
    const { unsent: _, ...rest } = people.linked(remote)!;
    await people.put(remote, rest);
  }
}

async function note(run: Run, versions: readonly Version[]): Promise<void> {
  const { state, full } = run;
  const ours = versions.filter(one => isToSend(run, one));
  const keyOf = ({ type, id }: Version) => `${type}/${id}`;
  const [sent, due] = await Promise.all([
    state.many('sent', ours.map(keyOf)),
    state.many('due', ours.map(keyOf)),
  ]);
  const changes: Change[] = [];
  for (const one of ours) {
    const before = sent.get(keyOf(one));
    const isSent = before?.version === one.version && !(full && before.problem !== undefined);
    if (!isSent && !due.has(keyOf(one)))
      changes.push(change('due', keyOf(one), { person: one.patients[0]! }));
  }
  if (changes.length > 0) await state.put(...changes);
}

/** Of one person, who is linked; written here first, and not what came from another server. */
function isToSend({ entry, people }: Run, version: Version): boolean {
  const [person, another] = version.patients;
  if (version.source !== entry.program || person === undefined || another !== undefined) return false;
  if (people.remoteOf(person) === undefined) return false;
  const system = originSystem(entry.program);
  const { identifier } = parsed(version);
  return !(
    Array.isArray(identifier) && identifier.some(one => (one as JsonObject | null)?.system === system)
  );
}

/** Sends what was written down, types in their order. */
export async function sendDue(run: Run): Promise<void> {
  const { state } = run;
  if (run.full) await tellDeleted(run);
  for (const { type } of SEND_TYPES) {
    let some: [string, Due][] = [];
    for await (const one of state.each('due', `${type}/`)) {
      some.push([one[0], one[1]]);
      if (some.length < MOST_ASKED) continue;
      await sendSome(run, type, some);
      some = [];
    }
    if (some.length > 0) await sendSome(run, type, some);
  }
}

/** What went there and was deleted here since stays there; somebody has to look. */
async function tellDeleted({ state, own, report }: Run): Promise<void> {
  for await (const [key, one] of state.each('sent')) {
    const [type, id] = key.split('/') as [string, string];
    if (one.id === undefined || (await own.read(type, id)) !== undefined) continue;
    const problem = { outcome: 'conflict', why: 'was deleted here, and is still there' } as const;
    await state.put(change('sent', key, { ...one, problem }));
    report({ side: 'push', type, id, ...problem });
  }
}

/** What may not be seen costs the other server nothing: it is found out here, for all of them at once where that is enough. */
async function sendSome(run: Run, type: string, some: readonly [string, Due][]): Promise<void> {
  const { report, signal, state } = run;
  const seen = await countSeen(run, type, some);
  for (const [key, due] of some) {
    signal.throwIfAborted();
    const id = key.slice(type.length + 1);
    const may = seen === some.length || (seen > 0 && (await countSeen(run, type, [[key, due]])) === 1);
    if (!may && due.withheld !== true) await state.put(change('due', key, { ...due, withheld: true }));
    const { outcome, why } = may ? await sendOne(run, key, due) : ({ outcome: 'withheld' } as const);
    report({ side: 'push', type, id, outcome, ...(why === undefined ? {} : { why }) });
  }
}

/** How many of these that Organization sees by now: nothing of them goes out by asking. */
async function countSeen(run: Run, type: string, some: readonly (readonly [string, Due])[]): Promise<number> {
  const { context } = run;
  const ids = some.map(([key]) => key.slice(type.length + 1)).join(',');
  const query = `_id=${ids}&_summary=count`;
  const request = { kind: 'search', type, query, prefer: {}, request: context.ids() } as const;
  const { body = '{}' } = await handle(request, context, await asOrganization(run));
  return (JSON.parse(body) as { total?: number }).total ?? 0;
}
