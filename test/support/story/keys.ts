// Keys of the story's records, and what all records of one person share.
import type { StoryPerson } from './people.ts';

export const PROGRAM = 'riverbend';

export const clientKey = ({ number }: StoryPerson): string => `c-${number}`;

export const diagnosisKeys = ({ number, diagnoses }: StoryPerson): string[] =>
  diagnoses.map((_, index) => `dx-${number}-${index + 1}`);

export interface Base {
  program: string;
  client: string;
  recordedAt: string;
}
