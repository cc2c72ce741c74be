// Tamper evidence: each audit row carries the hash of the row before it, so that a row cannot be changed,
// removed or put in without every later hash being wrong. Pure.
import { hash } from 'node:crypto';
import type { AuditDraft, AuditRow } from '../store/port/audit.ts';

/** `prev` of row 1. */
export const FIRST_HASH = '0'.repeat(64);

/** JSON with the keys of every object in code unit order and no white space; absent members left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    // Every read writes lists of ids: of texts alone this is the same.
    if (value.every(one => typeof one === 'string')) return JSON.stringify(value);
    return `[${value.map(one => canonicalJson(one ?? null)).join(',')}]`;
  }
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member !== undefined)
      text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** What of a row is hashed besides `prev`; `draft` is its canonical JSON. */
export function rowHash(
  prev: string,
  place: { writer: string; number: number; at: number },
  draft: string,
): string {
  const { writer, number, at } = place;
  // Its canonical JSON.
  return hash('sha256', `${prev}{"at":${at},"number":${number},"writer":${JSON.stringify(writer)}}${draft}`);
}

/** The draft that a row was made from. */
export function draftOf(row: AuditRow): AuditDraft {
  const { writer: _writer, number: _number, at: _at, prev: _prev, hash: _hash, ...draft } = row;
  return draft;
}

/**
 * Follows rows in order, starting after `last` (number 0 and FIRST_HASH for the first row). Returns the
 * number of the first row that does not fit: missing, changed, or of another chain.
 */
export function brokenAt(
  rows: Iterable<AuditRow>,
  last: { number: number; hash: string } = { number: 0, hash: FIRST_HASH },
): number | undefined {
  let { number, hash: prev } = last;
  for (const row of rows) {
    number += 1;
    const place = { writer: row.writer, number: row.number, at: row.at };
    const expected = rowHash(prev, place, canonicalJson(draftOf(row)));
    if (row.number !== number || row.prev !== prev || row.hash !== expected) return number;
    prev = row.hash;
  }
  return undefined;
}
