// What every OAuth endpoint does around its own steps: read the form, find whom it names, and leave an audit
// row, durable before the answer, whatever becomes of it.
import { FhirError } from '../../fhir/error.ts';
import type { AuditDraft } from '../../store/port/audit.ts';
import type { ClientEntry } from '../../store/registry.ts';
import { claimedClient } from './assertion.ts';
import { OAuthError } from './error.ts';
import { type Form, parseForm } from './form.ts';
import type { OAuthPlace } from './place.ts';

export interface OAuthRequest {
  /** Reads the form as it came; throws where it is none. */
  read(): string | Promise<string>;
  /** X-Request-Id. */
  id: string;
}

export async function audited<Answer>(
  place: OAuthPlace,
  action: 'token' | 'introspect' | 'revoke',
  request: OAuthRequest,
  steps: (form: Form, claimed: ClientEntry | undefined) => Promise<Answer>,
): Promise<Answer> {
  let row = rowOf(action, request.id, undefined);
  try {
    const form = parseForm(await request.read());
    const claimed = await claimedClient(place, form);
    row = rowOf(action, request.id, claimed);
    const answer = await steps(form, claimed);
    await place.record(row);
    return answer;
  } catch (error) {
    if (error instanceof OAuthError)
      await place.record({ ...row, outcome: error.code, reasons: [error.check] });
    else if (error instanceof FhirError && error.code !== 'unavailable')
      await place.record({ ...row, outcome: error.code });
    throw error;
  }
}

/** A client that is not registered is not named: what it calls itself is a text of nobody known. */
const rowOf = (action: string, request: string, client: ClientEntry | undefined): AuditDraft => ({
  request,
  client: client?.id ?? '',
  organization: client?.organization ?? '',
  role: client?.role ?? '',
  action,
  outcome: 'ok',
  reasons: [],
  patients: [],
  versions: [],
});
