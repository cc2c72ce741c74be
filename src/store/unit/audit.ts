import { seenIn, versionName } from '../../audit/row.ts';
import type { AuditDraft } from '../port/audit.ts';
import type { Version, WriteResult } from '../port.ts';

/** The draft of a plan with the versions that came out of it, whose they are and whom they name. */
export function completed(draft: AuditDraft, results: readonly WriteResult[]): AuditDraft {
  const all = results.flatMap(versionsOf);
  if (all.length === 0) return draft;
  const seen = seenIn(all);
  const written = new Set(results.filter(isWrite).flatMap(versionsOf).map(versionName));
  const read = seen.versions.flatMap((name, at) => (written.has(name) ? [] : [at]));
  return { ...draft, ...seen, ...(read.length === 0 ? {} : { read }) };
}

const isWrite = ({ kind }: WriteResult): boolean =>
  kind === 'created' || kind === 'updated' || kind === 'deleted';

function versionsOf(result: WriteResult): readonly Version[] {
  if (result.kind === 'absent') return [];
  return result.kind === 'found' ? [...result.page.matches, ...result.page.included] : [result.version];
}
