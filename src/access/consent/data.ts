// The criteria of a provision that are about the data: each as a set of marks, one of which the resource (or the
// question) has to have. A criterion that cannot be judged is left out of a deny and makes a permit void.

import { canonicalSystem } from '../../fhir/code-system.ts';
import { parseReference } from '../../fhir/reference.ts';
import { isResourceType } from '../../fhir/resource-types.ts';
import type { CodeableConcept, Coding, ConsentProvision, ConsentProvisionData } from '../../fhir/types.ts';
import { authorMark, mayHaveWritten } from '../../search/authors.ts';
import { codeMark, labelMark } from '../../search/marks.ts';
import { actionMark, referenceMark, selfMark, typeMark } from '../../search/terms.ts';
import { labelsMeant } from '../label/sensitivity.ts';

export type Effect = 'permit' | 'deny';
type Sets = readonly (readonly string[])[];

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const ACTION = 'http://terminology.hl7.org/CodeSystem/consentaction';
const RESOURCE_TYPE = 'http://hl7.org/fhir/resource-types';

/** Undefined: a permit that applies to nothing. */
export function dataSets(
  { action, securityLabel, class: classes, code, data }: ConsentProvision,
  effect: Effect,
  base: string | undefined,
): Sets | undefined {
  const sets: Sets[] = [];
  const add = <T>(list: readonly T[] | undefined, read: (one: T) => Criterion): boolean => {
    if (list === undefined) return true;
    const set = setOf(list.map(read), effect);
    if (set !== undefined) sets.push(set);
    return set !== undefined;
  };
  const whole =
    add(action, one => actionCriterion(one, effect)) &&
    add(securityLabel, labelCriterion) &&
    add(classes, classCriterion) &&
    add(code, codeCriterion) &&
    add(data, one => datumCriterion(one, effect, base));
  return whole ? sets.flat() : undefined;
}

/** Marks, one of which does; everything there is; or undefined: it cannot be judged. */
type Criterion = readonly string[] | 'all' | undefined;

function setOf(criteria: readonly Criterion[], effect: Effect): Sets | undefined {
  if (criteria.includes('all') || (effect === 'deny' && criteria.includes(undefined))) return [];
  const marks = criteria.flatMap(one => (one === undefined || one === 'all' ? [] : one));
  if (marks.length === 0) return effect === 'deny' ? [] : undefined;
  return [marks];
}

/** `use` is what a recipient does with what it was given: to permit that shows it nothing, to deny it does. */
function actionCriterion(action: CodeableConcept, effect: Effect): Criterion {
  const codes = (action.coding ?? [])
    .filter(one => canonicalSystem(one.system ?? '') === ACTION)
    .map(one => one.code);
  const reads = codes.some(one => one === 'access' || one === 'disclose');
  const writes = codes.some(one => one === 'collect' || one === 'correct');
  const uses = codes.includes('use');
  const marks = [
    ...(reads || (uses && effect === 'deny') ? [actionMark('read')] : []),
    ...(writes ? [actionMark('write')] : []),
  ];
  return marks.length === 0 ? undefined : marks;
}

/** Of a Part 2 program's records all are: by where they are from, whatever is in them. */
const PART2 = '42CFRPart2';

/** Confidentiality is computed for each answer: no line of a Consent can go by it. */
function labelCriterion({ system, code }: Coding): Criterion {
  if (canonicalSystem(system ?? '') !== ACT_CODE || code === undefined) return undefined;
  return code === PART2 ? 'all' : labelsMeant(code).map(labelMark);
}

function classCriterion({ system, code }: Coding): Criterion {
  if (system === undefined || code === undefined) return undefined;
  if (canonicalSystem(system) !== RESOURCE_TYPE) return [codeMark(system, code)];
  return isResourceType(code) ? [typeMark(code)] : undefined;
}

function codeCriterion({ coding = [] }: CodeableConcept): Criterion {
  const marks = coding.flatMap(({ system, code }) =>
    system === undefined || code === undefined ? [] : [codeMark(system, code)],
  );
  return marks.length === 0 ? undefined : marks;
}

/**
 * `dependents`: what refers to it by a reference that can be searched. What an instance refers to (`related`) is not
 * told: a permit holds for less, a deny for more. `authoredby`: see search/authors.ts.
 */
function datumCriterion(
  { meaning, reference }: ConsentProvisionData,
  effect: Effect,
  base: string | undefined,
): Criterion {
  const parsed = parseReference(reference?.reference ?? '', base);
  if (parsed.kind !== 'local') return undefined;
  const name = `${parsed.type}/${parsed.id}`;
  switch (meaning) {
    case 'instance':
      return [selfMark(name)];
    case 'dependents':
      return [selfMark(name), referenceMark(name)];
    case 'related':
      return effect === 'permit' ? [selfMark(name)] : undefined;
    case 'authoredby':
      return effect === 'permit' ? [authorMark(name)] : mayHaveWritten(parsed.type, name);
    default:
      return undefined;
  }
}
