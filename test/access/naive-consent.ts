// What a Consent says, told a second time from the wording of the rules (domain: consent, 42 CFR 2.31).
import { CANONICAL_BASE } from '../../src/fhir/canonical.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { end, hasCode, names, objects, start } from './naive-resource.ts';

export interface Line {
  effect: 'permit' | 'deny';
  /** '' on a deny: everybody, every purpose. */
  actor: string;
  purpose: string;
  from: number;
  to: number;
}

const only = (provision: JsonObject, ...names: string[]) =>
  Object.keys(provision).every(name => names.includes(name)) &&
  objects(provision.extension).every(({ url }) =>
    ['all-records', 'statement', 'expiry-event', 'recipient-class'].some(
      name => url === `${CANONICAL_BASE}/StructureDefinition/part2-${name}`,
    ),
  );

/** What an active privacy Consent says. */
export function linesOf(consent: AnyResource, owner: string): Line[] {
  if (consent.status !== 'active' || !hasCode(consent.scope, 'patient-privacy')) return [];
  const root = objects(consent.provision)[0] ?? {};
  const nested = objects(root.provision);
  const policy = hasCode(consent.policyRule, 'OPTIN', 'OPTINR')
    ? 'permit'
    : hasCode(consent.policyRule, 'OPTOUT', 'OPTOUTE', 'EMRGONLY')
      ? 'deny'
      : undefined;
  const base = root.type ?? policy;
  const bare = only(root, 'id', 'type', 'provision', 'extension');
  const lines: Line[] = [];

  const contradicts = root.type !== undefined && policy !== undefined && root.type !== policy;
  const unverified = objects(consent.verification).some(one => one.verified !== true);
  const notes = objects(consent.extension).some(one => String(one.url).includes('counselling'));
  const permits = base === 'permit' ? [root] : bare ? nested.filter(one => one.type === 'permit') : [];
  if (!contradicts && !unverified && !notes && consent.modifierExtension === undefined)
    if (isWritten(consent, owner))
      for (const permit of permits)
        if (only(permit, 'id', 'type', 'provision', 'period', 'actor', 'purpose', 'extension'))
          lines.push(...permitLines(permit));

  if (base === 'deny' && (nested.length === 0 || !bare)) lines.push(...denyLines(root));
  for (let level = nested; level.length > 0; level = level.flatMap(one => objects(one.provision)))
    for (const provision of level) if (provision.type === 'deny') lines.push(...denyLines(provision));
  return lines;
}

function permitLines(provision: JsonObject): Line[] {
  const period = objects(provision.period)[0];
  const recipients = objects(provision.actor).filter(one => hasCode(one.role, 'IRCP'));
  const named = recipients.flatMap(one => objects(one.reference)).map(one => String(one.reference));
  return named
    .filter(reference => reference.startsWith('Organization/'))
    .flatMap(reference =>
      objects(provision.purpose).map(purpose => ({
        effect: 'permit' as const,
        actor: reference.slice('Organization/'.length),
        purpose: String(purpose.code),
        from: start(period?.start),
        to: end(period?.end),
      })),
    );
}

/** A deny counts whatever else it says: what cannot be judged is denied. Relatives are no Organization. */
function denyLines(provision: JsonObject): Line[] {
  const period = objects(provision.period)[0];
  const named = objects(provision.actor)
    .map(one => String(objects(one.reference)[0]?.reference))
    .filter(one => !one.startsWith('RelatedPerson/'));
  const actors = named.map(one => (one.startsWith('Organization/') ? one.slice('Organization/'.length) : ''));
  const purposes = objects(provision.purpose).map(one => String(one.code));
  return (provision.actor === undefined ? [''] : actors).flatMap(actor =>
    (provision.purpose === undefined ? [''] : purposes).map(purpose => ({
      effect: 'deny' as const,
      actor,
      purpose,
      from: start(period?.start),
      to: end(period?.end),
    })),
  );
}

const extensionsIn = (of: JsonObject, name: string): JsonObject[] =>
  objects(of.extension).filter(one => one.url === `${CANONICAL_BASE}/StructureDefinition/part2-${name}`);

/** A written consent has all items of 42 CFR 2.31, and is given to the program whose records it is about. */
function isWritten(consent: AnyResource, owner: string): boolean {
  const provisions = objects(consent.provision);
  for (let at = 0; at < provisions.length; at += 1) provisions.push(...objects(provisions[at]!.provision));
  const said = (name: string) => [consent, ...provisions].flatMap(one => extensionsIn(one, name));
  const told = (code: string) => said('statement').some(one => one.valueCode === code);
  const purposes = provisions.flatMap(one => objects(one.purpose)).map(one => String(one.code));
  const tpo = [...new Set(purposes)].sort().join() === 'HOPERAT,HPAYMT,TREAT';
  const what =
    said('all-records').length > 0 ||
    provisions.some(one => one.securityLabel ?? one.class ?? one.code ?? one.data);
  const whom = provisions.flatMap(one => objects(one.actor)).some(one => hasCode(one.role, 'IRCP'));
  const ends = said('expiry-event').length > 0 || provisions.some(one => objects(one.period)[0]?.end);
  const signed = objects(consent.verification).some(one => one.verified === true && one.verificationDate);
  return [
    hasCode(consent.policyRule, '42CFRPart2CD'),
    names(consent.organization, `Organization/${owner}`),
    what,
    whom || said('recipient-class').length > 0,
    purposes.length > 0,
    told('revocation'),
    !tpo || (told('redisclosure') && told('refusal')),
    tpo || ends,
    signed,
    consent.dateTime !== undefined,
    !purposes.includes('HLEGAL') || purposes.every(one => one === 'HLEGAL'),
  ].every(Boolean);
}
