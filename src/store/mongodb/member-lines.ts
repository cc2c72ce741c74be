// Who belongs to what: see Registry.memberLines.
import type { Document } from 'mongodb';
import type { MemberLine } from '../registry.ts';
import type { RuleDocument } from './documents.ts';
import { oneOf } from './locate.ts';
import type { Collections } from './reading.ts';

export type MemberDocument = Pick<RuleDocument, 'owner' | 'person' | 'actor' | 'from' | 'to' | 'terms'>;

/** Over `rule`; by the index over actors. */
export const memberStages = (actors: readonly string[]): Document[] => [
  { $match: { actor: oneOf(actors), permit: true, live: true } },
  { $project: { _id: 0, owner: 1, person: 1, actor: 1, from: 1, to: 1, terms: 1 } },
];

export async function readMemberLines(
  { rule }: Collections,
  actors: readonly string[],
): Promise<MemberLine[]> {
  if (actors.length === 0) return [];
  return (await rule.aggregate<MemberDocument>(memberStages(actors)).toArray()).map(lineOf);
}

export const lineOf = ({ owner, person, actor, from, to, terms }: MemberDocument): MemberLine => ({
  owner,
  patient: person,
  actor,
  from,
  to,
  ...(terms === undefined ? {} : { terms }),
});
