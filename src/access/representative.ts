// Representatives, 42 CFR 2.14 and 2.15: a parent or guardian of a minor, and whoever acts for an adult who cannot.
// A representative sees what the person would see (2.23), while the program's own RelatedPerson says that it is one,
// and while the person is of an age at which that counts. Both are lines that are compiled when a resource is
// written (roster.ts) and asked inside the query; decide reads nothing of a person.
//
// Whether a minor alone may consent to treatment, and from which age, is the law of the state in which the program
// is: so it is configured for each program. Where a minor may, what the minor is treated for is nobody else's to see
// (2.14(b)); where nothing is configured, a guardian of a minor sees nothing.
// https://www.ecfr.gov/current/title-42/section-2.14 https://www.ecfr.gov/current/title-42/section-2.15
import { extensionUrl } from '../fhir/canonical.ts';
import { parseDateRange } from '../fhir/date-range.ts';
import { isId } from '../fhir/id.ts';
import { localId } from '../fhir/reference.ts';
import type { AnyResource, CodeableConcept, Extension, Period } from '../fhir/types.ts';
import type { Predicate } from '../search/ast.ts';
import type { ConsentRule } from '../store/port/derived.ts';
import { relatedActor } from './actor.ts';
import type { Principal } from './grant.ts';
import { ALWAYS, periodOf } from './period.ts';
import { allOf, anyOf, NONE } from './rule.ts';

/** Stand where a line of a Consent has its purpose: who acts for a minor, who for an adult. */
export const GUARDIAN = 'guardian';
export const AGENT = 'agent';
/** The same of a Patient's own lines: in force until the day of the birth, and from that day on. */
export const UNBORN = 'unborn';
export const BORN = 'born';

/** Stands where lines have a name (actor.ts). */
const AGES = 'Patient/age';

/** Years at which nobody is a minor any more. */
const OF_AGE = 18;

const DAY = 86_400_000;
const ROLE_CODE = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
/** The program knows that the person cannot decide, and that this one may for it. */
const INCAPACITY = extensionUrl('part2-incapacity');

/** Program -> age from which a minor alone may consent to treatment there. */
export type ConsentAges = Readonly<Record<string, number>>;

/** The caller with the age that counts for it; the very same object where none does. */
export const withConsentAge = (principal: Principal, ages: ConsentAges): Principal =>
  principal.role === 'representative' && Object.hasOwn(ages, principal.organization)
    ? { ...principal, consentAge: ages[principal.organization]! }
    : principal;

/** `at`: ms. */
export function representativeRule(principal: Principal, at: number): Predicate {
  const { role, organization, patient, relatedPerson, consentAge } = principal;
  if (role !== 'representative' || !isId(patient) || !isId(relatedPerson)) return NONE;
  const line = (actor: string, purpose: string, when: number): Predicate => ({
    kind: 'consent',
    actor,
    purposes: [purpose],
    at: when,
    roster: true,
  });
  const actor = relatedActor(relatedPerson);
  const minor =
    consentAge === undefined
      ? NONE
      : allOf(line(actor, GUARDIAN, at), line(AGES, UNBORN, yearsBefore(at, consentAge)));
  const adult = allOf(line(actor, AGENT, at), line(AGES, BORN, yearsBefore(at, OF_AGE)));
  return allOf({ kind: 'owner', organization }, { kind: 'person', patient }, anyOf(minor, adult));
}

/**
 * The day (UTC) so many years before, at its start: who was born on it has a birthday today. Of a day that the
 * year had not, the one before: who was born on March 1 is no year older on February 29.
 */
export function yearsBefore(at: number, years: number): number {
  const today = new Date(at);
  const [year, month] = [today.getUTCFullYear() - years, today.getUTCMonth()];
  const last = new Date(Date.UTC(2000, month + 1, 0));
  last.setUTCFullYear(year, month + 1, 0);
  const day = new Date(0);
  day.setUTCFullYear(year, month, Math.min(today.getUTCDate(), last.getUTCDate()));
  return day.getTime();
}

interface Related {
  id?: string;
  active?: boolean;
  patient?: { reference?: string };
  relationship?: readonly CodeableConcept[];
  period?: Period;
  extension?: readonly Extension[];
}

/** For whom a RelatedPerson acts. One that does not say that it is active acts for nobody. */
export function relatedLines(related: AnyResource, base?: string): ConsentRule[] {
  const { id, active, patient: reference, relationship, period: stated, extension } = related as Related;
  const patient = localId(reference?.reference, 'Patient', base);
  const period = periodOf(stated);
  if (active !== true || !isId(id) || patient === undefined || period === undefined) return [];
  const codes = (relationship ?? [])
    .flatMap(({ coding = [] }) => coding)
    .filter(({ system }) => system === ROLE_CODE)
    .map(({ code = '' }) => code);
  const incapacity = (extension ?? []).some(one => one.url === INCAPACITY && one.valueBoolean === true);
  const agent = codes.includes('HPOWATT') || (codes.includes('GUARD') && incapacity);
  const guardian = codes.includes('GUARD') || codes.includes('PRN');
  const purposes = [...(guardian ? [GUARDIAN] : []), ...(agent ? [AGENT] : [])];
  const actor = relatedActor(id);
  return purposes.map(purpose => ({ patient, effect: 'permit', actor, purpose, ...period }));
}

interface Person {
  id?: string;
  birthDate?: string;
  deceasedBoolean?: boolean;
  deceasedDateTime?: string;
}

/**
 * When a person was born. Of a month or a year only what is certain: younger than what was born on its first day,
 * as old as what was born on its last. Nobody represents the dead here (2.15(b)).
 */
export function ageLines(person: AnyResource): ConsentRule[] {
  const { id, birthDate, deceasedBoolean, deceasedDateTime } = person as Person;
  const range = birthDate === undefined ? undefined : parseDateRange(birthDate);
  if (!isId(id) || range === undefined || deceasedBoolean === true || deceasedDateTime !== undefined)
    return [];
  const line = { patient: id, effect: 'permit' as const, actor: AGES };
  return [
    { ...line, purpose: UNBORN, from: ALWAYS.from, to: range.low },
    { ...line, purpose: BORN, from: range.high - DAY, to: ALWAYS.to },
  ];
}
