// What every program concept is made of. A concept is one file that says how a program's record becomes
// FHIR resources and how these become the record again. Pure: no clock, no ids, no store.
import type { AnyResource } from '../fhir/types.ts';

/** Common part of every program record. */
export interface RecordEnvelope {
  kind: string;
  /** The program's own key: unique per program and kind. */
  id: string;
  /** Logical id of the program's Organization. */
  program: string;
  /** When the program recorded it (instant). */
  recordedAt?: string;
}

/**
 * One resource of a record, without id: logical ids are the server's. Of meta at most labels in `security`, which
 * count when it is first written: later ones are nobody's to lower (PERSISTLABEL).
 */
export interface Part {
  /** Tells the resources of one record apart (`''` for the main one, `appointment/c7`). Stable over re-imports. */
  role: string;
  resource: AnyResource;
}

/** A change of a resource that another record made (attendance sets the status of the session's Appointment). */
export interface Amendment {
  kind: string;
  id: string;
  role: string;
  /**
   * Gives the resource as it should be. Returns a Problem where what stands there contradicts the record
   * (cancelled by an EHR, attended by the record): that is a conflict and nothing is written.
   */
  apply(current: AnyResource): AnyResource | Problem;
}

/** Something wrong with a record: where (JSON path within the record, `minutes`, `analytes[2].code`) and what. */
export interface Problem {
  path: string;
  message: string;
}

/** Turns record keys into references. Throws nothing: an unknown key is found when the plan is committed. */
export interface Links {
  /** Reference text (`Patient/...` or a placeholder) of the resource that record `kind`/`id` made in `role`. */
  to(kind: string, id: string, role?: string): string;
}

/** The way back: which record made the resource that a reference names. */
export interface Names {
  of(reference: string): { kind: string; id: string; role: string } | undefined;
  /** All of them, where several records mean the same one; absent: there is one at most. */
  all?(reference: string): readonly { kind: string; id: string; role: string }[];
  /** The program whose records these are. */
  program: string;
}

export interface Concept<R extends RecordEnvelope = RecordEnvelope> {
  /** `session`, `urine-screen`, ... : kebab-case, the `kind` of its records. */
  kind: string;
  /** One line for people: shown at /iop/schema. */
  title: string;
  /** JSON Schema (2020-12 keywords that draft-07 shares) of the record, envelope included, closed to unknown properties. */
  schema: Readonly<Record<string, unknown>>;
  /** Resource types its records make, for documentation and the README's table. */
  makes: readonly string[];
  /** What the schema cannot say (end after start, minutes within the session). */
  check(record: R): Problem[];
  toFhir(record: R, links: Links): Part[];
  amend?(record: R, links: Links): Amendment[];
  /**
   * The record that these parts (and amended resources, under `amended/` + role) say. Elements that no
   * record field carries are ignored. Equal to the record for what toFhir made, recordedAt included.
   */
  fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): R;
}
