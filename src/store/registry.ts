// The second port: what the server keeps about itself. It holds no resources, so it takes no Grant.

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

export interface Registry {
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
