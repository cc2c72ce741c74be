// https://hl7.org/fhir/R4/http.html#update
import type { Principal } from '../access/grant.ts';
import { isNote } from '../access/notes.ts';
import { type Body, composeBody } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { WriteOp } from '../store/port.ts';
import { acceptBody, demandId } from './accept.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { criteriaPlan } from './criteria.ts';
import { demandIop } from './iop-rules.ts';
import type { CarryingReply, FhirRequest } from './request.ts';
import { consentMatched } from './revocable.ts';
import { onlyResult, soleOp } from './sole-op.ts';
import { parseIfMatch, writeReply } from './version-reply.ts';

type Update = Extract<FhirRequest, { kind: 'update' }>;
type ConditionalUpdate = Extract<FhirRequest, { kind: 'conditional-update' }>;

/** Updates by id; creates within the caller's own id space. */
export async function update(
  request: Update,
  context: Context,
  principal: Principal,
): Promise<CarryingReply> {
  const { type, id } = request;
  return attempt({ ...request, action: 'update' }, context, principal, async audit => {
    const grant = audit.decide([{ type, use: 'update' }]);
    if (!isId(id)) throw new FhirError('invalid-value', 'The id in the URL is not a FHIR id.');
    const ifMatch = parseIfMatch(request.ifMatch);
    const body = acceptBody(request.body, type);
    demandId(body, id);
    await demandIop({ resource: body.resource, id }, grant, context, principal);
    const op: WriteOp = { kind: 'update', type, id, body: composeBody(body, id), ...ofNote(body) };
    if (ifMatch !== undefined) op.ifMatch = ifMatch;
    const result = onlyResult(
      await context.store.transact(soleOp(op, context, principal), grant, audit.handOver()),
    );
    const { base } = context;
    const status = result.kind === 'created' ? 201 : 200;
    return writeReply(status, result.version, { prefer: request.prefer, base, grant });
  });
}

/**
 * A counselling note is created by POST, under an id that nobody can guess: where a PUT finds something that it may
 * not know of it is refused, where there is nothing it creates.
 */
export const ofNote = ({ resource }: Body): { mustExist?: true } =>
  isNote(resource) ? { mustExist: true } : {};

/** `PUT [type]?criteria`: updates the one match, creates where there is none. */
export async function conditionalUpdate(
  request: ConditionalUpdate,
  context: Context,
  principal: Principal,
): Promise<CarryingReply> {
  const { type } = request;
  return attempt({ ...request, action: 'update' }, context, principal, async audit => {
    const grant = audit.decide([
      { type, use: 'update' },
      { type, use: 'search' },
    ]);
    const ifMatch = parseIfMatch(request.ifMatch);
    const body = acceptBody(request.body, type);
    const match = criteriaPlan(type, request.query, context, grant);
    const known = await consentMatched(request, grant, context);
    await demandIop({ resource: body.resource, conditional: true, ...known }, grant, context, principal);
    const named = body.resource.id;
    const id = isId(named) ? named : context.ids();
    const op: WriteOp = {
      kind: 'update',
      type,
      id,
      match,
      body: composeBody(body, id),
      marker: `${type}/pending-${context.ids()}`,
      ...ofNote(body),
    };
    if (ifMatch !== undefined) op.ifMatch = ifMatch;
    if (isId(named)) op.strictId = true;
    const result = onlyResult(
      await context.store.transact(soleOp(op, context, principal), grant, audit.handOver()),
    );
    const { base } = context;
    const status = result.kind === 'created' ? 201 : 200;
    return writeReply(status, result.version, { prefer: request.prefer, base, grant });
  });
}
