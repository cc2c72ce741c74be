// GET /iop/consents/{id}/form: a Consent to read, print and sign, for whoever may read it.
import type { Grant, Principal } from '../access/grant.ts';
import { missingItems } from '../access/part2.ts';
import { parseBody } from '../fhir/body.ts';
import { FhirError, notFound } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { parseReference } from '../fhir/reference.ts';
import type { AnyResource, Consent } from '../fhir/types.ts';
import { consentForm, FORM_STYLE } from '../iop/consent-form.ts';
import type { Version } from '../store/port.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { htmlReply } from './html-reply.ts';
import { referencesIn } from './import/link.ts';
import { nameOf } from './name.ts';
import { present } from './present.ts';
import type { Reply } from './request.ts';

export function printConsent(
  { id, request }: { id: string; request: string },
  context: Context,
  principal: Principal,
): Promise<Reply> {
  const subject = { request, action: 'consent-form', type: 'Consent', id };
  return attempt(subject, context, principal, async audit => {
    const grant = audit.decide([{ type: 'Consent', use: 'read' }]);
    const version = isId(id) ? await context.store.read('Consent', id, grant) : undefined;
    if (version === undefined) throw notFound();
    if (version.deleted) throw new FhirError('gone', 'This resource was deleted.');
    const { resource } = parseBody(present(version, grant));
    const { names, versions } = await namesIn(resource, context, grant);
    const missing = missingItems(resource as unknown as Consent, context.base);
    await audit.record([version, ...versions]);
    const body = consentForm(resource as unknown as Consent, {
      nameOf: reference => names.get(localName(reference, context.base)) ?? reference,
      missing: missing.map(one => `${one.message} (42 CFR ${one.section})`),
    });
    return htmlReply(body, FORM_STYLE);
  });
}

/** What the caller may read of whom it names. */
async function namesIn(
  resource: AnyResource,
  context: Context,
  grant: Grant,
): Promise<{ names: ReadonlyMap<string, string>; versions: readonly Version[] }> {
  const references = new Set<string>();
  referencesIn(resource, context.base, references);
  const names = new Map<string, string>();
  const versions: Version[] = [];
  for (const reference of references) {
    const parsed = parseReference(reference, context.base);
    if (parsed.kind !== 'local') continue;
    const version = await context.store.read(parsed.type, parsed.id, grant);
    const name =
      version === undefined || version.deleted
        ? undefined
        : nameOf(parseBody(present(version, grant)).resource);
    if (version === undefined || name === undefined) continue;
    versions.push(version);
    names.set(reference, name);
  }
  return { names, versions };
}

function localName(reference: string, base: string): string {
  const parsed = parseReference(reference, base);
  return parsed.kind === 'local' ? `${parsed.type}/${parsed.id}` : reference;
}
