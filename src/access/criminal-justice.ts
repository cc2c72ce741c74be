// A consent that the criminal justice system made a condition of (42 CFR 2.35): to officials by name, and, where the
// program says so, not to be revoked before an event. R4 has no word for any of it.
// https://www.ecfr.gov/current/title-42/section-2.35
import { extensionUrl } from '../fhir/canonical.ts';
import { localId } from '../fhir/reference.ts';
import type { Consent, ConsentProvision, Extension } from '../fhir/types.ts';

const REFERRAL = extensionUrl('part2-criminal-justice');
const IRREVOCABLE = extensionUrl('part2-irrevocable');
const EVENT_ON = extensionUrl('part2-event-on');

/** Of whatever value but false: what is said badly must not make it an ordinary consent. */
const isMarked = (extensions: readonly Extension[] | undefined, url: string): boolean =>
  (extensions ?? []).some(one => one.url === url && one.valueBoolean !== false);

export const isReferral = ({ extension }: Consent): boolean => isMarked(extension, REFERRAL);

/** 2.35(a)(1): every recipient is a person or an office by reference. */
export const namesOfficials = (provisions: readonly ConsentProvision[], base: string | undefined): boolean =>
  provisions
    .filter(one => one.type !== 'deny')
    .flatMap(one => one.actor ?? [])
    .every(({ reference }) =>
      ['Practitioner', 'Organization'].some(type => localId(reference?.reference, type, base) !== undefined),
    );

/** 2.35(c): it stands until the event that it names, and that has not happened as far as is said. */
export const isIrrevocable = (consent: Consent): boolean => isKept(consent) && !saysWhen(consent);

const isKept = (consent: Consent): boolean => isReferral(consent) && isMarked(consent.extension, IRREVOCABLE);
const saysWhen = ({ extension = [] }: Consent): boolean =>
  extension.some(one => one.url === EVENT_ON && one.valueDate !== undefined);

/**
 * Would this revoke or delete (`after` absent) a consent before its event, or take off the mark that keeps it? By what is
 * there, or by what is sent. What was entered in error may be ended.
 */
export function endsTooEarly(before: Consent | undefined, after: Consent | undefined): boolean {
  if (after?.status === 'entered-in-error') return false;
  if (after?.status === 'inactive' && isIrrevocable(after)) return true;
  if (before?.status !== 'active' || !isIrrevocable(before)) return false;
  return after === undefined || !(hasHappened(after) || (after.status === 'active' && isIrrevocable(after)));
}

/** It still is such a consent, and says when the event happened. */
const hasHappened = (consent: Consent): boolean => isKept(consent) && saysWhen(consent);

export const TOO_EARLY =
  'By 42 CFR 2.35(c) this consent may be revoked once the event that it names has happened. Where it has, the Consent says ' +
  'on what day (extension part2-event-on).';
