// What a MongoDB store holds. Every document that tells of a person lies in the partition of the
// Organization whose record it is, so that a caller's question names its partitions before anything else,
// and a shard holds what is asked together.
//
// Bodies are text. Index values stand in one array, `values`, of { k, v, w, s, u }; a compound index may
// hold one array only, so people stand beside it as one text, `who`.
import type { IndexValue, Terms } from '../port/derived.ts';
import type { Version } from '../port.ts';

/** `Type/id`. */
export type Name = string;

/** Of `who`: several people, or one that cannot be told. */
export const SEVERAL = '*';
/** Of `partition` and `who`: nobody. */
export const NOBODY = '';

/** One index value. Short names: they are written some dozen times in every resource. */
export interface ValueDocument {
  /** The parameter: its key, without the type where it starts with it. */
  k: string;
  /** What is sought: code, folded text, least ms or number, `Type/id`, URI. */
  v: string | number;
  /** token: system; string: as written, where that differs; date, number, quantity: the upper end. */
  w?: string | number;
  /** quantity: system and code. */
  s?: string;
  u?: string;
}

/** The current version of a resource (`resource`), or a past one as it was then (`history`). */
export interface ResourceDocument {
  /** `Type/id`; in the history `Type/id/version`. */
  _id: string;
  /** The owner where it names anybody (`patients`), else NOBODY: the directory is one partition. */
  partition: string;
  /**
   * The one person among `patients` and the Patients that its reference values point at; SEVERAL; NOBODY.
   * So a search for a Patient finds what it seeks under that id or under SEVERAL, and nowhere else.
   */
  who: string;
  type: string;
  id: string;
  version: number;
  seq: number;
  created: number;
  owner: string;
  source: string;
  writer: string;
  /** The first version that another than the source wrote. */
  foreignFrom?: number;
  /** source and owner differ. Absent otherwise. */
  foreign?: true;
  patients: string[];
  deleted: boolean;
  body: string;
  /** A tombstone keeps those of the last live version. */
  values: ValueDocument[];
  /**
   * The one value of the type's main date (see MAIN_DATE), ms: in the order of this pages are read. Absent
   * where there is none; -Infinity and Infinity where there are several, so that every range reaches it.
   */
  dateLow?: number;
  dateHigh?: number;
  /** Of a main date that is not long: its start, in days since the epoch. */
  day?: number;
  /** The main date is longer than ORDINARY_SPAN: by its start it cannot be found. Absent otherwise. */
  long?: true;
  /** Actors that its own rules name, where the owner wrote them. Absent where there are none. */
  names?: string[];
  /** Derived.marks. Absent where there are none. */
  marks?: string[];
}

/** `place`: where a resource is kept, and the claim to its name: unique over all shards. */
export interface PlaceDocument {
  _id: Name;
  partition: string;
  who: string;
}

/** `rule`: a line of a Consent whose owner is its last writer. */
export interface RuleDocument {
  /** `Type/id#n` of the Consent. */
  _id: string;
  consent: Name;
  owner: string;
  person: string;
  permit: boolean;
  /** '' on a deny: everybody. */
  actor: string;
  /** '' on a deny: every purpose. */
  purpose: string;
  /** In force from <= t < to, ms. */
  from: number;
  to: number;
  /** false once the Consent is deleted. */
  live: boolean;
  /** See ConsentRule. */
  rank: number;
  terms?: Terms;
  /** The Consent names several people. Absent otherwise. */
  shared?: true;
}

/**
 * `tie`: in this owner's partition there is something that this other Organization wrote, or a person
 * whose Consent names it. Only ever added: it says where to look, never what may be seen.
 */
export interface TieDocument {
  /** `organization owner`. */
  _id: string;
  organization: string;
  owner: string;
}

/** `claim`: a business key. */
export interface ClaimDocument {
  _id: string;
  name: Name;
  /** The version that an import last wrote, 0 before. */
  imported: number;
}

/** `mark`: an imported record. */
export interface MarkDocument {
  _id: string;
  digest: string;
  /** Claim keys, sorted. */
  parts: string[];
}

/** `lock`: criteria that one unit at a time settles; removed an hour after their last use. */
export interface LockDocument {
  _id: string;
  used: Date;
}

/** `rate`: requests of a caller in a minute, over all servers; removed when that is long over. */
export interface RateDocument {
  /** A keyed hash: whose it is, only the servers can tell. */
  _id: string;
  sum: number;
  until: Date;
}

export interface OrganizationDocument {
  _id: string;
  prefix: string;
  program: boolean;
  part2: boolean;
}

/** `client`: who may call. */
export interface ClientDocument {
  _id: string;
  /** Canonical JSON of the ClientEntry. */
  entry: string;
}

/** `jti`: an assertion that was used; removed when it is over. */
export interface JtiDocument {
  _id: { client: string; jti: string };
  expires: Date;
}

/** `revocation`: an access token that was revoked; `expires` in ms. */
export interface RevocationDocument {
  _id: string;
  expires: number;
}

/** `exception`: an exception of 42 CFR Part 2 that was written down. */
export interface ExceptionDocument {
  _id: string;
  kind: string;
  /** Canonical JSON of the ExceptionEntry. */
  entry: string;
}

/** `sync`: what is kept of a sync with another server. */
export interface SyncDocument {
  /** Its key. */
  _id: string;
  value: string;
}

export interface FactDocument {
  _id: string;
  value: string;
}

/** `audit`: a row of one writer's chain. */
export interface AuditDocument {
  /** `writer/number`. */
  _id: string;
  writer: string;
  number: number;
  at: number;
  /** Canonical JSON of the draft. */
  draft: string;
  hash: string;
  /** Whom it concerns: what it is found by (keysOf in audit/row.ts). Not hashed: it follows from the draft. */
  keys: string[];
}

/**
 * `lane`: a place in which one unit runs at a time. `_id` is its slot: every seq it gives leaves this
 * remainder when divided by SLOTS, so that two lanes never give the same one. See lanes.ts.
 */
export interface LaneDocument {
  _id: number;
  /** The process that has it (`holder`), '' for none. */
  holder: string;
  /** Raised with every new holder. */
  epoch: number;
  /** Where a unit is under way: no seq it gives is below this. */
  open: number | null;
  /** No seq that was committed in this lane is above this. */
  last: number;
  /** Its audit chain, and where that ends. */
  writer: string;
  number: number;
  hash: string;
}

/**
 * `holder`: a process that has the store open. Its lanes are its own until its time is over. Apart from
 * them, so that prolonging it never stands in the way of a unit that is under way.
 */
export interface HolderDocument {
  _id: string;
  /** By the server's clock. */
  until: Date;
}

/** How many lanes there can be: servers times lanes of each. */
export const SLOTS = 256;

/** The date parameter by which a type is mostly read; of all others it is `date`. */
const MAIN_DATE: Readonly<Record<string, string>> = {
  Condition: 'onset-date',
  Goal: 'start-date',
  MedicationRequest: 'authoredon',
  Patient: 'birthdate',
  ServiceRequest: 'authored',
  Task: 'authored-on',
  QuestionnaireResponse: 'authored',
  Coverage: 'period',
  Slot: 'start',
};

/** ms: a day and an hour. */
export const ORDINARY_SPAN = 90_000_000;

/** Of a moment in ms: days since the epoch. */
export const dayOf = (ms: number): number => Math.floor(ms / 86_400_000);

/** `k` of a type's main date. */
export const mainDate = (type: string): string => MAIN_DATE[type] ?? 'date';

/** `k` of a parameter key. */
export const valueKey = (type: string, key: string): string =>
  key.startsWith(`${type}.`) ? key.slice(type.length + 1) : key;

export function toValueDocument(type: string, value: IndexValue): ValueDocument {
  const k = valueKey(type, value.key);
  switch (value.type) {
    case 'token':
      return value.system === '' ? { k, v: value.code } : { k, v: value.code, w: value.system };
    case 'string':
      return value.exact === value.norm ? { k, v: value.norm } : { k, v: value.norm, w: value.exact };
    case 'date':
    case 'number':
      return { k, v: value.low, w: value.high };
    case 'quantity':
      return { k, v: value.low, w: value.high, s: value.system, u: value.code };
    case 'reference':
      return { k, v: value.target };
    case 'uri':
      return { k, v: value.uri };
  }
}

/** What is derived from a live version, as its document holds it. */
export function derivedFields(
  type: string,
  owner: string,
  values: readonly IndexValue[],
  patients: readonly string[],
): Pick<
  ResourceDocument,
  'partition' | 'who' | 'patients' | 'values' | 'dateLow' | 'dateHigh' | 'day' | 'long'
> {
  const persons = [...new Set(patients)];
  const documents = values.map(value => toValueDocument(type, value));
  return {
    partition: persons.length === 0 ? NOBODY : owner,
    who: whoOf(persons, values),
    patients: persons,
    values: documents,
    ...mainDates(type, documents),
  };
}

function whoOf(patients: readonly string[], values: readonly IndexValue[]): string {
  const all = new Set(patients);
  for (const value of values) {
    if (value.type === 'reference' && value.target.startsWith('Patient/'))
      all.add(value.target.slice('Patient/'.length));
  }
  if (all.size === 0) return NOBODY;
  const [sole] = all;
  return all.size === 1 && sole !== SEVERAL && sole !== NOBODY ? sole! : SEVERAL;
}

function mainDates(
  type: string,
  values: readonly ValueDocument[],
): Pick<ResourceDocument, 'dateLow' | 'dateHigh' | 'day' | 'long'> {
  const main = mainDate(type);
  const dates = values.filter(value => value.k === main && typeof value.v === 'number');
  const [only] = dates;
  if (only === undefined) return {};
  if (dates.length > 1) return { dateLow: -Infinity, dateHigh: Infinity, long: true };
  const dateLow = only.v as number;
  const dateHigh = only.w as number;
  return {
    dateLow,
    dateHigh,
    ...(dateHigh - dateLow > ORDINARY_SPAN ? { long: true } : { day: dayOf(dateLow) }),
  };
}

export function toVersion(document: ResourceDocument): Version {
  const { type, id, version, seq, created, owner, source, writer, patients, deleted, body } = document;
  return { type, id, version, seq, created, owner, source, writer, patients, deleted, body };
}
