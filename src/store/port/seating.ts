// Booking, as far as a store has to know of it: what an Appointment asks of a Slot and what a Slot has to give.
// The rule itself is store/unit/seating.ts, which runs in every commit; these say what it looks at.
import type { Grant } from '../../access/grant.ts';
import type { Clause } from '../../search/ast.ts';
import type { AuditDraft } from './audit.ts';

/** What an Appointment says of its place. */
export interface SeatAsk {
  /** Logical ids of the Slots of this server that it names. */
  slots: readonly string[];
  /** Where it names none: business keys of Slots whose session's identifier it has. */
  sessions: readonly string[];
  /** It takes a seat, or a turn in the waiting list; absent where it does neither (proposed, cancelled, ...). */
  wants?: 'seat' | 'turn';
  /** It tells who came and who did not: once the Slot has begun that is so, whoever had the seat. */
  settled?: true;
  /** Logical id of the Appointment that it makes up for, as long as it stands itself. */
  makesUpFor?: string;
}

export interface SeatOffer {
  /** Absent: nobody limits them. */
  seats?: number;
  /** Seats may be taken: nobody blocked it. */
  open: boolean;
  /** ms since the epoch; NaN where it does not say. From then on nobody is moved up. */
  begins: number;
  /** Slot.status is one that says whether seats are left; absent where it says something else. */
  status?: 'free' | 'busy';
}

/** The program itself, where the server acts in its name. */
export interface Desk {
  grant: Grant;
  /** Of the row that tells of it, without the versions. */
  audit: AuditDraft;
}

export interface Seating {
  /** Of stored bodies. */
  asks(appointment: string): SeatAsk;
  offers(slot: string): SeatOffer;
  /** An Appointment was missed or cancelled: another one may make up for it. */
  missed(appointment: string): boolean;
  /** Business keys that `asks` may ask for; a hint. */
  keysIn(body: string): readonly string[];
  /**
   * Criteria, each alone, by which the Appointments of a Slot are found. `keys`: that claim the Slot. Asked once of a
   * Slot that is older than the count of its seats.
   */
  clauses(slot: string, keys: readonly string[]): readonly Clause[];
  /**
   * The business key by which the program's session record knows the Appointment of a person: made of the keys that
   * claim the Slot and the Patient. Undefined where either is of no record.
   */
  recordKey(slot: readonly string[], person: readonly string[]): string | undefined;
  /** Of the Organization whose record it is. */
  desk(owner: string): Desk;
}
