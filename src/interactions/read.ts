import type { Principal } from '../access/grant.ts';
import { FhirError, notFound } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import type { FhirRequest, Reply } from './request.ts';
import { parseShape, shapeResource } from './shape.ts';
import { matchesTag, versionHeaders, versionReply } from './version-reply.ts';

type Read = Extract<FhirRequest, { kind: 'read' }>;

/** The current version. `gone` where it was deleted and its last version visible. */
export async function read(request: Read, context: Context, principal: Principal): Promise<Reply> {
  const { type, id } = request;
  return attempt({ ...request, action: 'read' }, context, principal, async audit => {
    const grant = audit.decide([{ type, use: 'read' }]);
    const shape = parseShape(request.query, request.prefer);
    const version = isId(id) ? await context.store.read(type, id, grant) : undefined;
    if (version === undefined) throw notFound();
    if (version.deleted) throw new FhirError('gone', 'This resource was deleted.');
    await audit.record([version]);
    if (matchesTag(request.ifNoneMatch, version)) return { status: 304, headers: versionHeaders(version) };
    const reply = versionReply(version);
    return shape === undefined ? reply : { ...reply, body: shapeResource(reply.body!, shape) };
  });
}
