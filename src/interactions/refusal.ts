// Rows of what never came as far as an interaction: no good token, no such path, another method, a body that
// cannot be read. And of what is open to all.
import type { Principal } from '../access/grant.ts';
import type { FhirError } from '../fhir/error.ts';
import { draftOf, type Subject } from './attempt.ts';
import type { Context } from './context.ts';

/** What is known of a request that is refused: without a caller it is a stranger's. */
export type Refused = Subject & { principal?: Principal | undefined };

/** Throws `unavailable` where the row cannot be written: that is then the answer. */
export async function recordRefusal(
  { principal, ...subject }: Refused,
  error: FhirError,
  context: Context,
): Promise<void> {
  const { request, action } = subject;
  if (principal === undefined) await context.strangers.note({ request, action, outcome: error.code });
  else await context.store.record({ ...draftOf(subject, principal), outcome: error.code });
}
