// A court order with a subpoena, 42 CFR 2.61-2.67: those to whom it orders disclosure see, for legal proceedings and
// with nobody's consent, what it names of the one person in the record of the one program. An order alone does not
// compel anybody to disclose (2.61(b)), so that both are recorded.
// https://www.ecfr.gov/current/title-42/part-2/subpart-E
import type { Predicate } from '../search/ast.ts';
import { paramOf } from '../search/registry.ts';
import type { CourtOrderEntry } from '../store/registry.ts';
import { isInForce } from './audit-agreement.ts';
import type { Principal } from './grant.ts';
import { LEGAL } from './purpose.ts';
import { allOf, anyOf, NONE } from './rule.ts';

/** Who is asked, who looked, and lists of several people: of no order. */
const NEVER: ReadonlySet<string> = new Set(['AuditEvent', 'Consent', 'Group']);

/** The search parameter that says when something was; of all others it is `date`. */
const CLINICAL_DATE: Readonly<Record<string, string>> = {
  Communication: 'sent',
  Condition: 'onset-date',
  Goal: 'start-date',
  MedicationRequest: 'authoredon',
  MedicationStatement: 'effective',
  MedicationAdministration: 'effective-time',
  QuestionnaireResponse: 'authored',
  ServiceRequest: 'authored',
  Specimen: 'collected',
  Task: 'authored-on',
};

const dateOf = (type: string) => paramOf(type, CLINICAL_DATE[type] ?? 'date');

/** May an order name this type, and by dates? Who somebody is has no date. */
export const isOrderable = (type: string): boolean => !NEVER.has(type);
export const isDated = (type: string): boolean => type === 'Patient' || dateOf(type) !== undefined;

/** Those that a caller may act by. `at`: ms. */
export const ordersOf = (
  { organization, purposes }: Principal,
  orders: readonly CourtOrderEntry[],
  at: number,
): CourtOrderEntry[] =>
  purposes.includes(LEGAL)
    ? orders.filter(one => one.organization === organization && isInForce(one, at))
    : [];

export const orderRule = ({ orders = [] }: Principal, type: string): Predicate =>
  anyOf(
    ...orders
      .filter(({ types }) => isOrderable(type) && types.includes(type))
      .map(({ program, patient, dates }) =>
        allOf(
          { kind: 'owner', organization: program },
          { kind: 'person', patient },
          dates === undefined ? { kind: 'all' } : within(type, dates),
        ),
      ),
  );

/** All of it lies between the dates; what has no date is not named. */
function within(type: string, { from, to }: { from: number; to: number }): Predicate {
  if (type === 'Patient') return { kind: 'all' };
  const param = dateOf(type);
  if (param === undefined) return NONE;
  const values = [{ kind: 'date' as const, prefix: 'eq' as const, low: from, high: to }];
  return { kind: 'clause', clause: { kind: 'param', param, values } };
}
