// A store in a temporary folder, grants without a decision, and resources that say themselves what is
// derived from them, so that a test of the store needs no extractor.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditReach, type Grant, type Principal, sealGrant, type Use } from '../../src/access/grant.ts';
import type { Clause, Param, ParamType, Plan, Predicate } from '../../src/search/ast.ts';
import type { AuditDraft } from '../../src/store/port/audit.ts';
import type { ConsentRule, Derive, Derived, IndexValue } from '../../src/store/port/derived.ts';
import { openSqlite, type SqliteStore } from '../../src/store/sqlite/open.ts';
import type { Bounds } from '../../src/store/sqlite/reading.ts';

export interface TemporaryStore extends SqliteStore {
  path: string;
  /** Closes the store and removes its folder. */
  close(): Promise<void>;
}

export interface TemporaryOptions {
  derive?: Derive;
  /** ms since the epoch; the machine's by default. */
  clock?: () => number;
  path?: string;
  bounds?: Bounds;
}

/** In memory where the system offers that: most of these stores live for some milliseconds. */
const TEMPORARY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A SQLite store in a folder of its own under the system's temporary folder. */
export async function openTemporaryStore(options: TemporaryOptions = {}): Promise<TemporaryStore> {
  const folder = mkdtempSync(join(TEMPORARY, 'iop-fhir-'));
  const path = options.path ?? join(folder, 'store', 'iop.db');
  const opened = await openSqlite({
    path,
    derive: options.derive ?? statedDerive,
    clock: options.clock ?? Date.now,
    extractors: 'test',
    ...(options.bounds === undefined ? {} : { bounds: options.bounds }),
  });
  const close = async (): Promise<void> => {
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...opened, path, close };
}

/** Derives what the member `derived` of a resource says; a Patient names itself besides. */
export const statedDerive: Derive = resource => {
  const { values = [], patients = [], rules = [], marks = [] } = (resource.derived ?? {}) as Partial<Derived>;
  const own = resource.resourceType === 'Patient' ? [String(resource.id)] : [];
  return { values, patients: [...own, ...patients], rules, marks };
};

export interface Stated {
  values?: readonly IndexValue[];
  patients?: readonly string[];
  rules?: readonly ConsentRule[];
  marks?: readonly string[];
  text?: string;
}

/** A body to store whose derived values are those stated. */
export function stated(type: string, id: string, { text, ...derived }: Stated = {}): string {
  return JSON.stringify({
    resourceType: type,
    id,
    meta: {},
    ...(text === undefined ? {} : { text }),
    derived,
  });
}

export const ownedBy = (organization: string): Predicate => ({ kind: 'owner', organization });
export const writtenBy = (organization: string): Predicate => ({ kind: 'source', organization });

/** In force at T: the middle of the rules that `permit` and `deny` make. */
export const T = Date.parse('2026-06-01T00:00:00Z');
export const permittedTo = (actor: string, at = T): Predicate => ({
  kind: 'consent',
  actor,
  purposes: ['TREAT'],
  at,
});

export const permit = (patient: string, actor: string, more: Partial<ConsentRule> = {}): ConsentRule => ({
  patient,
  effect: 'permit',
  actor,
  purpose: 'TREAT',
  from: T - 1000,
  to: T + 1000,
  ...more,
});

export const deny = (patient: string, actor = '', more: Partial<ConsentRule> = {}): ConsentRule =>
  permit(patient, actor, { effect: 'deny', purpose: '', ...more });

export interface GrantParts {
  narrow?: (type: string, use: Use) => Predicate;
  adopt?: Predicate;
  mayName?: Grant['mayName'];
  role?: Principal['role'];
  audit?: AuditReach;
}

let made = 0;

/** What an Organization may reach: its own unless told otherwise. */
export function grantFor(organization: string, parts: GrantParts = {}): Grant {
  made += 1;
  const own = ownedBy(organization);
  return sealGrant({
    id: `test-grant-${made}`,
    principal: {
      client: `client of ${organization}`,
      organization,
      role: parts.role ?? 'program',
      scopes: [],
      purposes: [],
      idSpace: { prefix: '', others: [] },
    },
    narrow: parts.narrow ?? (() => own),
    because: (type, use) => ({
      scope: { kind: 'all' },
      rules: [{ reason: 'own', where: (parts.narrow ?? (() => own))(type, use) }],
    }),
    adopt: parts.adopt ?? own,
    whole: true,
    mayName: parts.mayName ?? (() => true),
    redact: () => undefined,
    unredacted: own,
    audit: parts.audit ?? { kind: 'organization', organization },
    reasons: ['own'],
  });
}

/** An outside Organization: its own, what it wrote, and what Consents permit. */
export function outsiderGrant(organization: string, parts: GrantParts = {}): Grant {
  const reach: Predicate = {
    kind: 'or',
    of: [ownedBy(organization), writtenBy(organization), permittedTo(organization)],
  };
  return grantFor(organization, {
    narrow: () => reach,
    adopt: permittedTo(organization),
    role: 'ehr',
    ...parts,
  });
}

export const param = (type: string, code: string, kind: ParamType): Param => ({
  code,
  key: `${type}.${code}`,
  type: kind,
  targets: [],
});

/** A plan for a grant: everything of a type unless told otherwise. */
export function planFor(grant: Grant, type: string, parts: Partial<Plan> = {}): Plan {
  return {
    grant: grant.id,
    type,
    where: [],
    narrow: grant.narrow(type, 'search'),
    sort: [],
    limit: 100,
    total: false,
    includes: [],
    ...parts,
  };
}

export const tokenClause = (type: string, code: string, value: string): Clause => ({
  kind: 'param',
  param: param(type, code, 'token'),
  values: [{ kind: 'token', code: value }],
});

export const tokenValue = (type: string, code: string, value: string, system = ''): IndexValue => ({
  type: 'token',
  key: `${type}.${code}`,
  system,
  code: value,
});

export function draft(action = 'create', parts: Partial<AuditDraft> = {}): AuditDraft {
  return {
    request: 'request-1',
    client: 'client',
    organization: 'organization',
    role: 'program',
    action,
    outcome: 'ok',
    reasons: ['own'],
    patients: [],
    versions: [],
    ...parts,
  };
}
