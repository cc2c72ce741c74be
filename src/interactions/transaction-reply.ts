// What a transaction answers, entry by entry.
import type { Grant } from '../access/grant.ts';
import { readsBack } from '../access/notes.ts';
import { instantOf } from '../fhir/body.ts';
import { ERRORS, FhirError, NOT_FOUND } from '../fhir/error.ts';
import { outcomeOf } from '../fhir/outcome.ts';
import type { Search } from '../search/ast.ts';
import type { Version, WriteResult } from '../store/port.ts';
import { statusText } from './batch.ts';
import type { Context } from './context.ts';
import { labelledBundle } from './labelled.ts';
import { present } from './present.ts';
import { type CarryingEntry, carriedBy } from './request.ts';
import { searchsetOf } from './search.ts';
import type { Step } from './transaction-plan.ts';
import { etagOf, locationOf } from './version-reply.ts';

export interface Answering {
  searches: ReadonlyMap<Step, Search>;
  context: Context;
  grant: Grant;
  /** Written resources are sent back. */
  full: boolean;
}

/** The response entry of one step. */
export function answerOf(
  step: Step,
  result: WriteResult,
  { searches, context, grant, full }: Answering,
): CarryingEntry {
  if (result.kind === 'absent') {
    const outcome = JSON.stringify(outcomeOf(new FhirError('not-found', NOT_FOUND)));
    return { response: { status: statusText(ERRORS['not-found'].status), outcome } };
  }
  if (result.kind === 'found') {
    const bundle = searchsetOf(searches.get(step)!, result.page, context, grant);
    const carries = carriedBy({ bundle });
    const resource = labelledBundle(bundle, grant.principal);
    return { resource, response: { status: statusText(200) }, carries };
  }
  const { version, kind } = result;
  if (step.request.kind === 'delete') return { response: { status: statusText(204), ...stamp(version) } };
  if (kind === 'read' && version.deleted) {
    const outcome = JSON.stringify(outcomeOf(new FhirError('gone', 'This resource was deleted.')));
    return { response: { status: statusText(ERRORS.gone.status), outcome } };
  }
  const send = (full && readsBack(version, grant, context.base)) || kind === 'read';
  const status = statusText(kind === 'created' ? 201 : 200);
  return {
    ...(send
      ? {
          fullUrl: `${context.base}/${version.type}/${version.id}`,
          resource: present(version, grant),
          carries: [version],
        }
      : {}),
    response: {
      status,
      ...(kind === 'read' ? {} : { location: locationOf(version, context.base) }),
      ...stamp(version),
    },
  };
}

const stamp = (version: Version) => ({ etag: etagOf(version), lastModified: instantOf(version.seq) });
