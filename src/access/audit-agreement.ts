// Audit and evaluation, 42 CFR 2.53: an auditor reads a program's records, without anybody's consent, while an
// agreement between the two is in force, for the purpose that it names. What the auditor sees goes back to the
// program and to nobody else.
// https://www.ecfr.gov/current/title-42/section-2.53
import type { Predicate } from '../search/ast.ts';
import type { AgreementEntry } from '../store/registry.ts';
import type { Principal } from './grant.ts';
import { anyOf } from './rule.ts';

/** v3-ActReason: what an agreement may be for. */
export const AUDIT_PURPOSES: ReadonlySet<string> = new Set(['HACCRED', 'HCOMPL', 'HQUALIMP']);

/** What is said wherever something of such a record goes out. */
export const AUDIT_NOTICE =
  'Seen under an audit and evaluation agreement (42 CFR 2.53): to be disclosed to nobody but the program, and used for ' +
  'nothing but the audit or evaluation.';
export const NO_COPIES = 'No copies are to be kept.';

/** What is recorded with a beginning and an end. `at`: ms. */
export const isInForce = (
  { from, until, ended = until }: { from: number; until: number; ended?: number },
  at: number,
): boolean => from <= at && at < until && at < ended;

/** Those that a caller may act by. */
export const agreementsOf = (
  { client, organization, role, purposes }: Principal,
  agreements: readonly AgreementEntry[],
  at: number,
): AgreementEntry[] =>
  role === 'auditor'
    ? agreements
        .filter(one => one.client === client || one.organization === organization)
        .filter(one => AUDIT_PURPOSES.has(one.purpose) && purposes.includes(one.purpose))
        .filter(one => isInForce(one, at))
    : [];

export const agreementRule = ({ agreements = [] }: Principal): Predicate =>
  anyOf(...agreements.map(({ program }): Predicate => ({ kind: 'owner', organization: program })));
