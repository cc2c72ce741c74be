// What of a person's record went out of the Organization whose record it is: the accounting of disclosures
// (42 CFR 2.25; its content is that of 45 CFR 164.528). Internal use, what a person's own client read, and
// what was refused are none. Pure.
import type { AuditReach } from '../access/grant.ts';
import type { AuditEntry } from '../store/port/audit.ts';
import { isDisclosed, type Shown, shownThrough, shownTo } from './part.ts';

/** What one Organization was given for one set of purposes on one day (UTC). */
export interface Disclosure {
  /** Logical id of the Organization that it went to. */
  recipient: string;
  /** v3-ActReason. */
  purposes: readonly string[];
  /** Of the first and the last request, microseconds since the epoch. */
  first: number;
  last: number;
  requests: number;
  /** Resource type -> how many resources of it. */
  what: ReadonlyMap<string, number>;
}

export interface Account {
  /** Logical ids: whose record (absent: anybody's), of whom. */
  owner?: string;
  patient: string;
  /** What went out through this intermediary alone (42 CFR 2.24); true: through any. */
  through?: string | true;
}

interface Open extends Omit<Disclosure, 'what'> {
  /** `Type/id`. */
  seen: Set<string>;
}

const DAY = 86_400_000_000;

/** Rows come newest first, and so do the disclosures; what is remembered of each resource lasts for a day. */
export async function accountOf(
  rows: AsyncIterable<AuditEntry>,
  account: Account,
  reach: AuditReach,
): Promise<Disclosure[]> {
  const done: Disclosure[] = [];
  let day = Number.NaN;
  let open = new Map<string, Open>();
  const close = (): void => {
    done.push(...[...open.values()].map(closed).toSorted((a, b) => b.last - a.last));
    open = new Map();
  };
  for await (const row of rows) {
    const resources = disclosedBy(row, account, reach);
    if (resources.length === 0) continue;
    const today = Math.floor(row.at / DAY);
    if (today !== day) close();
    day = today;
    add(open, row, resources);
  }
  close();
  return done;
}

/** `Type/id` of what went to somebody else. */
function disclosedBy(row: AuditEntry, account: Account, reach: AuditReach): string[] {
  const { owner, patient, through } = account;
  if (row.organization === owner || row.role === 'patient' || row.role === 'representative') return [];
  const about = (one: Shown): boolean =>
    (owner === undefined || one.owner === owner) && one.persons.includes(patient);
  const disclosed =
    through === undefined
      ? shownTo(row, reach).filter(one => about(one) && isDisclosed(one, row))
      : shownThrough(row, through, reach).filter(about);
  return disclosed.map(one => one.name.slice(0, one.name.lastIndexOf('/')));
}

function add(open: Map<string, Open>, row: AuditEntry, resources: readonly string[]): void {
  const { organization: recipient, purpose: purposes = [], at } = row;
  const key = JSON.stringify([recipient, ...purposes.toSorted()]);
  const known = open.get(key) ?? { recipient, purposes, first: at, last: at, requests: 0, seen: new Set() };
  for (const resource of resources) known.seen.add(resource);
  open.set(key, {
    ...known,
    first: Math.min(known.first, at),
    last: Math.max(known.last, at),
    requests: known.requests + 1,
  });
}

function closed({ seen, ...parts }: Open): Disclosure {
  const what = new Map<string, number>();
  for (const resource of seen) {
    const type = resource.slice(0, resource.indexOf('/'));
    what.set(type, (what.get(type) ?? 0) + 1);
  }
  return { ...parts, what: new Map([...what].toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}
