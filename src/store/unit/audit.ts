import { seenIn } from '../../audit/row.ts';
import type { AuditDraft, Version, WriteResult } from '../port.ts';

/** The draft of a plan with the versions that came out of it, whose they are and whom they name. */
export function completed(draft: AuditDraft, results: readonly WriteResult[]): AuditDraft {
  const versions = results.flatMap(versionsOf);
  return versions.length === 0 ? draft : { ...draft, ...seenIn(versions) };
}

function versionsOf(result: WriteResult): readonly Version[] {
  if (result.kind === 'absent') return [];
  return result.kind === 'found' ? [...result.page.matches, ...result.page.included] : [result.version];
}
