// Hours against the plan, goals, scores, screens and missed sessions as a pure function of the records.
import { describe, expect, test } from '@jest/globals';
import { progressPage } from '../../../src/interactions/client-html/progress.ts';
import { progressOf } from '../../../src/interactions/client-view/progress.ts';
import {
  type ChartOptions,
  chartOf,
  type LooseRecord,
  meeting,
  stay,
  treatment,
} from '../../support/chart.ts';

const weeksOf = (records: readonly LooseRecord[], options?: ChartOptions) =>
  progressOf(chartOf(records, options)).weeks;

describe('hours a week', () => {
  test('the week of a clock change has its wall hours, and every day its own week', () => {
    const weeks = weeksOf([
      stay({ from: '2026-10-26' }),
      treatment({ from: '2026-10-26' }),
      ...meeting('mon', '2026-10-26T18:00:00-04:00', '2026-10-26T21:00:00-04:00'),
      // The clocks go back on this Sunday; told in UTC it is Monday.
      ...meeting('sun', '2026-11-02T00:00:00Z', '2026-11-02T03:00:00Z', { mode: 'telehealth' }),
      ...meeting('next', '2026-11-02T18:00:00-05:00', '2026-11-02T21:00:00-05:00'),
    ]);
    expect(weeks.slice(0, 2)).toEqual([
      {
        week: '2026-W44',
        from: '2026-10-26',
        stayWeek: 1,
        partial: false,
        plannedHours: 9,
        plannedSessions: 3,
        attendedHours: 6,
        telehealthHours: 3,
        hoursByType: { group: 6 },
        scheduled: 2,
        attended: 2,
        missed: 0,
      },
      expect.objectContaining({ week: '2026-W45', stayWeek: 2, attendedHours: 3, partial: false }),
    ]);
  });

  test('minutes without breaks, and what overlaps once', () => {
    const [week] = weeksOf([
      stay(),
      ...meeting('s1', '2026-10-20T18:00:00-04:00', '2026-10-20T21:00:00-04:00', { minutes: 150 }),
      ...meeting('s2', '2026-10-21T18:00:00-04:00', '2026-10-21T20:00:00-04:00'),
      ...meeting('s3', '2026-10-21T19:00:00-04:00', '2026-10-21T21:00:00-04:00', { type: 'family' }),
    ]);
    expect([week!.attendedHours, week!.hoursByType]).toEqual([5.5, { group: 4.5, family: 1 }]);
  });

  test('the first and last week, and the one that is not over, are marked as parts', () => {
    const partial = (more: object, options: ChartOptions = {}) =>
      weeksOf([stay(more)], options).map(one => one.partial);
    expect(partial({ from: '2026-10-21', until: '2026-11-05', status: 'finished' })).toEqual([
      true,
      false,
      true,
    ]);
    expect(partial({ from: '2026-10-19', until: '2026-11-01', status: 'finished' })).toEqual([false, false]);
    expect(partial({ from: '2026-10-19' }, { now: '2026-10-28T12:00:00-04:00' })).toEqual([false, true]);
  });

  test.each<[string, LooseRecord[], ChartOptions, (number | undefined)[]]>([
    ['no plan', [], {}, [undefined, undefined, undefined]],
    ['one plan', [treatment()], {}, [9, 9, 9]],
    [
      'a plan without an intensity',
      [treatment({ intensity: undefined })],
      {},
      [undefined, undefined, undefined],
    ],
    ['a plan that ends', [treatment({ until: '2026-10-28' })], {}, [9, 9, undefined]],
    [
      'two plans, the later one from the middle of a week',
      [
        treatment({ until: '2026-10-27' }),
        treatment({
          id: 'taper',
          from: '2026-10-28',
          intensity: { sessionsPerWeek: 2, minutesPerSession: 90 },
        }),
      ],
      {},
      [9, 3, 3],
    ],
    [
      'a plan that was changed, by its versions',
      [treatment({ intensity: { sessionsPerWeek: 1, minutesPerSession: 90 } })],
      { before: [[treatment(), '2026-10-19T12:00:00Z']], updated: '2026-11-02T12:00:00Z' },
      [9, 9, 1.5],
    ],
    [
      'a plan that was revoked',
      [treatment({ status: 'revoked' })],
      { before: [[treatment(), '2026-10-19T12:00:00Z']], updated: '2026-10-26T12:00:00Z' },
      [9, undefined, undefined],
    ],
    ['a draft', [treatment({ status: 'draft' })], {}, [undefined, undefined, undefined]],
    [
      'a plan made in error',
      [treatment({ status: 'entered-in-error' })],
      {},
      [undefined, undefined, undefined],
    ],
  ])('planned by %s', (_, plans, options, planned) => {
    const records = [stay({ until: '2026-11-08', status: 'finished' }), ...plans];
    expect(weeksOf(records, options).map(one => one.plannedHours)).toEqual(planned);
  });

  test.each([
    ['that has not begun', stay({ status: 'planned', from: '2026-12-14' })],
    ['that is planned for a day that has passed', stay({ status: 'waitlist', from: '2026-10-01' })],
    ['that begins later', stay({ from: '2026-12-14' })],
  ])('a stay %s has none', (_, coming) => {
    const progress = progressOf(chartOf([coming, treatment()]));
    expect(progress.weeks).toEqual([]);
    expect(progress.stay).toMatchObject({ resource: 'EpisodeOfCare/episode-stay' });
    expect(progressPage(progress)).toContain('No week has begun.');
  });
});

test('missed sessions with their reasons, and figures with what they are counted of', () => {
  const at = (day: string) => [`${day}T18:00:00-05:00`, `${day}T21:00:00-05:00`] as const;
  const off = (by: string, more: object = {}) => ({
    planned: { cancelled: { by, ...more } },
    status: 'booked',
  });
  const { missed, figures } = progressOf(
    chartOf([
      stay({ from: '2026-11-02' }),
      treatment({ from: '2026-11-02' }),
      ...meeting('s1', ...at('2026-11-02')),
      ...meeting('s2', ...at('2026-11-03'), { status: 'no-show', reason: 'no bus' }),
      ...meeting('s3', ...at('2026-11-04'), {
        status: 'excused',
        reason: 'court',
        noticeAt: '2026-11-04T08:00:00-05:00',
      }),
      ...meeting(
        's4',
        ...at('2026-11-05'),
        off('provider', { reason: 'ill', at: '2026-11-01T08:00:00-05:00' }),
      ),
      ...meeting('s5', ...at('2026-11-06'), off('patient', { at: '2026-11-02T08:00:00-05:00' })),
      ...meeting('later', ...at('2026-12-02'), { status: 'booked' }),
    ]),
  );
  expect(missed.map(one => [one.date, one.status, one.by, one.reason])).toEqual([
    ['2026-11-03', 'noshow', undefined, 'no bus'],
    ['2026-11-04', 'cancelled', 'patient', 'court'],
    ['2026-11-05', 'cancelled', 'provider', 'ill'],
    ['2026-11-06', 'cancelled', 'patient', undefined],
  ]);
  expect(figures).toEqual({
    fulfilled: 1,
    noShow: 1,
    cancelledByPatient: 2,
    cancelledByProvider: 1,
    cancelledByOther: 0,
    lateCancel: 1,
    attendanceRate: 1 / 4,
    attendanceRateOf: 4,
    noShowRate: 1 / 3,
    noShowRateOf: 3,
    attendedHours: 3,
    fullWeeks: 4,
    weeksOfNineHours: 0,
    doseOfPlan: 3 / 36,
  });
});

test('a goal with its history says how each step is dated', () => {
  const was = (more: object) => ({ kind: 'goal', id: 'g', description: 'Sleep', status: 'active', ...more });
  const chart = chartOf([was({ from: '2026-10-19', achievement: 'achieved', status: 'completed' })], {
    updated: '2026-11-20T12:00:00Z',
    before: [
      [was({ from: '2026-10-19' }), '2026-10-19T12:00:00Z'],
      [
        was({ from: '2026-10-19', achievement: 'improving', statusSince: '2026-10-30' }),
        '2026-11-02T12:00:00Z',
      ],
      [
        was({ from: '2026-10-19', achievement: 'improving', statusSince: '2026-10-30', outcome: 'x' }),
        '2026-11-03T12:00:00Z',
      ],
    ],
  });
  expect(
    progressOf(chart).goals[0]!.steps.map(one => [one.date, one.by, one.achievement ?? one.status]),
  ).toEqual([
    ['2026-10-19', 'startDate', 'active'],
    ['2026-10-30', 'statusDate', 'improving'],
    ['2026-11-20', 'version', 'achieved'],
  ]);
});

test('scores by instrument, in order, with what has changed', () => {
  const score = (id: string, instrument: string, at: string, total: number) => ({
    kind: 'score',
    id,
    instrument,
    at,
    total,
  });
  const { scores } = progressOf(
    chartOf([
      score('b', 'phq-9', '2026-11-02T10:00:00-05:00', 9),
      score('a', 'phq-9', '2026-10-20T10:00:00-04:00', 17),
      score('c', 'audit-c', '2026-10-20T10:00:00-04:00', 5),
    ]),
  );
  expect(scores.map(one => [one.instrument, one.points.map(point => point.total), one.change])).toEqual([
    ['phq-9', [17, 9], -8],
    ['audit-c', [5], undefined],
  ]);
});

describe('urine screens', () => {
  const screen = (id: string, more: object): LooseRecord => ({
    kind: 'urine-screen',
    id,
    panel: 'five-drug',
    collection: 'collected',
    orderedAt: `2026-11-0${id}T08:00:00-05:00`,
    collectedAt: `2026-11-0${id}T09:00:00-05:00`,
    reportedAt: `2026-11-0${id}T20:00:00-05:00`,
    analytes: [{ drug: 'opiates', screen: { result: 'negative' } }],
    ...more,
  });
  const without = { collectedAt: undefined, reportedAt: undefined, analytes: undefined };
  const SCREENS: [string, LooseRecord, string][] = [
    ['negative', screen('1', {}), 'N'],
    ['positive', screen('2', { analytes: [{ drug: 'opiates', screen: { result: 'positive' } }] }), 'P'],
    [
      'positive by a medication',
      screen('3', {
        analytes: [{ drug: 'buprenorphine', screen: { result: 'positive' }, expectedFrom: 'rx' }],
      }),
      'E',
    ],
    [
      'negative by its confirmation',
      screen('4', {
        analytes: [{ drug: 'opiates', screen: { result: 'positive' }, confirm: { result: 'negative' } }],
      }),
      'N',
    ],
    ['of a specimen that is diluted', screen('5', { validity: { verdict: 'dilute' } }), 'V'],
    ['refused', screen('6', { collection: 'refused', ...without }), 'R'],
    ['not collected', screen('7', { collection: 'not-collected', ...without }), 'M'],
    ['not reported yet', screen('8', { reportedAt: undefined, analytes: undefined }), 'O'],
    [
      'indeterminate',
      screen('9', { analytes: [{ drug: 'opiates', screen: { result: 'indeterminate' } }] }),
      'U',
    ],
  ];

  test.each(SCREENS)('%s', (_, record, mark) => {
    expect(progressOf(chartOf([record])).screens).toMatchObject([{ mark }]);
  });

  test('by a medication that was in force, whether the screen names it or not; and where it is missing', () => {
    const order = (more: object): LooseRecord => ({
      kind: 'medication',
      id: 'rx',
      status: 'active',
      rxnorm: '1010604',
      orderedAt: '2026-11-01T08:00:00-05:00',
      dosage: { text: 'Daily' },
      ...more,
    });
    const found = (result: string) =>
      screen('3', { analytes: [{ drug: 'buprenorphine', screen: { result } }] });
    const marks = (...records: LooseRecord[]) =>
      progressOf(chartOf(records))
        .screens.map(one => one.mark)
        .join('');
    expect(marks(found('positive'))).toBe('P');
    expect(marks(found('positive'), order({}))).toBe('E');
    expect(marks(found('negative'), order({}))).toBe('A');
    expect(marks(found('positive'), order({ until: '2026-11-02' }))).toBe('P');
    expect(marks(found('positive'), order({ from: '2026-11-04' }))).toBe('P');
    expect(marks(found('positive'), order({ status: 'stopped' }))).toBe('P');
    expect(marks(found('negative'), order({ status: 'stopped', until: '2026-11-03' }))).toBe('A');
    expect(marks(found('negative'), order({ status: 'cancelled' }))).toBe('N');
  });

  test('an invalid one is never counted as negative', () => {
    const { screenTotals } = progressOf(chartOf(SCREENS.map(([, record]) => record)));
    expect(screenTotals).toEqual({
      valid: 5,
      positive: 2,
      unexpected: 1,
      prescribedAbsent: 0,
      notValid: 1,
      refused: 1,
      notCollected: 1,
      open: 1,
      longestRunWithoutUnexpected: 2,
    });
  });

  test('are a row of letters, each named in words', () => {
    const page = progressPage(progressOf(chartOf(SCREENS.map(([, record]) => record))));
    const [chart] = page.match(/<svg[^>]*aria-labelledby="screens-title[\s\S]*?<\/svg>/)!;
    expect([...chart.matchAll(/>([A-Z])<\/text>/g)].map(one => one[1]).join('')).toBe('NPENVRMOU');
    expect(chart).toContain('2026-11-05: Specimen not valid');
  });
});

test('a client without anything has a page of words', () => {
  const page = progressPage(progressOf(chartOf([])));
  for (const words of [
    'There is no stay.',
    'No week has begun.',
    'There are no goals.',
    'There are no scores.',
  ])
    expect(page).toContain(words);
  expect(page).not.toContain('<svg');
  expect(page).not.toMatch(/NaN|undefined/);
});

test('a page has a chart with a title and a text of its own, and no script', () => {
  const page = progressPage(
    progressOf(
      chartOf([
        stay(),
        treatment(),
        ...meeting('s1', '2026-10-20T18:00:00-04:00', '2026-10-20T21:00:00-04:00'),
        { kind: 'score', id: 'a', instrument: 'phq-9', at: '2026-10-20T10:00:00-04:00', total: 17 },
        { kind: 'goal', id: 'g', description: '<script>', status: 'active', outcome: '"<b>' },
      ]),
    ),
  );
  const charts = page.match(/<svg[\s\S]*?<\/svg>/g)!;
  expect(charts).toHaveLength(2);
  for (const chart of charts) {
    expect(chart).toMatch(
      /role="img" aria-labelledby="(\S+)-title \1-text">\s*<title id="\1-title">.+<\/title><desc id="\1-text">/,
    );
    expect(chart).not.toMatch(/NaN|undefined|Infinity/);
  }
  expect(page).not.toMatch(/<script|<b>/);
});
