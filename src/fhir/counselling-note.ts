// What says that a resource is a counselling note (42 CFR 2.11, 45 CFR 164.501): a tag, of the types that may be one. Who
// sees them says access/notes.ts.
import { codeSystemUrl } from './canonical.ts';

/** Published in profiles/. */
export const RECORD_KIND = {
  name: 'record-kind',
  url: codeSystemUrl('record-kind'),
  title: 'Kind of record',
  description: 'In meta.tag: records with a rule of their own.',
  codes: { 'counselling-note': 'SUD counselling note or psychotherapy note (42 CFR 2.11, 45 CFR 164.501)' },
} as const;
export const NOTE = 'counselling-note';

/** Types that may be one -> their search parameter for who wrote it, and its element. */
export const NOTE_TYPES: Readonly<Record<string, { param: string; element: string }>> = {
  ClinicalImpression: { param: 'assessor', element: 'assessor' },
  Communication: { param: 'sender', element: 'sender' },
  Composition: { param: 'author', element: 'author' },
  DocumentReference: { param: 'author', element: 'author' },
  QuestionnaireResponse: { param: 'author', element: 'author' },
};

/** Its text holds the tag's system, or it is a tombstone, of which nothing is left to tell by. */
export const mayBeNote = ({ type, body }: { type: string; body: string }): boolean =>
  Object.hasOwn(NOTE_TYPES, type) && (body === '' || body.includes(RECORD_KIND.url));
