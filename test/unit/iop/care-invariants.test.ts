// What the schemas cannot say, one row per rule: what breaks it, and where the problem is reported.
import { expect, test } from '@jest/globals';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';

const envelope = { id: 'x', program: 'riverbend', client: 'c1' };
const at = (time: string): string => `2026-09-07T${time}:00-04:00`;
const RECORDS = {
  session: {
    ...{
      id: 'x',
      program: 'riverbend',
      type: 'group',
      mode: 'on-site',
      start: at('18:00'),
      end: at('21:00'),
    },
    track: 'evening',
    clients: [{ client: 'c1' }, { client: 'c2' }],
  },
  attendance: {
    ...{ ...envelope, session: 's', status: 'present', type: 'group', mode: 'on-site' },
    ...{ start: at('18:00'), end: at('21:00') },
  },
  plan: { ...envelope, purpose: 'aftercare', status: 'active', title: 't', from: '2026-09-01' },
  goal: { ...envelope, description: 'd', status: 'active', from: '2026-09-01' },
  medication: {
    ...{ ...envelope, status: 'active', rxnorm: '1010604', orderedAt: at('09:00'), dosage: { text: 't' } },
    from: '2026-09-01',
  },
  'urine-screen': {
    ...{ ...envelope, panel: 'five-drug', collection: 'collected', orderedAt: at('09:00') },
    collectedAt: at('10:00'),
  },
} as const;

type Kind = keyof typeof RECORDS;
const problems = (kind: Kind, change: object): string[] => {
  const record = { kind, ...RECORDS[kind], ...change } as RecordEnvelope;
  return conceptOf(kind)!
    .check(record)
    .map(one => one.path);
};

test.each(Object.keys(RECORDS) as Kind[])('a %s that breaks no rule has no problems', kind => {
  expect(problems(kind, {})).toEqual([]);
});

const analyte = (one: object): object => ({ analytes: [one] });

test.each<[Kind, string, object, string]>([
  ['session', 'ends before it starts', { end: at('17:00') }, 'end'],
  ['session', 'has no length', { end: '2026-09-07T22:00:00Z' }, 'end'],
  ['session', 'names a client twice', { clients: [{ client: 'c1' }, { client: 'c1' }] }, 'clients[1].client'],
  [
    'session',
    "repeats its start as a client's own",
    { clients: [{ client: 'c1', start: '2026-09-07T22:00:00Z' }] },
    'clients[0].start',
  ],
  [
    'session',
    "repeats its end as a client's own",
    { clients: [{ client: 'c1', end: at('21:00') }] },
    'clients[0].end',
  ],
  [
    'session',
    'lets a client end before the start',
    { clients: [{ client: 'c1', end: at('17:30') }] },
    'clients[0].end',
  ],
  ['session', 'has several clients and no track', { track: undefined }, 'clients'],
  ['session', 'has neither track nor client', { track: undefined, clients: undefined }, 'clients'],
  [
    'session',
    "has no track and a client's own time",
    { track: undefined, clients: [{ client: 'c1', end: at('20:00') }] },
    'clients',
  ],
  [
    'session',
    'has seats and no track',
    { track: undefined, clients: [{ client: 'c1' }], capacity: 3 },
    'capacity',
  ],
  ['attendance', 'ends before it starts', { end: at('17:00') }, 'end'],
  ['attendance', 'lasts a day', { end: '2026-09-08T18:00:00-04:00' }, 'end'],
  ['attendance', 'has more minutes than its time', { minutes: 181 }, 'minutes'],
  ['attendance', 'counts minutes of somebody absent', { status: 'no-show', minutes: 10 }, 'minutes'],
  ['attendance', 'bills somebody absent', { status: 'excused', serviceCodes: ['H0005'] }, 'serviceCodes'],
  ['attendance', 'treats somebody absent', { status: 'no-show', procedures: ['cbt'] }, 'procedures'],
  ['attendance', 'treats something of somebody absent', { status: 'no-show', diagnoses: ['d'] }, 'diagnoses'],
  ['attendance', 'says why somebody who was there was absent', { reason: 'r' }, 'reason'],
  ['attendance', 'has a notice of somebody who was there', { noticeAt: at('09:00') }, 'noticeAt'],
  ['plan', 'ends before it starts', { until: '2026-08-31' }, 'until'],
  ['plan', 'is of aftercare and keeps away from something', { substances: ['drugs'] }, 'substances'],
  [
    'plan',
    'has somebody for what is no supportive contact',
    { activities: [{ what: 'trigger', status: 'in-progress', who: 'luis' }] },
    'activities[0].who',
  ],
  ['plan', 'is a part of itself', { partOf: 'x' }, 'partOf'],
  ['plan', 'is a treatment plan within another', { purpose: 'treatment', partOf: 'p' }, 'partOf'],
  ['goal', 'is due before it starts', { targets: [{ measure: 'm', due: '2026-08-31' }] }, 'targets[0].due'],
  [
    'goal',
    'has an amount of nothing',
    { targets: [{ amount: { value: 1, unit: 'h' }, due: '2026-09-30' }] },
    'targets[0].measure',
  ],
  [
    'goal',
    'has an amount and words',
    { targets: [{ measure: 'm', amount: { value: 1, unit: 'h' }, words: 'w' }] },
    'targets[0].words',
  ],
  ['goal', 'has a target without measure and date', { targets: [{}] }, 'targets[0]'],
  [
    'goal',
    'has progress out of order',
    {
      progress: [
        { at: at('10:00'), text: 'b' },
        { at: at('09:00'), text: 'a' },
      ],
    },
    'progress[1].at',
  ],
  ['medication', 'ends before it starts', { until: '2026-08-31' }, 'until'],
  ['medication', 'has a dispense that says nothing', { dispense: {} }, 'dispense'],
  ['urine-screen', 'was collected nobody knows when', { collectedAt: undefined }, 'collectedAt'],
  ['urine-screen', 'was reported before it was collected', { reportedAt: at('09:30') }, 'reportedAt'],
  ['urine-screen', 'was refused and collected', { collection: 'refused' }, 'collectedAt'],
  [
    'urine-screen',
    'was refused and has results',
    {
      collection: 'refused',
      collectedAt: undefined,
      ...analyte({ drug: 'opiates', screen: { result: 'negative' } }),
    },
    'analytes',
  ],
  [
    'urine-screen',
    'has a number before there is a specimen',
    { collection: 'pending', collectedAt: undefined, accession: 'a' },
    'accession',
  ],
  ['urine-screen', 'has validity that says nothing', { validity: {} }, 'validity'],
  ['urine-screen', 'has a drug without a result', analyte({ drug: 'opiates' }), 'analytes[0]'],
  [
    'urine-screen',
    'has a drug twice',
    {
      analytes: [
        { drug: 'eddp', screen: { result: 'negative' } },
        { drug: 'eddp', screen: { result: 'negative' } },
      ],
    },
    'analytes[1].drug',
  ],
  [
    'urine-screen',
    'uses a withdrawn code',
    analyte({ drug: 'cannabinoids', screen: { result: 'negative', loinc: '19702-0' } }),
    'analytes[0].screen.loinc',
  ],
  [
    'urine-screen',
    'uses the code of another drug',
    analyte({ drug: 'opiates', screen: { result: 'negative', loinc: '19659-2' } }),
    'analytes[0].screen.loinc',
  ],
  [
    'urine-screen',
    'confirms by the code of a screen',
    analyte({ drug: 'opiates', confirm: { result: 'negative', loinc: '19295-5' } }),
    'analytes[0].confirm.loinc',
  ],
  [
    'urine-screen',
    'has the level of a negative that is none',
    {
      validity: { verdict: 'dilute' },
      ...analyte({ drug: 'opiates', confirm: { result: 'negative', level: { value: 1, unit: 'ng/mL' } } }),
    },
    'analytes[0].confirm.level',
  ],
])('a %s that %s is refused', (kind, _what, change, path) => {
  expect(problems(kind, change)).toEqual([path]);
});
