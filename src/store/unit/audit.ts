import type { AuditDraft, Version, WriteResult } from '../port.ts';

/** The draft with the versions that came out of a plan, and the people they name. */
export function completed(draft: AuditDraft, results: readonly WriteResult[]): AuditDraft {
  const versions = results.flatMap(versionsOf);
  if (versions.length === 0) return draft;
  const names = versions.map(one => `${one.type}/${one.id}/${one.version}`);
  return {
    ...draft,
    versions: [...new Set([...draft.versions, ...names])],
    patients: [...new Set([...draft.patients, ...versions.flatMap(one => one.patients)])],
  };
}

function versionsOf(result: WriteResult): readonly Version[] {
  if (result.kind === 'absent') return [];
  return result.kind === 'found' ? [...result.page.matches, ...result.page.included] : [result.version];
}
