// Answers, for a past version, what is asked of index values and rules, which are kept for the current
// version only: they are computed from its body.

import type { Predicate } from '../../search/ast.ts';
import { allows } from '../../search/match.ts';
import type { Derive } from '../port/derived.ts';
import type { Version } from '../port.ts';
import { countingRules } from '../unit/rules.ts';
import type { Reading } from './reading.ts';

/** Registers `past_holds(predicate, type, id, owner, writer, seq, body)`: 1 or 0. */
export function offerPastHolds(reading: Reading, derive: Derive): void {
  reading.connection.db.function('past_holds', (text, type, id, owner, writer, seq, body) => {
    if (body === '') return 0;
    // SQLite may put `r.owner = ?` of the same query in here before it looks at the row (its constant
    // propagation): -1, the number of a text the store has never seen, which no row has.
    if (type === -1 || owner === -1) return 0;
    const { values, patients, rules, marks } = derive(JSON.parse(body as string) as Record<string, unknown>);
    const version: Version = {
      type: reading.text(type as number),
      id: id as string,
      version: 0,
      seq: seq as number,
      created: 0,
      owner: reading.text(owner as number),
      source: '',
      writer: reading.text(writer as number),
      patients,
      deleted: false,
      body: '',
    };
    const held = countingRules(rules, version).map(rule => ({
      ...rule,
      owner: version.owner,
      by: `${version.type}/${version.id}`,
    }));
    const facts = { version, values, marks: marks ?? [], rules: held, pure: false };
    return allows(JSON.parse(text as string) as Predicate, facts) ? 1 : 0;
  });
}
