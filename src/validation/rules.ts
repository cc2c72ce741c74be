// Rules that hold for a datatype wherever it stands. Each names the invariant of R4 that it is.
import { parseDateRange } from '../fhir/date-range.ts';
import { type ParsedReference, parseReference } from '../fhir/reference.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { Json, JsonObject } from '../fhir/types.ts';
import { narrativeFault } from './narrative.ts';
import { type Report, report } from './report.ts';

export interface Place {
  /** The resource whose `contained` resources `#id` names here. */
  container: JsonObject;
  /** Resource types that a Reference here may point to; absent where any may. */
  targets: readonly string[] | undefined;
  report: Report;
}

export type Rule = (value: JsonObject, place: Place) => void;

const RULES: ReadonlyMap<string, Rule> = new Map([
  ['Extension', checkExtension],
  ['Narrative', checkNarrative],
  ['Period', checkPeriod],
  ['Reference', checkReference],
]);

/** The rule of a datatype, where it has one. */
export const ruleOf = (type: string): Rule | undefined => RULES.get(type);

/** ext-1: https://hl7.org/fhir/R4/extensibility.html#Extension */
function checkExtension(value: JsonObject, { report: to }: Place): void {
  let hasValue = false;
  for (const name in value) hasValue ||= name.startsWith('value') || name.startsWith('_value');
  if (hasValue === (value.extension !== undefined))
    report(to, 'invariant', 'an extension has either a value or extensions of its own (ext-1)');
}

function checkNarrative({ div }: JsonObject, { report: to }: Place): void {
  const fault = typeof div === 'string' ? narrativeFault(div) : undefined;
  if (fault !== undefined) report(to, 'invariant', fault, 'div');
}

const HOUR = 3_600_000;

/** per-1. A date without a time is a day of some zone: between 12 hours behind and 14 ahead of UTC. */
function checkPeriod(value: JsonObject, { report: to }: Place): void {
  const { start, end } = value;
  if (typeof start !== 'string' || typeof end !== 'string') return;
  const from = parseDateRange(start);
  const until = parseDateRange(end);
  if (from === undefined || until === undefined) return;
  const mixed = start.includes('T') !== end.includes('T');
  if (from.low >= until.high + (mixed ? 14 * HOUR : 0))
    report(to, 'invariant', 'the start is after the end (per-1)');
}

/** ref-1 and the target types. https://hl7.org/fhir/R4/references.html */
function checkReference(value: JsonObject, place: Place): void {
  const { reference, type } = value;
  const fault = typeof reference === 'string' ? referenceFault(parseReference(reference), place) : undefined;
  if (fault !== undefined) report(place.report, fault.code, fault.message, 'reference');
  else if (isResourceType(type) && !isTarget(type, place))
    report(place.report, 'value', `${type} is not allowed here (${expected(place)})`, 'type');
}

interface Fault {
  code: string;
  message: string;
}

function referenceFault(parsed: ParsedReference, place: Place): Fault | undefined {
  switch (parsed.kind) {
    case 'other':
      return { code: 'value', message: 'not a reference (expected Type/id, a URL, a URN or #id)' };
    case 'local':
    case 'conditional':
      if (isResourceType(parsed.type)) return typeFault(parsed.type, place);
      return { code: 'value', message: 'points to no resource type of FHIR R4' };
    case 'absolute':
      return isResourceType(parsed.type) ? typeFault(parsed.type, place) : undefined;
    case 'contained': {
      const target = parsed.id === '' ? place.container : containedBy(place.container, parsed.id);
      if (target === undefined) return { code: 'invariant', message: 'no such contained resource (ref-1)' };
      return isResourceType(target.resourceType) ? typeFault(target.resourceType, place) : undefined;
    }
    default:
      return undefined;
  }
}

function typeFault(type: string, place: Place): Fault | undefined {
  if (isTarget(type, place)) return undefined;
  return { code: 'value', message: `points to ${type}, which is not allowed here (${expected(place)})` };
}

const isTarget = (type: string, { targets }: Place): boolean =>
  targets === undefined || targets.includes(type) || targets.includes('Resource');

const expected = ({ targets = [] }: Place): string => `expected ${targets.join(', ')}`;

function containedBy({ contained }: JsonObject, id: string): JsonObject | undefined {
  if (!Array.isArray(contained)) return undefined;
  return contained.find((item): item is JsonObject => isObject(item) && item.id === id);
}

/** dom-2, dom-4 and dom-5, on a contained resource. https://hl7.org/fhir/R4/domainresource.html */
export function checkContained(resource: JsonObject, to: Report): void {
  const { contained, meta } = resource;
  if (contained !== undefined)
    report(to, 'invariant', 'a contained resource may not contain others (dom-2)', 'contained');
  if (!isObject(meta)) return;
  if (meta.versionId !== undefined || meta.lastUpdated !== undefined)
    report(to, 'invariant', 'a contained resource has no versionId and no lastUpdated (dom-4)', 'meta');
  if (meta.security !== undefined)
    report(to, 'invariant', 'a contained resource has no security label (dom-5)', 'meta');
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
