// The desk of a program: the program itself, where the server acts in its name. It moves up who waits for a seat and
// keeps Slot.status true (store/unit/seating.ts), as one of the program's systems could, and does nothing else.
import type { Ids } from '../fhir/id.ts';
import type { Desk } from '../store/port/seating.ts';
import { decide } from './decide.ts';
import type { Principal, StaffAccess } from './grant.ts';
import { parseScopes } from './scope.ts';

/** How audit rows call it. */
export const DESK_CLIENT = 'booking';

const SCOPES = parseScopes('system/Appointment.ru system/Slot.ru');

/** `at`: now, ms since the epoch. */
export function deskOf(program: string, given: { at: number; staff: StaffAccess; ids: Ids }): Desk {
  const principal: Principal = {
    client: DESK_CLIENT,
    organization: program,
    role: 'program',
    scopes: SCOPES,
    purposes: [],
    idSpace: { prefix: `${program}-`, others: [] },
  };
  const asked = ['Appointment', 'Slot'].map(type => ({ type, use: 'update' }) as const);
  const grant = decide(principal, asked, given.at, given.staff);
  return {
    grant,
    audit: {
      request: given.ids(),
      client: DESK_CLIENT,
      organization: program,
      role: principal.role,
      action: 'booking',
      outcome: 'ok',
      reasons: grant.reasons,
      patients: [],
      versions: [],
    },
  };
}
