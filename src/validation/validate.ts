// Is this resource acceptable? A list of checks; each finds its issues without the others.
import type { Issue } from '../fhir/error.ts';
import type { AnyResource } from '../fhir/types.ts';
import { newReport, type Report } from './report.ts';
import { compileSchemas } from './schema.ts';
import { walkResource } from './walk.ts';

type Check = (resource: AnyResource, to: Report) => void;

const CHECKS: readonly Check[] = [walkResource];

/**
 * What is wrong with a resource and all resources within it; empty: it is acceptable. Paths start with
 * `path` (`Bundle.entry[3].resource`). Messages name the place and what is expected, never a value. At
 * most a hundred issues; nothing is thrown, whatever the tree holds.
 */
export function validateResource(resource: AnyResource, path: string = startOf(resource)): Issue[] {
  const report = newReport(path);
  for (const check of CHECKS) check(resource, report);
  return report.issues;
}

/** Prepares the validation of these resource types, which else happens when each is first validated. */
export const warmValidators = (types: readonly string[]): void => compileSchemas(types);

const startOf = ({ resourceType }: AnyResource): string =>
  /^[A-Z][A-Za-z]{0,63}$/.test(resourceType) ? resourceType : 'resource';
