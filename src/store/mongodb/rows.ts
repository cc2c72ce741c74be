// Rows of a unit as documents, and back. Pure.
import { BSON } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import { rankOf } from '../../search/terms.ts';
import type { ConsentRule, Derived } from '../port/derived.ts';
import type { Row } from '../unit/unit.ts';
import {
  derivedFields,
  type Name,
  type ResourceDocument,
  type RuleDocument,
  type TieDocument,
  toVersion,
} from './documents.ts';

/** A document holds 16 MiB at most; the rest is left for what the server adds. */
const MOST_BYTES = 15 * 1024 * 1024;
/** Below this many characters and values no document comes near the limit, so that nothing is measured. */
const FEW_CHARACTERS = 1024 * 1024;
const FEW_VALUES = 4096;

export const nameOf = ({ type, id }: { type: string; id: string }): Name => `${type}/${id}`;

export const rowOf = (document: ResourceDocument): Row => ({
  ...toVersion(document),
  foreignFrom: document.foreignFrom,
});

/** A live version; `derived.rules` are those that count (unit/rules.ts). Throws `too-large` where no document could hold it. */
export function documentOf(row: Row, derived: Derived): ResourceDocument {
  const { type, id, owner, source, writer, foreignFrom } = row;
  const names = actorsOf(derived.rules);
  const { marks = [] } = derived;
  const document: ResourceDocument = {
    _id: nameOf(row),
    type,
    id,
    version: row.version,
    seq: row.seq,
    created: row.created,
    owner,
    source,
    writer,
    ...(foreignFrom === undefined ? {} : { foreignFrom }),
    ...(source === owner ? {} : { foreign: true as const }),
    deleted: false,
    ...derivedFields(type, owner, derived.values, derived.patients),
    ...(names.length === 0 ? {} : { names }),
    ...(marks.length === 0 ? {} : { marks: [...marks] }),
    body: row.body,
  };
  demandRoom(document);
  return document;
}

/** What was derived from the last live version stays, and says who may know of the tombstone. */
export function tombstoneOf(held: ResourceDocument, row: Row): ResourceDocument {
  const { version, seq, writer, foreignFrom } = row;
  return {
    ...held,
    version,
    seq,
    writer,
    ...(foreignFrom === undefined ? {} : { foreignFrom }),
    deleted: true,
    body: '',
  };
}

/** As it is kept in the history. */
export const pastOf = (document: ResourceDocument): ResourceDocument => ({
  ...document,
  _id: `${document._id}/${document.version}`,
});

function demandRoom(document: ResourceDocument): void {
  if (document.body.length < FEW_CHARACTERS && document.values.length < FEW_VALUES) return;
  if (BSON.calculateObjectSize(document) > MOST_BYTES)
    throw new FhirError('too-large', 'A resource may have 15 MiB at most, with what is indexed of it.');
}

/** All rules given: those that count. */
export function rulesOf(
  { _id: consent, owner, patients }: Pick<ResourceDocument, '_id' | 'owner' | 'patients'>,
  rules: readonly ConsentRule[],
): RuleDocument[] {
  return rules.map(({ patient, effect, actor, purpose, from, to, rank, terms }, at) => ({
    _id: `${consent}#${at}`,
    consent,
    owner,
    person: patient,
    permit: effect === 'permit',
    actor,
    purpose,
    from,
    to,
    live: true,
    rank: rankOf(rank === undefined ? { effect } : { effect, rank }),
    ...(terms === undefined ? {} : { terms }),
    ...(patients.length > 1 ? { shared: true as const } : {}),
  }));
}

const actorsOf = (rules: readonly ConsentRule[]): string[] =>
  [...new Set(rules.map(rule => rule.actor))].filter(actor => actor !== '');

/** Where another Organization has to look for what it wrote, or for whom a Consent names it. */
export function tiesOf(document: ResourceDocument, rules: readonly RuleDocument[]): TieDocument[] {
  const { owner, source, foreign, patients } = document;
  const organizations = new Set(rules.filter(rule => rule.permit).map(rule => rule.actor));
  if (foreign === true && patients.length > 0) organizations.add(source);
  organizations.delete(owner);
  return [...organizations].map(organization => ({
    _id: `${organization} ${owner}`,
    organization,
    owner,
  }));
}
