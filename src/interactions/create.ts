// https://hl7.org/fhir/R4/http.html#create
import type { Principal } from '../access/grant.ts';
import { composeBody } from '../fhir/body.ts';
import type { WriteOp } from '../store/port.ts';
import { acceptBody } from './accept.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { criteriaPlan } from './criteria.ts';
import { demandIop } from './iop-rules.ts';
import type { CarryingReply, FhirRequest } from './request.ts';
import { onlyResult, soleOp } from './sole-op.ts';
import { writeReply } from './version-reply.ts';

type Create = Extract<FhirRequest, { kind: 'create' }>;

/** Creates, or with If-None-Exist answers with the one resource that matches already. */
export async function create(
  request: Create,
  context: Context,
  principal: Principal,
): Promise<CarryingReply> {
  const { type, ifNoneExist } = request;
  return attempt({ ...request, action: 'create' }, context, principal, async audit => {
    const asked = [
      { type, use: 'create' as const },
      { type, use: 'search' as const },
    ];
    const grant = audit.decide(ifNoneExist === undefined ? asked.slice(0, 1) : asked);
    const body = acceptBody(request.body, type);
    await demandIop({ resource: body.resource }, grant, context, principal);
    const id = context.ids();
    const op: WriteOp = { kind: 'create', type, id, body: composeBody(body, id) };
    if (ifNoneExist !== undefined) op.unless = criteriaPlan(type, ifNoneExist, context, grant);
    const result = onlyResult(
      await context.store.transact(soleOp(op, context, principal), grant, audit.handOver()),
    );
    const { base } = context;
    const status = result.kind === 'matched' ? 200 : 201;
    return writeReply(status, result.version, { prefer: request.prefer, base, grant });
  });
}
