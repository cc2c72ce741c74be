// What an auditor is given of a program's record names the agreement by which it was seen, and what was undertaken:
// a copy that turns up elsewhere says where it came from. 42 CFR 2.53.
import { AUDIT_NOTICE, NO_COPIES } from '../access/audit-agreement.ts';
import { DIRECTORY_TYPES } from '../access/directory.ts';
import type { Principal } from '../access/grant.ts';
import { SHORT_NOTICE } from '../access/notice.ts';
import { type Answer, carriedBy, type Reply } from './request.ts';

/** Costs nothing where there is no agreement. */
export function watermark(reply: Reply, answer: Answer, { agreements }: Principal): Reply {
  if (agreements === undefined) return reply;
  const owners = new Set(
    carriedBy(answer)
      .filter(({ type }) => !DIRECTORY_TYPES.has(type))
      .map(({ owner }) => owner),
  );
  const acted = agreements.filter(({ program }) => owners.has(program));
  if (acted.length === 0) return reply;
  const notice = [
    SHORT_NOTICE,
    AUDIT_NOTICE,
    ...(acted.every(({ copying }) => copying) ? [] : [NO_COPIES]),
  ].join(' ');
  const headers = {
    'Audit-Agreement': acted.map(({ id }) => id).join(', '),
    'Redisclosure-Notice': notice,
  };
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
