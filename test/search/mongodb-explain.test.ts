// The searches that are asked most, over clinics of some ten thousand resources each: what MongoDB looks at
// to answer them. An index serves each: no collection is gone through, nothing is sorted, and not much more
// is read than is answered.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decide } from '../../src/access/decide.ts';
import type { Principal, Role } from '../../src/access/grant.ts';
import { parseScopes } from '../../src/access/scope.ts';
import type { Plan } from '../../src/search/ast.ts';
import { parseSearch } from '../../src/search/parse.ts';
import { planSearch } from '../../src/search/plan.ts';
import type { ResourceDocument, RuleDocument, TieDocument } from '../../src/store/mongodb/documents.ts';
import { LIMITS, type Reading } from '../../src/store/mongodb/reading.ts';
import { tiesOf } from '../../src/store/mongodb/rows.ts';
import { ensureIndexes } from '../../src/store/mongodb/schema.ts';
import { searchPage } from '../../src/store/mongodb/search.ts';
import { Clinic, mouldsOf } from '../bench/sizes-stock.ts';
import { describeMongo, openTemporarySite, type TemporarySite } from '../support/mongodb.ts';
import { explained, type Figures, overheard } from '../support/mongodb-explain.ts';
import { CASE_LIMITS } from '../support/search-cases.ts';

interface CommonSearch {
  name: string;
  asks: string;
  query: string;
}

const searches = JSON.parse(
  readFileSync(new URL('./common-searches.json', import.meta.url), 'utf8'),
) as CommonSearch[];

const CLINICS = 6;
/** Inside the generated stays. */
const NOW = Date.parse('2026-09-30T15:00:00Z');
/** Microseconds; resources are written a second apart. */
const START = Date.parse('2026-08-01T00:00:00Z') * 1000;

/** Looked at beyond five times what is answered: for pages with little or nothing on them. */
const FEW = 20;

let temporary: TemporarySite;
let program = '';
const values: Record<string, string> = {};

async function fill(): Promise<void> {
  const { collections, connected } = temporary.site;
  // Made in one go at the end, which takes less time.
  await collections.resource.dropIndexes();
  const moulds = mouldsOf(1);
  let seq = START;
  const documents: ResourceDocument[] = [];
  const said: RuleDocument[] = [];
  const ties = new Map<string, TieDocument>();
  for (let made = 0; made < CLINICS; made += 1) {
    const clinic = new Clinic();
    program = clinic.program;
    for (const mould of moulds) {
      seq += 1_000_000;
      const { resource, rules } = clinic.cast(mould, seq);
      documents.push(resource);
      said.push(...rules);
      for (const tie of tiesOf(resource, rules)) ties.set(tie._id, tie);
    }
  }
  await collections.rule.insertMany(said);
  await collections.tie.insertMany([...ties.values()]);
  for (let at = 0; at < documents.length; at += 5000)
    await collections.resource.insertMany(documents.slice(at, at + 5000), { ordered: false });
  await ensureIndexes(connected.db);
  choosePlaceholders(documents.filter(document => document.owner === program));
  values.since = new Date((seq - 400_000_000) / 1000).toISOString();
}

/** A client whom both the payer, which pays, and the EHR may see, and what there is of one. */
function choosePlaceholders(own: readonly ResourceDocument[]): void {
  const actors = (person: string, type: string) =>
    new Set(own.filter(one => one.who === person && one.type === type).flatMap(one => one.names ?? []));
  const patient = own.find(
    one =>
      one.type === 'Patient' && actors(one.id, 'Consent').size > 1 && actors(one.id, 'Coverage').size > 0,
  )!;
  const body = JSON.parse(patient.body) as {
    identifier: { system: string; value: string }[];
    name: { family: string }[];
    birthDate: string;
  };
  const [identifier] = body.identifier;
  const booked = own.find(one => one.type === 'Appointment' && one.who === patient.id)!;
  Object.assign(values, {
    patient: patient.id,
    identifier: encodeURIComponent(`${identifier!.system}|${identifier!.value}`),
    family: encodeURIComponent(body.name[0]!.family),
    birthdate: body.birthDate,
    practitioner: /Practitioner\/([^"]+)/.exec(booked.body)![1],
    day: '2026-09-30',
    weekStart: '2026-09-28',
    weekEnd: '2026-10-05',
    code: 'http://loinc.org|19261-7',
    procedure: 'http://snomed.info/sct|76168009',
  });
}

function principalOf(role: Role, organization: string, scope = 'system/*.rs'): Principal {
  const idSpace = { prefix: '', others: [] };
  const scopes = parseScopes(scope);
  return {
    client: 'test',
    organization,
    role,
    scopes,
    purposes: ['TREAT', 'HPAYMT'],
    patient: values.patient!,
    idSpace,
  };
}

const CALLERS: [name: string, principal: () => Principal][] = [
  ['program', () => principalOf('program', program)],
  [
    'program, one of the staff by care team',
    () => ({ ...principalOf('program', program, 'user/*.rs'), practitioner: values.practitioner! }),
  ],
  ['payer', () => principalOf('payer', 'granite-mutual')],
  ['ehr', () => principalOf('ehr', 'lakeside-health')],
  ['ehr, about one person', () => principalOf('ehr', 'lakeside-health', 'patient/*.rs')],
  ['program, of what there is nothing of', () => principalOf('program', program, 'system/*.rs?_tag=none')],
  ['ehr, of all but what is tagged', () => principalOf('ehr', 'lakeside-health', 'system/*.rs?_tag:not=x')],
];

function planOf(query: string, principal: Principal): Plan {
  const asked = query.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name]!);
  const [type = '', text = ''] = asked.split('?');
  const search = parseSearch(type, text, { strict: true, ...CASE_LIMITS, defaultCount: 20, now: NOW });
  return planSearch(search, decide(principal, [{ type, use: 'search' }], NOW, 'careteam'), 'search');
}

const table: string[] = [];

describeMongo('the most common searches, answered by MongoDB', () => {
  beforeAll(async () => {
    temporary = await openTemporarySite();
    await fill();
  }, 180_000);
  afterAll(async () => {
    process.stdout.write(`${table.join('\n')}\n`);
    await temporary?.close();
  }, 60_000);

  test('there are enough of them, over enough resources', async () => {
    expect(searches.length).toBe(20);
    expect(await temporary.site.collections.resource.estimatedDocumentCount()).toBeGreaterThan(50_000);
  });

  const cases = searches.flatMap(search =>
    CALLERS.map(([name, principal]) => ({ ...search, by: name, principal })),
  );
  test.each(cases)('$name, by $by', async ({ name, query, by, principal }) => {
    const { collections, sharded } = temporary.site;
    const plain: Reading = { collections, sharded, session: undefined, limits: LIMITS };
    const { reading, questions } = overheard(plain);
    const page = await searchPage(reading, planOf(query, principal()));
    const figures: Figures[] = [];
    for (const question of questions) figures.push(await explained(collections, question));
    const said = figures.map(lineOf);
    table.push(`${name} (${by}): ${page.matches.length} matches, ${page.included.length} included`, ...said);
    const wrong = figures.filter(isWasteful).map(lineOf);
    expect(wrong).toEqual([]);
  });

  test.each(searches)('$name, by the person itself, looks at no more than there is of it', async search => {
    const { collections, sharded } = temporary.site;
    const plain: Reading = { collections, sharded, session: undefined, limits: LIMITS };
    const plan = planOf(search.query, principalOf('patient', program));
    const own = { type: plan.type, $or: [{ partition: '' }, { who: { $in: [values.patient!, '*'] } }] };
    const most = await collections.resource.countDocuments(own);
    const { reading, questions } = overheard(plain);
    await searchPage(reading, { ...plan, includes: [] });
    for (const question of questions.filter(one => one.collection !== 'lane')) {
      const { documents, stages } = await explained(collections, question);
      expect(documents).toBeLessThanOrEqual(most);
      expect(stages).not.toContain('COLLSCAN');
    }
  });
});

function isWasteful({ question, returned, documents, stages }: Figures): boolean {
  // There are no more lanes than units at a time.
  if (question.collection === 'lane') return false;
  if (stages.some(stage => /^(COLLSCAN|SORT|\$sort)$/.test(stage))) return true;
  const answered = question.method === 'countDocuments' ? Number(question.options.limit) : returned;
  return documents > 5 * answered + FEW;
}

const lineOf = ({ question, returned, documents, keys, stages }: Figures): string =>
  `  ${question.collection} ${question.method}: ${returned} returned, ${documents} documents and ${keys} keys examined, ${stages.join(' ')}`;
