// What is looked at, and the only way of looking: a predicate of the Grant that is explained, within the Grant of
// who asks.
import { restrict } from '../../../access/decide.ts';
import type { Grant, Principal, Use } from '../../../access/grant.ts';
import { NONE } from '../../../access/rule.ts';
import type { Predicate } from '../../../search/ast.ts';
import type { Version } from '../../../store/port.ts';
import type { Context } from '../../context.ts';

export interface Seen {
  version: Version;
  use: Use;
  /** Of who asks. */
  grant: Grant;
  /** The client that is explained, and its Grant. */
  subject: Principal;
  of: Grant;
}

/** Does the store find the resource where this is asked of it besides? */
export async function readWithin(seen: Seen, where: Predicate, { store }: Context): Promise<boolean> {
  const { type, id } = seen.version;
  const found = await store.read(
    type,
    id,
    restrict(seen.grant, asked => (asked === type ? where : NONE)),
  );
  return found !== undefined && !found.deleted;
}
