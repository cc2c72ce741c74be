// What somebody is to a client, in codes of v3-RoleCode.
import type { CodeableConcept } from '../fhir/types.ts';
import { codeIn, concept } from './element.ts';
import { ROLE_CODE } from './systems.ts';

export type Relationship =
  | 'family'
  | 'spouse'
  | 'parent'
  | 'child'
  | 'friend'
  | 'guardian'
  | 'healthcare-proxy';

const CODES: Readonly<Record<Relationship, readonly [code: string, display: string]>> = {
  family: ['FAMMEMB', 'family member'],
  spouse: ['SPS', 'spouse'],
  parent: ['PRN', 'parent'],
  child: ['CHILD', 'child'],
  friend: ['FRND', 'unrelated friend'],
  guardian: ['GUARD', 'guardian'],
  'healthcare-proxy': ['HPOWATT', 'healthcare power of attorney'],
};

export const RELATIONSHIPS = Object.keys(CODES) as Relationship[];

export const relationshipConcept = (one: Relationship): CodeableConcept => concept(ROLE_CODE, ...CODES[one]);

export function relationshipOf(from: readonly CodeableConcept[] | undefined): Relationship | undefined {
  const code = codeIn(ROLE_CODE, from);
  return RELATIONSHIPS.find(one => CODES[one][0] === code);
}
