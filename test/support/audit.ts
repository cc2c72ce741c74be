// The audit rows of a store, whoever wrote them.
import { brokenAt } from '../../src/audit/chain.ts';
import type { AuditRow } from '../../src/store/port/audit.ts';
import type { Store } from '../../src/store/port.ts';

type Audited = Pick<Store, 'auditWriters' | 'auditRows'>;
/** The last number of each chain. */
export type AuditMark = ReadonlyMap<string, number>;

const ALL = 1_000_000;

/** Rows by the name of their chain, each in order. */
async function chainsOf(store: Audited, after: AuditMark = new Map()): Promise<Map<string, AuditRow[]>> {
  const chains = new Map<string, AuditRow[]>();
  for (const writer of await store.auditWriters())
    chains.set(writer, [...(await store.auditRows(writer, after.get(writer) ?? 0, ALL))]);
  return chains;
}

/** Where the chains end now. */
export async function markAudit(store: Audited): Promise<AuditMark> {
  const chains = await chainsOf(store);
  return new Map([...chains].map(([writer, rows]) => [writer, rows.at(-1)?.number ?? 0]));
}

/** Rows of all chains, or those since a mark, by time. Those of one chain stay in its order. */
export async function auditRows(store: Audited, since?: AuditMark): Promise<AuditRow[]> {
  const rows = [...(await chainsOf(store, since)).values()].flat();
  return rows.sort((a, b) => a.at - b.at);
}

/** Names of the chains in which a row is missing, changed or out of place. */
export async function brokenChains(store: Audited): Promise<string[]> {
  const chains = await chainsOf(store);
  return [...chains].filter(([, rows]) => brokenAt(rows) !== undefined).map(([writer]) => writer);
}
