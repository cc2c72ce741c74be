// An invented client as drawn, before any record is written.
import type { EpisodeRecord } from '../episode.ts';
import type { Instrument } from '../score.ts';
import type { SocialHistoryRecord } from '../social-history.ts';
import type { Stay } from './week.ts';

/** What is drawn of a client before any record is written. */
export interface Person {
  /** `c-1001`. */
  client: string;
  /** `1001`: what other keys are made of. */
  number: string;
  stay: Stay;
  problem: Problem;
  /** Why the stay ends, or nothing while it goes on. */
  completion: EpisodeRecord['completion'];
  story: Story;
}

/** What happens to a client beside sessions: the week of the stay in which it does, or nothing. */
export interface Story {
  /** Questionnaires with the total at the beginning. */
  instruments: readonly { instrument: Instrument; first: number }[];
  improves: boolean;
  slip?: number;
  risk?: number;
  worksheet?: number;
  letter?: number;
  aftercare: boolean;
  /** Of the life beside treatment. */
  told: readonly Told[];
  /** Consent records, where there are some. */
  ehrConsent?: string;
  payerConsent?: string;
}

export interface Problem {
  code: string;
  text: string;
  treats: 'alcohol' | 'opioids' | 'other' | 'mood';
}

export type Told = Pick<SocialHistoryRecord, 'aspect' | 'finding'>;

/** Organizations outside of the program that a client may name in a consent. */
export interface Outside {
  ehr: string;
  payer: string;
}

/** What every record of one intake shares. */
export interface Base {
  program: string;
  recordedAt: string;
}
