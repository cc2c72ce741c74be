import type { Principal } from '../access/grant.ts';
import { FhirError, notFound } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import type { CarryingReply, FhirRequest } from './request.ts';
import { parseShape, shapeResource } from './shape.ts';
import { parseVersion, versionReply } from './version-reply.ts';

type Vread = Extract<FhirRequest, { kind: 'vread' }>;

/** One version, current or not. `gone` where this version is the deletion. */
export async function vread(request: Vread, context: Context, principal: Principal): Promise<CarryingReply> {
  const { type, id } = request;
  return attempt({ ...request, action: 'vread' }, context, principal, async audit => {
    const grant = audit.decide([{ type, use: 'history' }]);
    const shape = parseShape(request.query, request.prefer);
    const number = isId(id) ? parseVersion(request.version) : undefined;
    const version = number === undefined ? undefined : await context.store.vread(type, id, number, grant);
    if (version === undefined) throw notFound();
    if (version.deleted) throw new FhirError('gone', 'This version is the deletion of the resource.');
    await audit.record([version]);
    const reply = versionReply(version, grant);
    return shape === undefined ? reply : { ...reply, body: shapeResource(reply.body!, shape) };
  });
}
