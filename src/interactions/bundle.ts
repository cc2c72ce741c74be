// POST to the base: a batch or a transaction. https://hl7.org/fhir/R4/http.html#transaction
import type { Principal } from '../access/grant.ts';
import { type Body, parseBody } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import { attempt } from './attempt.ts';
import { batch, type Enter } from './batch.ts';
import type { Context } from './context.ts';
import type { Answer, FhirRequest } from './request.ts';
import { transaction } from './transaction.ts';

export type BundleRequest = Extract<FhirRequest, { kind: 'bundle' }>;

/** `enter`: the way in for the entries of a batch, which are requests of their own. */
export async function bundle(
  request: BundleRequest,
  context: Context,
  principal: Principal,
  enter: Enter,
): Promise<Answer> {
  let isBatch = false;
  let body: Body | undefined;
  const action = () => (isBatch ? 'batch' : 'transaction');
  try {
    body = parseBody(request.body);
    isBatch = body.resource.type === 'batch';
  } catch (error) {
    return attempt({ request: request.request, action: 'bundle' }, context, principal, () =>
      Promise.reject(error),
    );
  }
  const read = body;
  return attempt({ request: request.request, action: action() }, context, principal, async audit => {
    demandBundle(read, context.limits.maxEntries);
    return isBatch
      ? batch(read, request, { audit, context, principal, enter })
      : transaction(read, request, { audit, context, principal });
  });
}

function demandBundle({ resource }: Body, most: number): void {
  if (resource.resourceType !== 'Bundle')
    throw new FhirError('invalid-structure', [
      { path: 'resourceType', message: 'Only a Bundle is posted to the base.' },
    ]);
  if (resource.type !== 'batch' && resource.type !== 'transaction')
    throw new FhirError('invalid-value', [
      { path: 'Bundle.type', message: 'Expected batch or transaction.' },
    ]);
  if (Array.isArray(resource.entry) && resource.entry.length > most)
    throw new FhirError('too-large', [{ path: 'Bundle.entry', message: `More than ${most} entries.` }]);
}
