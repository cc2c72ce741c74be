// A court order with a subpoena, 42 CFR 2.61-2.67: those to whom it orders disclosure see, for legal proceedings and
// with nobody's consent, what it names of the one person in the record of the one program. An order alone does not
// compel anybody to disclose (2.61(b)), so that both are recorded.
// https://www.ecfr.gov/current/title-42/part-2/subpart-E
import type { Clause, Param, Predicate } from '../search/ast.ts';
import { paramOf } from '../search/registry.ts';
import { CLINICAL_DATES } from '../search/terms.ts';
import type { CourtOrderEntry } from '../store/registry.ts';
import { isInForce } from './audit-agreement.ts';
import type { Principal } from './grant.ts';
import { LEGAL } from './purpose.ts';
import { allOf, anyOf } from './rule.ts';

/** Who is asked, who looked, and lists of several people: of no order. */
const NEVER: ReadonlySet<string> = new Set(['AuditEvent', 'Consent', 'Group']);

const datesOf = (type: string): Param[] =>
  CLINICAL_DATES.flatMap(code => paramOf(type, code) ?? []).filter(param => param.type === 'date');

/** May an order name this type, and by dates? Who somebody is has no date. */
export const isOrderable = (type: string): boolean => !NEVER.has(type);
export const isDated = (type: string): boolean => type === 'Patient' || datesOf(type).length > 0;

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

/** It says when it is from, and all of that lies between the dates (as Made says of Consents: search/terms.ts). */
function within(type: string, { from, to }: { from: number; to: number }): Predicate {
  if (type === 'Patient') return { kind: 'all' };
  const outside = [
    { kind: 'date' as const, prefix: 'lt' as const, low: from, high: from },
    { kind: 'date' as const, prefix: 'gt' as const, low: to, high: to },
  ];
  const dates = datesOf(type);
  return allOf(
    anyOf(...dates.map(param => clause({ kind: 'missing', param, missing: false }))),
    ...dates.map(param => clause({ kind: 'param', param, modifier: 'not', values: outside })),
  );
}

const clause = (of: Clause): Predicate => ({ kind: 'clause', clause: of });
