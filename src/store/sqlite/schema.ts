// The tables of a store file. `n` numbers come from `word`: texts that recur (types, parameter keys,
// organizations, people, reference targets, code systems) are kept once; 0 stands for the empty text.
//
// rid grows with `created`, so the order of rid is the order of pages, and an index that ends in rid
// gives a page without sorting. Every index value is found twice: by value (primary key) and by resource
// (`*_rid`), the second for sorting, for checks on a resource at hand and for deleting.

/** Raised by one with every change below; an older file is brought forward (upgrade.ts), a newer one is refused. */
export const SCHEMA_VERSION = 7;
/** `IOPF`: tells a store file from any other SQLite file. */
export const APPLICATION_ID = 0x494f5046;

const LINES = `
CREATE TABLE word (n INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

-- The current version of each resource. patient: 0 nobody, n the sole person, -1 several (see persons, a
-- JSON array of n). foreign_from: the first version that another than the source wrote. A tombstone
-- keeps people and index values of the last live version, which decide who may know of it.
CREATE TABLE resource (
  rid INTEGER PRIMARY KEY, type INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
  seq INTEGER NOT NULL, created INTEGER NOT NULL, owner INTEGER NOT NULL, source INTEGER NOT NULL,
  writer INTEGER NOT NULL, foreign_from INTEGER, patient INTEGER NOT NULL, persons TEXT,
  deleted INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX resource_id ON resource (type, id);
CREATE INDEX resource_type ON resource (type, rid);
CREATE INDEX resource_owner ON resource (owner, type, rid);
CREATE INDEX resource_source ON resource (source, type, rid) WHERE source <> owner;
CREATE INDEX resource_seq ON resource (seq);
CREATE INDEX resource_type_seq ON resource (type, seq);

-- Versions that are no longer current.
CREATE TABLE history (
  rid INTEGER NOT NULL, type INTEGER NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL,
  writer INTEGER NOT NULL, patient INTEGER NOT NULL, persons TEXT, deleted INTEGER NOT NULL,
  body TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX history_version ON history (rid, version);
CREATE INDEX history_seq ON history (seq);
CREATE INDEX history_type_seq ON history (type, seq);

CREATE TABLE token (param INTEGER, code TEXT, rid INTEGER, sys INTEGER,
  PRIMARY KEY (param, code, rid, sys)) STRICT, WITHOUT ROWID;
CREATE INDEX token_rid ON token (rid, param);
-- exact is '' where it is the same as norm.
CREATE TABLE string (param INTEGER, norm TEXT, rid INTEGER, exact TEXT,
  PRIMARY KEY (param, norm, rid, exact)) STRICT, WITHOUT ROWID;
CREATE INDEX string_rid ON string (rid, param);
-- Not STRICT: milliseconds are whole numbers but for the rare instant that is written finer.
-- odd: 2 where the resource has several values for the parameter, 1 where the value is longer than a day
-- (see window.ts).
CREATE TABLE date (param INTEGER, low INTEGER, rid INTEGER, high INTEGER, odd INTEGER NOT NULL,
  PRIMARY KEY (param, low, rid, high)) WITHOUT ROWID;
CREATE INDEX date_rid ON date (rid, param);
CREATE INDEX date_high ON date (param, high, rid);
CREATE INDEX date_odd ON date (param, odd, rid) WHERE odd > 0;
CREATE TABLE reference (param INTEGER, target INTEGER, rid INTEGER,
  PRIMARY KEY (param, target, rid)) STRICT, WITHOUT ROWID;
CREATE INDEX reference_rid ON reference (rid, param);
CREATE TABLE number (param INTEGER, low REAL, rid INTEGER, high REAL,
  PRIMARY KEY (param, low, rid, high)) STRICT, WITHOUT ROWID;
CREATE INDEX number_rid ON number (rid, param);
CREATE TABLE quantity (param INTEGER, low REAL, rid INTEGER, high REAL, sys INTEGER, code TEXT,
  PRIMARY KEY (param, low, rid, high, sys, code)) STRICT, WITHOUT ROWID;
CREATE INDEX quantity_rid ON quantity (rid, param);
CREATE TABLE uri (param INTEGER, uri TEXT, rid INTEGER,
  PRIMARY KEY (param, uri, rid)) STRICT, WITHOUT ROWID;
CREATE INDEX uri_rid ON uri (rid, param);

-- Everybody a resource names.
CREATE TABLE subject (person INTEGER, type INTEGER, rid INTEGER,
  PRIMARY KEY (person, type, rid)) STRICT, WITHOUT ROWID;

-- Lines of Consents whose owner is their last writer. live: 0 once the Consent is deleted. terms: JSON, '' for none.
CREATE TABLE rule (
  person INTEGER NOT NULL, owner INTEGER NOT NULL, permit INTEGER NOT NULL, actor INTEGER NOT NULL,
  purpose TEXT NOT NULL, low REAL NOT NULL, high REAL NOT NULL, live INTEGER NOT NULL,
  rid INTEGER NOT NULL, rank REAL NOT NULL DEFAULT 0, terms TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX rule_person ON rule (person, owner, permit, actor);
CREATE INDEX rule_actor ON rule (actor, person, rid);
CREATE INDEX rule_rid ON rule (rid);

-- imported: the version that an import last wrote.
CREATE TABLE claim (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, rid INTEGER NOT NULL,
  imported INTEGER NOT NULL) STRICT;
CREATE INDEX claim_rid ON claim (rid);
CREATE TABLE import_mark (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL) STRICT;
CREATE TABLE import_part (mark INTEGER, claim INTEGER, PRIMARY KEY (mark, claim)) STRICT, WITHOUT ROWID;

CREATE TABLE organization (id TEXT PRIMARY KEY, prefix TEXT NOT NULL, program INTEGER NOT NULL,
  part2 INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- entry: canonical JSON of the ClientEntry.
CREATE TABLE client (id TEXT PRIMARY KEY, entry TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Assertions that were used, and access tokens that were revoked, until they are over (ms).
CREATE TABLE jti (client TEXT, jti TEXT, expires INTEGER NOT NULL, PRIMARY KEY (client, jti)) STRICT, WITHOUT ROWID;
CREATE INDEX jti_expires ON jti (expires);
CREATE TABLE revocation (jti TEXT PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- entry: canonical JSON of the ExceptionEntry.
CREATE TABLE exception (id TEXT PRIMARY KEY, kind TEXT NOT NULL, entry TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX exception_kind ON exception (kind, id);
CREATE TABLE sync (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- writer: whose chain. draft: canonical JSON. The hash of the row before is read from that row.
CREATE TABLE audit (
  writer INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, draft TEXT NOT NULL,
  hash TEXT NOT NULL, PRIMARY KEY (writer, number)) STRICT;
-- Whom audit rows concern (keysOf in audit/row.ts): what they are found by, in the order of time.
CREATE TABLE audit_key (word INTEGER, at INTEGER, writer INTEGER, number INTEGER,
  PRIMARY KEY (word, at, writer, number)) STRICT, WITHOUT ROWID;
`;

export const SCHEMA: string = LINES;

/** The tables of index values, all keyed by resource in `<table>_rid`. */
export const VALUE_TABLES = ['token', 'string', 'date', 'reference', 'number', 'quantity', 'uri'] as const;
