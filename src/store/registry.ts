// The second port: what the server keeps about itself. It holds no resources, so it takes no Grant.
import type { Role } from '../access/grant.ts';
import type { ConsentRule } from './port/derived.ts';

export interface OrganizationEntry {
  /** Logical id of its Organization resource. */
  id: string;
  /** Ids this Organization may choose start with it; '' for at most one, the first program. */
  prefix: string;
  /** It runs an Intensive Outpatient Program here: its records obey the IOP rules. */
  program: boolean;
  /** 42 CFR Part 2 program. */
  part2: boolean;
}

/** What is known of a record that was imported before. */
export interface ImportEntry {
  digest: string;
  parts: readonly ImportPart[];
}

export interface ImportPart {
  /** Claim key: `program|kind|record id|role`. */
  key: string;
  type: string;
  id: string;
  /** The version last written by an import; a later current version was edited through FHIR. */
  version: number;
}

/** A public JSON Web Key (RFC 7517). Nothing private is ever kept here. */
export type PublicJwk = Readonly<Record<string, unknown>>;

/** Under which rule of 42 CFR 2.33(b) a recipient may pass on what it was given. */
export type RecipientKind = 'covered-entity' | 'business-associate' | 'other-lawful-holder' | 'part2-program';

/** A client that may call, and the most it may be given. */
export interface ClientEntry {
  /** `client_id`: iss and sub of its assertions. */
  id: string;
  name: string;
  /** Logical id of the Organization it acts for. */
  organization: string;
  role: Role;
  /** SMART scopes, space separated: the most it may be granted. */
  scope: string;
  /** v3-ActReason codes that it may claim. */
  purposes: readonly string[];
  recipient: RecipientKind;
  /** Logical id of the Patient that it is or acts for: roles patient and representative. */
  patient?: string;
  /** Logical id of the RelatedPerson that it is: role representative. */
  relatedPerson?: string;
  /** Logical id of the Practitioner that it is: staff. */
  practitioner?: string;
  /** Keys that its assertions are signed with; an empty set: it gets no token at the token endpoint. */
  keys: { readonly jwks: { readonly keys: readonly PublicJwk[] } } | { readonly jwksUrl: string };
  /** Whose tokens of a trusted issuer are this client's: `sub` is their `client_id` or `sub`. */
  issuer?: { readonly iss: string; readonly sub: string };
  /** It may take security labels off the records of its own program: role program. */
  declassify?: boolean;
  disabled: boolean;
}

/** A medical emergency that a client stated for a token (42 CFR 2.51). */
export interface EmergencyEntry {
  kind: 'emergency';
  id: string;
  /** Who asked: client id and Organization id. */
  client: string;
  organization: string;
  /** v3-ActReason: BTG or ETREAT. */
  purpose: string;
  /** Logical id of the Patient, as stated. */
  patient: string;
  /** The program that had registered such a Patient; absent: nobody had. */
  program?: string;
  /** As stated: who of the medical personnel, of which facility, and why. */
  recipient: string;
  affiliation: string;
  nature: string;
  /** When it was stated, and when the token ends; ms. */
  at: number;
  until: number;
  /** Logical id of the Communication that records the disclosure, where there was one. */
  record: string;
  review?: { by: string; at: number; note?: string };
}

/** What a program and its auditor have agreed on (42 CFR 2.53). */
export interface AgreementEntry {
  kind: 'agreement';
  id: string;
  /** Organization id of the program. */
  program: string;
  /** Whom it is with: one client, or all clients of an Organization. */
  client?: string;
  organization?: string;
  /** v3-ActReason: HACCRED, HCOMPL or HQUALIMP. */
  purpose: string;
  /** In force from <= t < until, ms; ended before its time at `ended`. */
  from: number;
  until: number;
  ended?: number;
  /** The auditor undertook to give what it sees to nobody but the program, and may take copies. */
  copying: boolean;
  /** Who signed for the auditor, and on which day. */
  signedBy: string;
  signed: string;
}

/** A court order, and the subpoena that came with it (42 CFR 2.61-2.67). */
export interface CourtOrderEntry {
  kind: 'court-order';
  id: string;
  /** Organization id of the program, logical id of the Patient. */
  program: string;
  patient: string;
  court: string;
  /** Day of the order. */
  ordered: string;
  subpoena: string;
  /** Organization id: to whom the records go. */
  organization: string;
  /** Resource types that it names. */
  types: readonly string[];
  /** The dates of what it names, from <= t < to, ms; absent: of any date. */
  dates?: { from: number; to: number };
  /** Recorded at, and in force until; ms. */
  from: number;
  until: number;
  ended?: number;
}

/** Why somebody may see records without a Consent, written down: the exceptions of 42 CFR Part 2. */
export type ExceptionEntry = EmergencyEntry | AgreementEntry | CourtOrderEntry;
export type ExceptionKind = ExceptionEntry['kind'];
export type ExceptionOf<K extends ExceptionKind> = Extract<ExceptionEntry, { kind: K }>;

/** What is kept of a sync with another server (sync/state.ts): the store knows no more of it than this. */
export interface SyncItem {
  /** ASCII; what belongs together starts alike. */
  key: string;
  /** JSON text. */
  value: string;
}

/** What a request must know of the token it came with. */
export interface CallerEntry {
  client: ClientEntry | undefined;
  /** The token was revoked. */
  revoked: boolean;
  /** See Registry.memberLines. */
  lines: readonly MemberLine[];
}

/** A line by which somebody belongs to something (access/membership.ts), whether it is in force or not. */
export interface MemberLine extends Pick<ConsentRule, 'patient' | 'actor' | 'from' | 'to' | 'terms'> {
  owner: string;
}

export interface Registry {
  /** By id. */
  clients(): Promise<readonly ClientEntry[]>;
  client(id: string): Promise<ClientEntry | undefined>;
  /** Adds or replaces. */
  putClient(entry: ClientEntry): Promise<void>;
  /**
   * Asked by every request: never older than the call, whichever server changed it. `jti`: of its token; `members`: of
   * which the lines are asked for.
   */
  caller(client: string, jti: string, members: readonly string[]): Promise<CallerEntry>;
  /** The lines of memberships of these actors (ConsentRule.actor), as they are now. */
  memberLines(actors: readonly string[]): Promise<readonly MemberLine[]>;
  /**
   * Takes a `jti` of a client's assertion; false where it was taken before, by whichever server, however
   * close. Kept until `expires` (ms).
   */
  useJti(client: string, jti: string, expires: number): Promise<boolean>;
  /** Ends an access token at once, for every server. `expires`: of the token, ms. */
  revokeToken(jti: string, expires: number): Promise<void>;
  /** Those of a kind, by id. Never older than the call, whichever server changed them. */
  exceptions<K extends ExceptionKind>(kind: K): Promise<readonly ExceptionOf<K>[]>;
  /** The same of one. */
  exception<K extends ExceptionKind>(kind: K, id: string): Promise<ExceptionOf<K> | undefined>;
  /** Adds or replaces. */
  putException(entry: ExceptionEntry): Promise<void>;
  /** Values by key; absent keys are left out. */
  syncValues(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Those whose key starts with `prefix` and comes after `after`, in order of keys, at most `limit`. */
  syncItems(prefix: string, after: string, limit: number): Promise<readonly SyncItem[]>;
  /** Adds or replaces, then takes away by key. What is seen of it after a crash is all, or what stands before some place in the list. */
  putSync(items: readonly SyncItem[], gone?: readonly string[]): Promise<void>;
  organizations(): Promise<readonly OrganizationEntry[]>;
  /** Adds or replaces. Throws `conflict` where its prefix overlaps with another's. */
  putOrganization(entry: OrganizationEntry): Promise<void>;
  /** Import entries by key `program|kind|record id`; absent keys are left out. */
  imports(keys: readonly string[]): Promise<ReadonlyMap<string, ImportEntry>>;
  /** Claim key -> `Type/id`. */
  claims(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** `Type/id` -> claim keys that name it. */
  claimsOf(references: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Small facts about the store: `demo`, `extractors`, ... */
  fact(name: string): Promise<string | undefined>;
  setFact(name: string, value: string): Promise<void>;
  /**
   * Adds to counts that all servers on the store share and gives their sums; 0 only asks. For rate limits: a
   * count is forgotten once `keepMs` have passed since it was last added to, and may lose something when a
   * server is lost.
   */
  spend(amounts: ReadonlyMap<string, number>, keepMs: number): Promise<ReadonlyMap<string, number>>;
  /** True where no resource was ever written. */
  empty(): Promise<boolean>;
}
