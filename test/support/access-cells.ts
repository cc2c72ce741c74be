// One cell of the access matrix: a request, what the rules expect of it, and what came, as short text.
import { LONG_NOTICE } from '../../src/access/notice.ts';
import type { JsonObject } from '../../src/fhir/types.ts';
import type { Asker, Fact } from '../access/naive.ts';
import { isDeleted, lastLive } from '../access/naive-resource.ts';
import { hasScope, reaches, witnessedWithin } from '../access/naive-scope.ts';
import { type Answer, type Asked, each, type World } from './access-world.ts';

/** What the rules expect of one request, and what came. Both as short text, to be compared. */
export interface Cell {
  name: string;
  asker: Asker;
  asked: Asked;
  /** Worked out where it is compared: most cells are left out of a run. */
  expected(): string;
  seen(answer: Answer): string;
}

export const statusOf = (answer: Answer) => String(answer.status);
interface Entry {
  resource?: JsonObject;
  response?: JsonObject;
  search?: { mode: string };
}
/** The notice goes with the records and is none of them; any other OperationOutcome there is a fault. */
export const isNotice = ({ resource, search }: Entry): boolean =>
  search?.mode === 'outcome' && JSON.stringify(resource) === NOTICE;
const NOTICE = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', details: { text: LONG_NOTICE } }],
});
const entriesOf = (answer: Answer) =>
  ((answer.body.entry ?? []) as Entry[]).filter(entry => !isNotice(entry));
export const idsOf = (answer: Answer) =>
  answer.status === 200
    ? entriesOf(answer)
        .map(({ resource }) => `${String(resource?.resourceType)}/${String(resource?.id)}`)
        .sort()
        .join(' ')
    : statusOf(answer);
export const nameOf = (fact: Fact) => `${fact.type}/${fact.id}`;
const list = (facts: readonly Fact[]) => facts.map(nameOf).sort().join(' ');

export function readCells(world: World, asker: Asker, fact: Fact, thorough: boolean): Cell[] {
  const name = nameOf(fact);
  const may = hasScope(asker, fact.type, 'r');
  const told = (version: number) =>
    !may
      ? '403'
      : !reaches(world.facts, asker, 'r', fact, version)
        ? '404'
        : fact.versions[version - 1]!.resource === undefined
          ? '410'
          : '200';
  const numbers = fact.versions.map((_, at) => at + 1);
  const visible = () => numbers.filter(version => reaches(world.facts, asker, 'r', fact, version)).reverse();
  const found = () => !isDeleted(fact) && reaches(world.facts, asker, 's', fact);
  const mayFind = hasScope(asker, fact.type, 's');
  const brief: Cell[] = [
    { name: 'read', asker, asked: { path: name }, expected: () => told(numbers.length), seen: statusOf },
    {
      name: 'search by id',
      asker,
      asked: { path: `${fact.type}?_id=${fact.id}` },
      expected: () => (!mayFind ? '403' : found() ? name : ''),
      seen: idsOf,
    },
  ];
  if (!thorough) return brief;
  return [
    ...brief,
    ...numbers.map(version => ({
      name: 'vread',
      asker,
      asked: { path: `${name}/_history/${version}` },
      expected: () => told(version),
      seen: statusOf,
    })),
    {
      name: 'history',
      asker,
      asked: { path: `${name}/_history` },
      expected: () => (may ? historyTold(visible()) : '403'),
      seen: answer => (answer.status === 200 ? historyOf(answer) : statusOf(answer)),
    },
    {
      name: 'count',
      asker,
      asked: { path: `${fact.type}?_id=${fact.id}&_summary=count` },
      expected: () => (!mayFind ? '403' : found() ? '1' : '0'),
      seen: answer => (answer.status === 200 ? String(answer.body.total) : statusOf(answer)),
    },
  ];
}

const historyTold = (visible: readonly number[]): string =>
  visible.length === 0 ? '404' : `${visible.length}: ${visible.join(' ')}`;

const historyOf = (answer: Answer) =>
  `${String(answer.body.total)}: ${entriesOf(answer)
    .map(entry => /"(\d+)"/.exec(String(entry.response?.etag))![1])
    .join(' ')}`;

/** References to follow both ways: the type that holds them, the parameter, its place, and what it leads to. */
const INCLUDES: readonly (readonly [
  type: string,
  param: string,
  element: string,
  targets: readonly string[],
])[] = [
  ['Observation', 'subject', 'subject', ['Patient']],
  ['Consent', 'patient', 'patient', ['Patient']],
  ['Communication', 'recipient', 'recipient', ['Patient']],
  ['Group', 'member', 'member', ['Patient']],
  ['CarePlan', 'goal', 'goal', ['Goal']],
  ['Slot', 'schedule', 'schedule', ['Schedule']],
  ['Schedule', 'actor', 'actor', ['Patient', 'HealthcareService']],
];

export function setCells(world: World, asker: Asker): Cell[] {
  const { facts } = world;
  let known: Fact[] | undefined;
  const findable = (type?: string): Fact[] => {
    known ??= facts.all.filter(fact => !isDeleted(fact) && reaches(facts, asker, 's', fact));
    return type === undefined ? known : known.filter(fact => fact.type === type);
  };
  const types = [...new Set(facts.all.map(fact => fact.type))];
  const refers = (fact: Fact, element: string, name: string) =>
    new RegExp(`"${name}("|/_history)`).test(JSON.stringify(lastLive(fact)[element] ?? ''));
  const cells: Cell[] = [];
  for (const type of types) {
    const may = hasScope(asker, type, 's');
    cells.push(
      {
        name: 'search',
        asker,
        asked: { path: `${type}?_count=500` },
        expected: () => (may ? list(findable(type)) : '403'),
        seen: idsOf,
      },
      {
        name: 'total',
        asker,
        asked: { path: `${type}?_count=1&_total=accurate` },
        expected: () => (may ? String(findable(type).length) : '403'),
        seen: answer => (answer.status === 200 ? String(answer.body.total) : statusOf(answer)),
      },
    );
    if (hasScope(asker, type, 'r')) cells.push(historyCell(world, asker, [type], `${type}/`));
  }
  const readable = [...types, 'Provenance'].filter(type => hasScope(asker, type, 'r'));
  if (readable.length > 0) cells.push(historyCell(world, asker, readable, ''));
  cells.push(witnessCell(world, asker));
  for (const [type, param, element, targets] of INCLUDES) {
    if (!hasScope(asker, type, 's')) continue;
    const included = () => {
      const matches = findable(type);
      const brought = findable().filter(fact => matches.some(match => refers(match, element, nameOf(fact))));
      return list([...matches, ...brought]);
    };
    const asked = { path: `${type}?_count=500&_include=${type}:${param}` };
    cells.push({ name: 'include', asker, asked, expected: included, seen: idsOf });
    for (const target of targets.filter(one => hasScope(asker, one, 's'))) {
      const reversed = () => {
        const found = findable(target);
        const pointing = findable(type).filter(match =>
          found.some(fact => refers(match, element, nameOf(fact))),
        );
        return list([...found, ...pointing]);
      };
      const path = `${target}?_count=500&_revinclude=${type}:${param}`;
      cells.push({ name: 'revinclude', asker, asked: { path }, expected: reversed, seen: idsOf });
    }
  }
  return cells;
}

/** Who wrote into a record of the asker's is told to the asker alone. */
const witnessCell = ({ facts }: World, asker: Asker): Cell => ({
  name: 'search of Provenances',
  asker,
  asked: { path: 'Provenance?_count=1000' },
  expected: () =>
    hasScope(asker, 'Provenance', 's') ? witnessedWithin(facts, asker, 's').sort().join(' ') : '403',
  seen: answer => (answer.status === 200 ? targetsOf(answer) : statusOf(answer)),
});

const targetsOf = (answer: Answer) =>
  entriesOf(answer)
    .map(({ resource }) => (resource!.target as { reference: string }[])[0]!.reference)
    .sort()
    .join(' ');

/** All versions of these types that may be seen, whatever their order. */
function historyCell({ facts }: World, asker: Asker, types: readonly string[], path: string): Cell {
  const expected = () =>
    facts.all
      .filter(fact => types.includes(fact.type))
      .flatMap(fact => fact.versions.map((_, at) => ({ fact, version: at + 1 })))
      .filter(({ fact, version }) => reaches(facts, asker, 'r', fact, version))
      .map(({ fact, version }) => `${nameOf(fact)}/${version}`)
      .concat(types.includes('Provenance') ? witnessedWithin(facts, asker, 'r').map(() => 'Provenance') : [])
      .sort()
      .join(' ');
  const seen = (answer: Answer) =>
    ((answer.body.entry ?? []) as { fullUrl: string; response: { etag: string } }[])
      .map(({ fullUrl, response }) => `${fullUrl.replace(/.*\/fhir\//, '')}/${/\d+/.exec(response.etag)![0]}`)
      .map(name => name.replace(/^Provenance.*/, 'Provenance'))
      .sort()
      .join(' ');
  return { name: 'history of all', asker, asked: { path: `${path}_history?_count=1000` }, expected, seen };
}

export const saidOf = ({ organization, role, scope, patient = 'nobody', practitioner }: Asker): string =>
  `${practitioner ?? ''} ${organization} (${role}, ${scope}, for ${patient})`.trim();

const askOnce = (world: World, asker: Asker, asked: Asked): Promise<Answer> => world.ask(asker, asked);

/** All pages of a list as one. */
async function askAll(world: World, asker: Asker, asked: Asked): Promise<Answer> {
  const answer = await world.ask(asker, asked);
  const entry = entriesOf(answer);
  for (let page = answer; ; ) {
    const links = (page.body.link ?? []) as { relation: string; url: string }[];
    const next = links.find(link => link.relation === 'next');
    if (next === undefined) break;
    page = await world.ask(asker, { path: next.url.slice(next.url.indexOf('?')) });
    if (page.status !== 200) return page;
    entry.push(...entriesOf(page));
  }
  return { ...answer, body: { ...answer.body, entry: entry as JsonObject[] } };
}

/** The cells that differ, in words. */
export async function differences(world: World, cells: readonly Cell[]): Promise<string[]> {
  const found: string[] = [];
  await each(cells, async ({ name, asker, asked, expected, seen }) => {
    const told = expected();
    const answer = await (asked.path.includes('_count=1000') ? askAll : askOnce)(world, asker, asked);
    const came = seen(answer);
    if (came !== told) found.push(`${saidOf(asker)}: ${name} ${asked.path}: ${came}; by the rules ${told}`);
  });
  return found;
}
