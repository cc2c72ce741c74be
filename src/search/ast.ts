// What a query means, as data: no HTTP text above it, no SQL or filter document below it.
// parse.ts makes a Search, plan.ts narrows it by a Grant into a Plan, store adapters compile a Plan,
// match.ts answers the same Plan for one resource in memory.

export type ParamType = 'token' | 'string' | 'date' | 'reference' | 'quantity' | 'number' | 'uri';

/** A search parameter of one resource type, as the registry holds it. */
export interface Param {
  /** `code`, `_tag`, ... : the name in a URL. */
  code: string;
  /** `Observation.code`: type and code, the key of its index values. */
  key: string;
  type: ParamType;
  /** For references: the resource types that may be pointed at; empty where any may. */
  targets: readonly string[];
}

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/** One value of a clause. Dates are milliseconds since the epoch, half open: low <= t < high. */
export type Value =
  /** system: absent = any, '' = none (`|code`). code: absent = any (`system|`), folded to lower case. */
  | { kind: 'token'; system?: string; code?: string }
  /** norm: folded (see search/param/string.ts); exact: as written. */
  | { kind: 'string'; norm: string; exact: string }
  | { kind: 'date'; prefix: Prefix; low: number; high: number }
  /** keys: every index key that answers it (`Patient/1`, a URL); an id without type has several. */
  | { kind: 'reference'; keys: readonly string[] }
  /** low and high: the interval that the written precision stands for; value: the number itself. */
  | { kind: 'number'; prefix: Prefix; value: number; low: number; high: number }
  | {
      kind: 'quantity';
      prefix: Prefix;
      value: number;
      low: number;
      high: number;
      system?: string;
      code?: string;
    }
  | { kind: 'uri'; uri: string };

export type Modifier = 'exact' | 'contains' | 'not';

/** One search criterion. The values of a `param` clause are alternatives (OR); clauses are ANDed. */
export type Clause =
  | { kind: 'param'; param: Param; modifier?: Modifier; values: readonly Value[] }
  | { kind: 'missing'; param: Param; missing: boolean }
  | { kind: 'id'; ids: readonly string[] }
  /** Microseconds since the epoch, half open, alternatives. */
  | { kind: 'updated'; values: readonly { prefix: Prefix; low: number; high: number }[] };

/** `updated` sorts by lastUpdated, `id` by logical id. */
export type SortKey =
  | { by: 'param'; param: Param; descending: boolean }
  | { by: 'updated' | 'id'; descending: boolean };

export interface Include {
  /** `reverse`: _revinclude. */
  direction: 'forward' | 'reverse';
  /** The type that holds the reference. */
  source: string;
  param: Param;
  /** Only targets of this type (`_include=Encounter:subject:Patient`). */
  target?: string;
  /** Not named, but one of all there are (`Encounter:*`). */
  any?: true;
}

export type Summary = 'true' | 'text' | 'data' | 'count' | 'false';

export interface Search {
  type: string;
  clauses: readonly Clause[];
  sort: readonly SortKey[];
  /** Matches a page; 0 asks for the count alone. */
  count: number;
  summary: Summary;
  elements: readonly string[];
  /** none: only where it costs nothing; accurate and estimate are both counted. */
  total: 'none' | 'estimate' | 'accurate';
  includes: readonly Include[];
  /** The parameters in effect, in order, for the self link. */
  applied: readonly (readonly [name: string, value: string])[];
  /** What was ignored under lenient handling, in words without values. */
  ignored: readonly string[];
}

/**
 * Which resources a caller may reach, as data that adapters compile into the query itself.
 * `consent` and `names` are answered by EXISTS over the rules that Consents were compiled to when
 * they were written (see store/port/derived.ts, ConsentRule).
 */
export type Predicate =
  | { kind: 'all' }
  | { kind: 'none' }
  | { kind: 'and'; of: readonly Predicate[] }
  | { kind: 'or'; of: readonly Predicate[] }
  /** Its owner is this Organization. */
  | { kind: 'owner'; organization: string }
  /** Created by this Organization and, up to the version in question, written by nobody else. */
  | { kind: 'source'; organization: string }
  /**
   * It names at least one person, and every person it names has, among the rules of its owner that hold `at`
   * (ms) for this actor, one of these purposes and this resource (their terms), a permit of a higher rank than
   * any deny. Of a roster permits alone are asked: no Consent takes anybody off a list that the owner keeps.
   */
  | {
      kind: 'consent';
      actor: string;
      /** What the actor goes by besides: `Practitioner/id`, a class of recipients. */
      also?: readonly string[];
      purposes: readonly string[];
      /** What it would do: lines may be about reading or writing alone. */
      action?: 'read' | 'write';
      at: number;
      roster?: true;
      /** Organization id: of records that it owns alone; or of those that none of these does. */
      only?: string;
      except?: readonly string[];
    }
  /** A Consent one of whose own rules names this actor. */
  | { kind: 'names'; actor: string }
  /** It names no person at all (see store/port/derived.ts, Derived.patients). */
  | { kind: 'no-person' }
  /** It names this person (logical id of a Patient) and nobody else, nor somebody who cannot be told. */
  | { kind: 'person'; patient: string }
  /** A search criterion: free Slots only, granular scopes. */
  | { kind: 'clause'; clause: Clause };

export interface PlannedInclude extends Omit<Include, 'any'> {
  /** What may be reached, per type that the include can bring. A type that is not here is out of reach. */
  narrow: Readonly<Record<string, Predicate>>;
}

/** A row of the audit trail, and how many of its events were on the page before. */
export interface TrailCursor {
  at: number;
  writer: string;
  number: number;
  events: number;
}

/** Where a page starts. Without `_sort` only `after` counts. */
export interface Cursor {
  /** Nothing committed after this seq (microseconds) may appear newly: see store/port.ts, search. */
  snapshot: number;
  /** Sort values of the last row of the page before, in the order of `sort`; null = absent. */
  values: readonly (string | number | null)[];
  /** `created` of the last row. */
  after: number;
  /** The store's own note of what was under way at page 1. */
  open?: readonly (readonly [slot: number, last: number])[];
  /** The page starts in the audit trail, or where that ends: see interactions/trail.ts. */
  trail?: TrailCursor | 'end';
}

/** A Search narrowed by a Grant: all that an adapter needs. Plain data; print it to see what will run. */
export interface Plan {
  /** The id of the Grant that narrowed it; the store refuses it with another. */
  grant: string;
  type: string;
  where: readonly Clause[];
  narrow: Predicate;
  sort: readonly SortKey[];
  limit: number;
  cursor?: Cursor;
  /** Count all matches, whatever the page. */
  total: boolean;
  includes: readonly PlannedInclude[];
}
