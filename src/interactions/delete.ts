// https://hl7.org/fhir/R4/http.html#delete
import type { Principal } from '../access/grant.ts';
import { notFound } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { WriteOp } from '../store/port.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import type { FhirRequest, Reply } from './request.ts';
import { demandRevocable } from './revocable.ts';
import { onlyResult, soleOp } from './sole-op.ts';
import { parseIfMatch, versionHeaders } from './version-reply.ts';

type Delete = Extract<FhirRequest, { kind: 'delete' }>;

/** Leaves a tombstone. Deleting what is deleted already is as good; unknown and hidden are both 404. */
export async function deleteOne(request: Delete, context: Context, principal: Principal): Promise<Reply> {
  const { type, id } = request;
  return attempt({ ...request, action: 'delete' }, context, principal, async audit => {
    const grant = audit.decide([{ type, use: 'delete' }]);
    const ifMatch = parseIfMatch(request.ifMatch);
    if (!isId(id)) throw notFound();
    if (type === 'Consent') await demandRevocable({ id }, grant, context);
    const op: WriteOp =
      ifMatch === undefined ? { kind: 'delete', type, id } : { kind: 'delete', type, id, ifMatch };
    const { version } = onlyResult(
      await context.store.transact(soleOp(op, context, principal), grant, audit.handOver()),
    );
    return { status: 204, headers: versionHeaders(version), seq: version.seq };
  });
}
