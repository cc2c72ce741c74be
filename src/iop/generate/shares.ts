// How often what happens in a generated clinic: what chance decides by, and what `generate --help` says.

export interface Share {
  /** Of what it is a share: one line of the help for each. */
  of: string;
  what: string;
  /** 0 to 1. */
  share: number;
}

const STAYS = 'stays that ended';
const SESSIONS = 'sessions of a client';
const SCREENS = 'urine screens';
const CLIENTS = 'clients';
const WEEKS = 'weeks of a stay';

export const SHARES = {
  completed: { of: STAYS, what: 'completed', share: 0.78 },
  ama: { of: STAYS, what: 'left against advice', share: 0.11 },
  'step-up': { of: STAYS, what: 'moved to more care', share: 0.055 },
  administrative: { of: STAYS, what: 'ended by the program', share: 0.055 },
  present: { of: SESSIONS, what: 'attended', share: 0.88 },
  late: { of: SESSIONS, what: 'come to late', share: 0.03 },
  'left-early': { of: SESSIONS, what: 'left early', share: 0.02 },
  excused: { of: SESSIONS, what: 'excused', share: 0.04 },
  'no-show': { of: SESSIONS, what: 'missed', share: 0.03 },
  cancelled: { of: SESSIONS, what: 'cancelled beforehand (of all planned)', share: 0.015 },
  refused: { of: SCREENS, what: 'refused', share: 0.02 },
  'not-collected': { of: SCREENS, what: 'not collected', share: 0.03 },
  dilute: { of: SCREENS, what: 'dilute (of those collected)', share: 0.03 },
  unexpected: { of: SCREENS, what: 'positive without a prescription (of those valid)', share: 0.07 },
  'ehr-consent': { of: CLIENTS, what: 'consent to the EHR', share: 0.69 },
  'payer-consent': { of: CLIENTS, what: 'consent to the payer', share: 0.6 },
  'self-pay': { of: CLIENTS, what: 'pay themselves', share: 0.1 },
  family: { of: CLIENTS, what: 'bring family', share: 0.4 },
  'transport-gap': { of: CLIENTS, what: 'lack a way to come', share: 0.15 },
  'childcare-gap': { of: CLIENTS, what: 'lack childcare', share: 0.1 },
  strained: { of: CLIENTS, what: 'are short of money', share: 0.3 },
  unsafe: { of: CLIENTS, what: 'have no safe home', share: 0.05 },
  slip: { of: CLIENTS, what: 'slip (of those with substance use)', share: 0.2 },
  risk: { of: CLIENTS, what: 'are marked for a risk', share: 0.1 },
  worksheet: { of: CLIENTS, what: 'fill in a worksheet', share: 0.6 },
  letter: { of: CLIENTS, what: 'ask for a letter', share: 0.2 },
  improves: { of: CLIENTS, what: 'have a PHQ-9 that falls (of those who complete)', share: 0.75 },
  aftercare: { of: CLIENTS, what: 'plan for afterwards (of those who complete)', share: 0.8 },
  'own-check-in': { of: WEEKS, what: 'with a check-in of the client alone', share: 0.3 },
  practice: { of: WEEKS, what: 'with practice at home', share: 0.5 },
} as const satisfies Record<string, Share>;

export type ShareName = keyof typeof SHARES;

export const share = (name: ShareName): number => SHARES[name].share;

/** One of these names, each as often as its share; the last one besides where the shares leave something. */
export function nameAt<N extends ShareName>(roll: number, names: readonly N[]): N {
  let sum = 0;
  for (const name of names) {
    sum += share(name);
    if (roll < sum) return name;
  }
  return names.at(-1) as N;
}

/** A line for each thing that shares are of: `Of stays that ended: 78% completed, ...`. */
export function sharesText(): string[] {
  const all: readonly Share[] = Object.values(SHARES);
  return [...Map.groupBy(all, one => one.of)].map(
    ([of, list]) => `Of ${of}: ${list.map(one => `${percent(one.share)} ${one.what}`).join(', ')}.`,
  );
}

const percent = (value: number): string => `${Math.round(value * 1000) / 10}%`;
