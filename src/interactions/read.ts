import type { Grant, Principal } from '../access/grant.ts';
import { FhirError, notFound } from '../fhir/error.ts';
import { isId, isTrailId } from '../fhir/id.ts';
import type { Version } from '../store/port.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import type { CarryingReply, FhirRequest } from './request.ts';
import { parseShape, shapeResource } from './shape.ts';
import { readEvent } from './trail.ts';
import { matchesTag, versionHeaders, versionReply } from './version-reply.ts';

type Read = Extract<FhirRequest, { kind: 'read' }>;

/** The current version. `gone` where it was deleted and its last version visible. */
export async function read(request: Read, context: Context, principal: Principal): Promise<CarryingReply> {
  const { type, id } = request;
  return attempt({ ...request, action: 'read' }, context, principal, async audit => {
    const grant = audit.decide([{ type, use: 'read' }]);
    const shape = parseShape(request.query, request.prefer);
    const version = isId(id) ? await findCurrent(type, id, context, grant) : undefined;
    if (version === undefined) throw notFound();
    if (version.deleted) throw new FhirError('gone', 'This resource was deleted.');
    await audit.record([version]);
    if (matchesTag(request.ifNoneMatch, version)) return { status: 304, headers: versionHeaders(version) };
    const reply = versionReply(version, grant);
    return shape === undefined ? reply : { ...reply, body: shapeResource(reply.body!, shape) };
  });
}

/** Nobody chooses an id of the trail, so what has one is found there or nowhere. */
export const findCurrent = (
  type: string,
  id: string,
  context: Context,
  grant: Grant,
): Promise<Version | undefined> =>
  type === 'AuditEvent' && isTrailId(id)
    ? readEvent(id, context, grant)
    : context.store.read(type, id, grant);
