// Which rows of the audit trail a caller reads.
import { isId } from '../fhir/id.ts';
import type { AuditReach, Principal } from './grant.ts';
import { scopesReach } from './scope.ts';

/**
 * The audit trail tells who looked at whom, so it has a rule of its own, beside scopes for AuditEvent:
 *   program   what went out of its records, whoever asked, and what its own clients did; staff who see but
 *             some of its people no row, for the rows tell who the others are;
 *   auditor   the same of the Organization that it audits, and nothing but this: no record, no counselling note, no other trail;
 *   patient   what names that person; of counselling notes, which are not for it, what went to others.
 *   ehr       no event, but what went out through its Organization where that is an intermediary can be listed (2.24).
 * Everybody else, outside Organizations among them, reads no row, not even of what they did themselves.
 */
export function auditReach(principal: Principal, seesWhole: boolean): AuditReach {
  const { role, organization, patient, emergency } = principal;
  // A scope with a query is about resources; rows are none, so that it says nothing of them.
  const bounds = (['read', 'search'] as const).map(use => scopesReach(principal, 'AuditEvent', use).kind);
  const whole = bounds.includes('all');
  if (role === 'program' && seesWhole) return whole ? { kind: 'organization', organization } : NO_ROWS;
  if (role === 'auditor') return whole ? { kind: 'organization', organization, withoutNotes: true } : NO_ROWS;
  if (role === 'ehr' && emergency === undefined) return whole ? { kind: 'through', organization } : NO_ROWS;
  if (role !== 'patient' || patient === undefined || !isId(patient)) return NO_ROWS;
  return whole || bounds.includes('person') ? { kind: 'patient', patient } : NO_ROWS;
}

/** Does it hold AuditEvents? */
export const reachesEvents = ({ kind }: AuditReach): boolean => kind !== 'none' && kind !== 'through';

const NO_ROWS: AuditReach = { kind: 'none' };
