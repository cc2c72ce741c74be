// GET /iop/clients/{id}: one client in the program's own words, computed from what FHIR says now.
import type { Principal } from '../access/grant.ts';
import { attempt } from './attempt.ts';
import { readChart, readClient } from './client-view/load.ts';
import { recordsOf } from './client-view/records.ts';
import { VIEWED_TYPES, viewOf } from './client-view/view.ts';
import type { Context } from './context.ts';
import { json } from './record-schema.ts';
import type { Reply } from './request.ts';

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
    const { reader, patient } = await readClient(id, audit, context, principal);
    const own = await readChart(patient, VIEWED_TYPES, reader);
    const view = viewOf(id, await recordsOf(own, principal.organization, context));
    await audit.record(own);
    return json(view);
  });
}
