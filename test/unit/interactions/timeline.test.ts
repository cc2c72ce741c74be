// The timeline as a pure function of the records: order, the local calendar, week and phase of the stay.
import { describe, expect, test } from '@jest/globals';
import { timelinePage } from '../../../src/interactions/client-html/timeline.ts';
import {
  addDays,
  calendarOf,
  weekNumber,
  weeksFrom,
} from '../../../src/interactions/client-view/calendar.ts';
import { timelineOf } from '../../../src/interactions/client-view/timeline.ts';
import { chartOf, meeting, stay, treatment } from '../../support/chart.ts';

describe('the local calendar', () => {
  const newYork = calendarOf('America/New_York', Date.parse('2026-11-01T03:30:00Z'));
  test.each([
    ['an instant in UTC, the evening before', '2026-11-02T04:59:00Z', '2026-11-01'],
    ['the last hour of the day the clocks go back', '2026-11-01T23:30:00-05:00', '2026-11-01'],
    ['the hour that comes twice', '2026-11-01T05:30:00Z', '2026-11-01'],
    ['the first minute of the day they go forward', '2027-03-14T05:00:00Z', '2027-03-14'],
    ['another offset than the zone has', '2026-08-03T23:30:00-09:00', '2026-08-04'],
    ['a date', '2026-08-03', '2026-08-03'],
    ['a month', '2026-08', '2026-08-01'],
    ['a year', '2026', '2026-01-01'],
  ])('%s', (_, at, day) => expect(newYork.dayOf(at)).toBe(day));

  test('now is a local day too', () => expect(newYork.today).toBe('2026-10-31'));
  test.each([[undefined], ['Nowhere/Land']])('%s as a zone is UTC', zone => {
    expect(calendarOf(zone, 0).zone).toBe('UTC');
  });
  test('days and weeks are counted, not hours', () => {
    expect(addDays('2026-10-31', 2)).toBe('2026-11-02');
    expect(weekNumber('2026-10-30', '2026-11-02')).toBe(2);
    expect(weeksFrom('2026-10-30', '2026-11-09')).toEqual(['2026-10-26', '2026-11-02', '2026-11-09']);
  });
});

const EVENTS = [
  stay({ until: '2026-11-20', status: 'finished', completion: 'completed', phase: 'taper' }),
  treatment(),
  ...meeting('s1', '2026-10-19T18:00:00-04:00', '2026-10-19T21:00:00-04:00'),
  ...meeting('s2', '2026-11-01T18:00:00-05:00', '2026-11-01T21:00:00-05:00', {
    status: 'no-show',
    reason: 'no bus',
  }),
  ...meeting('s3', '2026-11-03T02:00:00Z', '2026-11-03T03:00:00Z', {
    status: 'booked',
    planned: { cancelled: { by: 'provider', reason: 'ill' } },
  }),
  { kind: 'score', id: 'q1', instrument: 'phq-9', total: 14, at: '2026-10-20T10:00:00-04:00' },
  {
    kind: 'consent',
    id: 'n1',
    status: 'active',
    effect: 'permit',
    recipient: 'ehr',
    signedOn: '2026-10-19',
    purposes: ['TREAT'],
    allRecords: true,
  },
];

test('every event has its day, its ISO week, the week of the stay and what was agreed', () => {
  const { events } = timelineOf(chartOf(EVENTS));
  expect(events.map(one => [one.date, one.week, one.stayWeek, one.plannedHours, one.kind, one.what])).toEqual(
    [
      ['2026-10-19', '2026-W43', 1, 9, 'stay', 'begun'],
      ['2026-10-19', '2026-W43', 1, 9, 'plan', 'begun'],
      ['2026-10-19', '2026-W43', 1, 9, 'consent', 'signed'],
      ['2026-10-19', '2026-W43', 1, 9, 'session', 'present'],
      ['2026-10-20', '2026-W43', 1, 9, 'score', 'phq-9'],
      ['2026-11-01', '2026-W44', 2, 9, 'session', 'no-show'],
      // 02:00 UTC is nine in the evening of the day before.
      ['2026-11-02', '2026-W45', 3, 9, 'session', 'cancelled'],
      ['2026-11-20', '2026-W47', 5, 9, 'stay', 'completed'],
    ],
  );
  const missed = events.find(one => one.what === 'no-show')!;
  expect(missed.text).toBe('Group therapy: Absent, not excused, no bus');
  expect([missed.resource, missed.encounter]).toEqual([
    'Appointment/session-s2-appointment-c1',
    'Encounter/attendance-a-s2',
  ]);
});

test('the phase is what was last said on that day, by when it was recorded or told', () => {
  const chart = chartOf(
    [
      stay({ phase: 'taper', recordedAt: '2026-10-19T09:00:00-04:00' }),
      ...meeting('s1', '2026-10-21T18:00:00-04:00', '2026-10-21T21:00:00-04:00'),
      ...meeting('s2', '2026-10-29T18:00:00-04:00', '2026-10-29T21:00:00-04:00'),
      ...meeting('s3', '2026-11-10T18:00:00-05:00', '2026-11-10T21:00:00-05:00'),
    ],
    {
      updated: '2026-11-09T15:00:00Z',
      before: [
        [stay({ phase: 'intake', recordedAt: '2026-10-19T09:00:00-04:00' }), '2026-10-20T15:00:00Z'],
        [stay({ phase: 'stabilization', recordedAt: '2026-10-28T09:00:00-04:00' }), '2026-11-02T15:00:00Z'],
      ],
    },
  );
  const { events } = timelineOf(chart);
  expect(events.filter(one => one.kind === 'session').map(one => one.phase)).toEqual([
    'intake',
    'stabilization',
    'taper',
  ]);
  expect(events.filter(one => one.kind === 'stay').map(one => [one.date, one.what])).toEqual([
    ['2026-10-19', 'begun'],
    ['2026-10-28', 'stabilization'],
    ['2026-11-09', 'taper'],
  ]);
});

test('a consent is revoked when that was written down', () => {
  const consent = { ...EVENTS.at(-1)!, status: 'revoked' };
  const chart = chartOf([consent], {
    updated: '2026-11-05T15:00:00Z',
    before: [[EVENTS.at(-1)!, '2026-10-19T15:00:00Z']],
  });
  expect(timelineOf(chart).events.map(one => [one.date, one.text])).toEqual([
    ['2026-10-19', 'Consent to ehr signed'],
    ['2026-11-05', 'Consent to ehr revoked'],
  ]);
});

test('a plan tells when it began, changed and ended; a draft and one to come do not', () => {
  const told = (...args: Parameters<typeof chartOf>) =>
    timelineOf(chartOf(...args)).events.map(one => [one.date, one.text, one.plannedHours]);
  expect(told([treatment({ status: 'draft' })])).toEqual([]);
  expect(told([treatment({ from: '2026-12-14' })])).toEqual([]);
  const ended = treatment({
    until: '2026-11-20',
    status: 'completed',
    intensity: { sessionsPerWeek: 2, minutesPerSession: 90 },
  });
  const options = {
    before: [[treatment(), '2026-10-19T15:00:00Z']] as const,
    updated: '2026-11-02T15:00:00Z',
  };
  expect(told([ended], options)).toEqual([
    ['2026-10-19', 'Treatment plan begun, 9 hours a week', 9],
    ['2026-11-02', 'Treatment plan completed, 3 hours a week', 3],
    ['2026-11-20', 'Treatment plan ended: completed', 3],
  ]);
});

test('a plan whose hours taper, or that goes on for longer, says so version by version', () => {
  const tapered = treatment({
    intensity: { sessionsPerWeek: 2, minutesPerSession: 180 },
    change: { what: 'taper' },
  });
  const extended = { ...tapered, until: '2026-12-18', change: { what: 'extended', text: 'a hard week' } };
  const options = {
    before: [
      [treatment(), '2026-10-19T15:00:00Z'],
      [tapered, '2026-11-02T15:00:00Z'],
    ] as const,
    updated: '2026-11-16T15:00:00Z',
  };
  expect(timelineOf(chartOf([extended], options)).events.map(one => [one.date, one.text])).toEqual([
    ['2026-10-19', 'Treatment plan begun, 9 hours a week'],
    ['2026-11-02', 'Treatment plan active, 6 hours a week, fewer hours a week'],
    ['2026-11-16', 'Treatment plan active, 6 hours a week, the stay goes on for longer: a hard week'],
  ]);
});

test('medication and goals are events too', () => {
  const { events } = timelineOf(
    chartOf([
      {
        kind: 'medication',
        id: 'rx',
        status: 'completed',
        rxnorm: '1010604',
        orderedAt: '2026-10-20T09:00:00-04:00',
        until: '2026-11-20',
        dosage: { text: 'Daily' },
      },
      {
        kind: 'goal',
        id: 'g',
        description: 'Sleep',
        status: 'active',
        from: '2026-10-19',
        progress: [{ at: '2026-11-02T02:00:00Z', text: 'Six hours.' }],
      },
    ]),
  );
  expect(events.map(one => [one.date, one.kind, one.what])).toEqual([
    ['2026-10-19', 'goal', 'set'],
    ['2026-10-20', 'medication', 'ordered'],
    ['2026-11-01', 'goal', 'progress'],
    ['2026-11-20', 'medication', 'ended'],
  ]);
});

test('a stay that has not begun has no weeks', () => {
  const chart = chartOf([stay({ status: 'planned', from: '2026-12-14', phase: undefined })]);
  const { stays, events } = timelineOf(chart);
  expect(stays).toMatchObject([{ status: 'planned', from: '2026-12-14' }]);
  expect(stays[0]).not.toHaveProperty('week');
  expect(events).toMatchObject([{ date: '2026-12-14', text: 'Stay planned' }]);
  expect(events[0]).not.toHaveProperty('stayWeek');
});

test('a client without anything has a page too', () => {
  const timeline = timelineOf(chartOf([]));
  expect(timeline).toEqual({
    client: { resource: 'Patient/patient-1', name: 'Patient/patient-1' },
    timeZone: 'America/New_York',
    today: '2026-11-30',
    stays: [],
    events: [],
  });
  expect(timelinePage(timeline)).toContain('Nothing has happened.');
});

test('what a record says is text on the page', () => {
  const script = '<script>alert("x")</script>';
  const records = [
    {
      kind: 'client',
      id: 'c1',
      active: true,
      name: { family: script, given: ['A'] },
      birthDate: '1990-01-02',
    },
    ...meeting('s1', '2026-10-19T18:00:00-04:00', '2026-10-19T21:00:00-04:00', {
      status: 'no-show',
      reason: script,
    }),
  ];
  const page = timelinePage(timelineOf(chartOf(records)));
  expect(page).not.toContain('<script');
  expect(page.match(/&lt;script&gt;alert\(&quot;x&quot;\)/g)).toHaveLength(2);
});
