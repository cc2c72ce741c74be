// How far a sync has come, and what somebody has to look at.
import type { LastRun, Problem, RemoteEntry, State } from './state.ts';

export interface Status {
  remote: RemoteEntry;
  /** Absent: it never ran. */
  last?: LastRun;
  /** `pull/Type`: up to where the other server was read, by its clock; `push/Type`: ours. Instants. */
  places: Readonly<Record<string, string>>;
  linked: number;
  possibleMatches: number;
  /** Type -> how many came and are kept; are there of ours; wait to be sent; may not be seen there. */
  pulled: Readonly<Record<string, number>>;
  sent: Readonly<Record<string, number>>;
  due: Readonly<Record<string, number>>;
  withheld: Readonly<Record<string, number>>;
  problems: readonly (Problem & { side: 'pull' | 'push'; type: string; id: string })[];
}

type Counts = Record<string, number>;
const add = (counts: Counts, key: string): void => {
  const type = key.slice(0, key.indexOf('/'));
  counts[type] = (counts[type] ?? 0) + 1;
};

export async function statusOf(remote: RemoteEntry, state: State): Promise<Status> {
  const last = await state.get('run', '');
  const [places, pulled, sent, due, withheld]: [Record<string, string>, ...Counts[]] = [{}, {}, {}, {}, {}];
  const problems: Status['problems'][number][] = [];
  let [linked, possibleMatches] = [0, 0];
  for await (const [key, { instant }] of state.each('at'))
    if (/^pu(?:ll|sh)\//.test(key)) places[key] = instant;
  for await (const [id, person] of state.each('person')) {
    if (person.state === 'possible') possibleMatches += 1;
    if (person.state !== 'linked') continue;
    linked += 1;
    if (person.problem !== undefined) problems.push({ side: 'pull', type: 'Patient', id, ...person.problem });
    const elements = person.conflicts === undefined ? undefined : Object.keys(person.conflicts);
    if (elements !== undefined)
      problems.push({
        ...{ side: 'pull', type: 'Patient', id, outcome: 'conflict' },
        why: elements.join(', '),
        elements,
      });
  }
  for await (const [key, one] of state.each('pulled')) {
    if (one.id !== undefined) add(pulled, key);
    if (one.problem !== undefined) problems.push({ side: 'pull', ...nameOf(key), ...one.problem });
  }
  for await (const [key, one] of state.each('sent')) {
    if (one.id !== undefined) add(sent, key);
    if (one.problem !== undefined) problems.push({ side: 'push', ...nameOf(key), ...one.problem });
  }
  for await (const [key, one] of state.each('due')) add(one.withheld === true ? withheld : due, key);
  return {
    ...{ remote, places, linked, possibleMatches, problems },
    ...{ pulled, sent, due: due as Counts, withheld: withheld as Counts },
    ...(last === undefined ? {} : { last }),
  } as Status;
}

function nameOf(key: string): { type: string; id: string } {
  const [type, id] = key.split('/') as [string, string];
  return { type, id };
}
