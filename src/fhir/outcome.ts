import { ERRORS, type FhirError, type Issue } from './error.ts';
import type { OperationOutcome, OperationOutcomeIssue } from './types.ts';

/** More issues than this help nobody and let one bad body make a very large answer. */
const MOST_ISSUES = 50;

/** The OperationOutcome a caller gets for an error. */
export function outcomeOf(error: FhirError): OperationOutcome {
  const kind = ERRORS[error.code];
  const issue = error.issues.slice(0, MOST_ISSUES).map(one => issueOf(one, kind.severity, kind.issue));
  const more = error.issues.length - MOST_ISSUES;
  if (more > 0)
    issue.push({
      severity: 'information',
      code: 'informational',
      diagnostics: `${more} more issues are not listed.`,
    });
  return { resourceType: 'OperationOutcome', issue };
}

/** An OperationOutcome that says something went well, or was left out. */
export function informational(
  messages: readonly string[],
  severity: 'information' | 'warning' = 'information',
): OperationOutcome {
  const issue = messages.map(diagnostics => ({ severity, code: 'informational' as const, diagnostics }));
  return { resourceType: 'OperationOutcome', issue };
}

function issueOf(issue: Issue, severity: 'error' | 'fatal', code: string): OperationOutcomeIssue {
  return {
    severity,
    code: (issue.code ?? code) as OperationOutcomeIssue['code'],
    diagnostics: issue.message,
    ...(issue.path === undefined ? {} : { expression: [issue.path] }),
  };
}
