// An Organization resource made by a command, through the same way as everybody's writes.
import type { App, Principal } from '../app.ts';
import { FhirError } from '../fhir/error.ts';
import type { AnyResource } from '../fhir/types.ts';

/** Puts it under its own id unless it stands there already. The caller is the Organization itself. */
export async function putOrganization(
  app: App,
  organization: AnyResource,
  principal: Principal,
): Promise<void> {
  const id = organization.id as string;
  const common = { type: 'Organization', id, prefer: {}, request: app.context.ids() };
  try {
    await app.handle({ kind: 'read', query: '', ...common }, principal);
  } catch (error) {
    if (!(error instanceof FhirError && error.code === 'not-found')) throw error;
    // Its own resource is the one that need not lie in its id space.
    const named = { ...principal, idSpace: { prefix: id, others: [] } };
    await app.handle({ kind: 'update', body: JSON.stringify(organization), ...common }, named);
  }
}
