// GET /iop/clients/{id}: one client in the program's own words, computed from what FHIR says now.
import type { Grant, Principal } from '../access/grant.ts';
import { FhirError, notFound } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { Cursor } from '../search/ast.ts';
import { planSearch } from '../search/plan.ts';
import type { Version } from '../store/port.ts';
import { attempt } from './attempt.ts';
import { recordsOf } from './client-view/records.ts';
import { VIEWED_TYPES, viewOf } from './client-view/view.ts';
import type { Context } from './context.ts';
import { demandProgram } from './import.ts';
import { json } from './record-schema.ts';
import type { Reply } from './request.ts';
import { readSearch } from './search.ts';

/** Resources of one type. A stay of years has hundreds; more is no view for a person. */
const MOST = 10_000;

/**
 * `id`: the Patient's logical id. Throws `not-found`, alike for a client that is unknown, hidden or
 * another program's; `forbidden` for callers that are no program.
 */
export async function viewClient(
  { id, request }: { id: string; request: string },
  context: Context,
  principal: Principal,
): Promise<Reply> {
  const subject = { request, action: 'client-view', type: 'Patient', id };
  return attempt(subject, context, principal, async audit => {
    await demandProgram(context, principal);
    const asked = VIEWED_TYPES.map(type => ({ type, use: 'search' as const }));
    const grant = audit.decide([{ type: 'Patient', use: 'read' }, ...asked]);
    const patient = isId(id) ? await context.store.read('Patient', id, grant) : undefined;
    if (patient === undefined || patient.deleted || patient.owner !== principal.organization)
      throw notFound();
    const versions = [patient];
    for (const type of VIEWED_TYPES) versions.push(...(await resourcesOf(type, id, context, grant)));
    const own = versions.filter(one => one.owner === principal.organization);
    const view = viewOf(id, await recordsOf(own, principal.organization, context));
    await audit.record(own);
    return json(view);
  });
}

async function resourcesOf(type: string, id: string, context: Context, grant: Grant): Promise<Version[]> {
  const search = readSearch(type, `patient=${id}&_count=${context.limits.maxCount}`, true, context);
  const found: Version[] = [];
  let cursor: Cursor | undefined;
  do {
    const plan = planSearch(search, grant, 'search', cursor === undefined ? {} : { cursor });
    const page = await context.store.search(plan, grant);
    found.push(...page.matches);
    if (found.length > MOST) throw new FhirError('too-large', `There are more than ${MOST} of ${type}.`);
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}
