// An invented client as drawn, before any record is written.
import type { EpisodeRecord } from '../episode.ts';
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
}

export interface Problem {
  code: string;
  text: string;
  treats: 'alcohol' | 'opioids' | 'other' | 'mood';
}

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
