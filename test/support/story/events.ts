// What happened on single days: by client number and date. Everything that is not here went as planned.

import type { Screened } from '../../../src/iop/generate/screens.ts';
import type { Attended } from '../../../src/iop/generate/week.ts';
import type { Cancellation } from '../../../src/iop/session.ts';

/** Of group sessions. */
export const ATTENDED: Readonly<Record<string, Attended>> = {
  '101 2026-08-12': { status: 'late', minutes: 15 },
  '101 2026-09-07': { status: 'excused', reason: 'child ill' },
  '101 2026-09-24': { status: 'left-early', minutes: 30 },
  '102 2026-09-21': { status: 'late', minutes: 20 },
  '103 2026-08-27': { status: 'excused', reason: 'car broke down' },
  '103 2026-09-28': { status: 'late', minutes: 10 },
  '104 2026-09-07': { status: 'present' },
  '104 2026-09-04': { status: 'no-show' },
  '105 2026-09-02': { status: 'no-show' },
  '105 2026-09-17': { status: 'no-show' },
  '105 2026-09-30': { status: 'left-early', minutes: 45 },
  '106 2026-09-29': { status: 'excused', reason: 'midterm' },
  '106 2026-09-30': { status: 'excused', reason: 'midterm' },
  '107 2026-09-09': { status: 'excused', reason: 'ill' },
  '108 2026-08-10': { status: 'no-show' },
  '108 2026-08-13': { status: 'left-early', minutes: 90 },
  '108 2026-08-17': { status: 'no-show' },
  '108 2026-08-19': { status: 'no-show' },
  '109 2026-09-18': { status: 'late', minutes: 5 },
};

/** Group sessions that were cancelled for one client beforehand. */
export const CANCELLED: Readonly<Record<string, Cancellation>> = {
  '101 2026-09-14': { by: 'patient', reason: 'parents evening at school', at: '2026-09-11T09:10:00-04:00' },
  '104 2026-10-12': { by: 'provider', reason: 'counselor ill', at: '2026-10-12T06:15:00-04:00' },
  '109 2026-10-12': { by: 'provider', reason: 'counselor ill', at: '2026-10-12T06:15:00-04:00' },
};

/** A client who comes to a group session at another time: HH:MM. */
export const MOVED: Readonly<Record<string, { start: string }>> = {
  '106 2026-10-14': { start: '19:00' },
};

const DILUTE = { verdict: 'dilute', creatinine: 9.5, ph: 6.8, specificGravity: 1.001 } as const;

/** Screens that were not plain negatives. */
export const SCREENED: Readonly<Record<string, Screened>> = {
  '103 2026-09-14': {
    collection: 'collected',
    positive: [],
    conclusion: 'Buprenorphine expected and not found; talked about missed doses.',
  },
  '104 2026-09-07': {
    collection: 'collected',
    positive: ['benzoylecgonine'],
    observed: true,
    conclusion: 'Positive for cocaine metabolite, confirmed.',
  },
  '104 2026-09-14': { collection: 'collected', observed: true },
  '105 2026-09-07': { collection: 'collected', validity: DILUTE, conclusion: 'Dilute: cannot be judged by.' },
  '105 2026-09-14': { collection: 'refused' },
  '105 2026-09-21': {
    collection: 'collected',
    validity: DILUTE,
    conclusion: 'Dilute for the second time; the next one is observed.',
  },
  '105 2026-09-28': { collection: 'collected', positive: ['cannabinoids'], observed: true },
  '108 2026-08-10': { collection: 'not-collected' },
  '108 2026-08-17': { collection: 'not-collected' },
};

/** Who comes to the family sessions of a client: family member records. */
export const RELATIVES: Readonly<Record<string, readonly string[]>> = {
  'c-101': ['family-101-piet'],
  'c-104': ['family-104-luis'],
};

/** What a client brought to a session: attendance -> check-ins from before it. */
export const BROUGHT: Readonly<Record<string, readonly string[]>> = {
  'individual-c-106-2026-09-28-c-106': ['check-in-106-2026-09-27'],
};
