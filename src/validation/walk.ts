// One pass over a resource along the element table: what the schema cannot say (required primitives,
// empty lists, one of a choice, ...), nested resources, and, where the schema refused, what is wrong.
import { isResourceType } from '../fhir/resource-types.ts';
import type { AnyResource, Json, JsonObject } from '../fhir/types.ts';
import { primitiveFault } from './primitive.ts';
import { isFull, type Report, report } from './report.ts';
import { checkContained, ruleOf } from './rules.ts';
import { fitsSchema } from './schema.ts';
import { type Member, type Shape, shapeOf } from './shape.ts';

interface Walk {
  report: Report;
  /** The schema refused this resource: look at the values of primitives too. */
  refused: boolean;
  /** The resource whose `contained` resources `#id` names here. */
  container: JsonObject;
  /** The resource entered next stands in `contained`. */
  contained: boolean;
}

const EMPTY = 'an element must have a value or content (ele-1)';

/** Checks a resource and all within it. */
export function walkResource(resource: AnyResource, to: Report): void {
  enterResource(resource, { report: to, refused: false, container: resource, contained: false });
}

function enterResource(value: Json | undefined, walk: Walk): void {
  const { report: to } = walk;
  if (!isObject(value)) {
    report(to, 'structure', 'a resource must be a JSON object');
    return;
  }
  const type = value.resourceType;
  if (!isValidatedType(type)) {
    const message = type === undefined ? 'required element is missing' : 'no resource type of FHIR R4';
    report(to, 'structure', message, 'resourceType');
    return;
  }
  const found = to.issues.length;
  const refused = !fitsSchema(type, value as AnyResource);
  const container = walk.contained ? walk.container : value;
  walkObject(value, shapeOf(type), undefined, { ...walk, refused, container });
  if (refused && to.issues.length === found && !isFull(to)) report(to, 'structure', `not a valid R4 ${type}`);
}

function walkObject(value: JsonObject, shape: Shape, member: Member | undefined, walk: Walk): void {
  const { at } = walk.report;
  let content = 0;
  let chosen: Map<string, string> | undefined;
  for (const name in value) {
    const item = value[name];
    if (item === undefined || isFull(walk.report)) continue;
    if (name !== 'id' || member?.kind === 'sibling') content += 1;
    const child = shape.members.get(name);
    if (child === undefined) {
      if (name !== 'resourceType' || !isValidatedType(shape.key))
        report(walk.report, 'structure', `no such element in R4 ${shape.key}`, name);
      continue;
    }
    if (child.choice !== undefined) {
      chosen ??= new Map();
      noteChoice(child, chosen, walk);
    }
    at.push(name);
    walkMember(item, child, value, walk);
    at.pop();
  }
  if (content === 0) {
    report(walk.report, 'invariant', EMPTY);
    return;
  }
  for (const { name, choice, anyOf } of shape.required)
    if (!anyOf.some(spelling => value[spelling] !== undefined))
      report(walk.report, 'required', `required element is missing${choice ? ` (${name}[x])` : ''}`, name);
  ruleOf(shape.key)?.(value, { report: walk.report, container: walk.container, targets: member?.targets });
}

/** valueString and _valueString are one spelling, valueString and valueCode are two. */
function noteChoice(member: Member, chosen: Map<string, string>, { report: to }: Walk): void {
  const spelling = member.kind === 'sibling' ? member.partner : member.name;
  const other = chosen.get(member.choice!);
  if (other === undefined) chosen.set(member.choice!, spelling);
  else if (other !== spelling)
    report(to, 'structure', `only one of ${member.choice}[x] is allowed; ${other} is there too`, spelling);
}

function walkMember(value: Json, member: Member, parent: JsonObject, walk: Walk): void {
  const fault = listFault(value, member);
  if (fault !== undefined) report(walk.report, 'structure', fault);
  else if (Array.isArray(value)) walkList(value, member, parent[member.partner], walk);
  else if (value === null) report(walk.report, 'structure', 'null is not allowed here');
  else if (isHollow(value, member, parent)) report(walk.report, 'invariant', EMPTY);
  else walkValue(value, member, walk);
}

/** `_name` that has an id only, and no value beside it. */
const isHollow = (value: Json, member: Member, parent: JsonObject): boolean =>
  member.kind === 'sibling' &&
  isObject(value) &&
  value.extension === undefined &&
  parent[member.partner] === undefined;

function listFault(value: Json, member: Member): string | undefined {
  if (!Array.isArray(value)) return member.many ? 'a list is expected' : undefined;
  if (!member.many) return 'one value is expected, not a list';
  return value.length === 0 ? 'an empty list is not allowed' : undefined;
}

/** Lists of primitives come in pairs, filled up with null. https://hl7.org/fhir/R4/json.html#primitive */
function walkList(list: readonly Json[], member: Member, partner: Json | undefined, walk: Walk): void {
  const { report: to } = walk;
  const isPaired = member.kind === 'primitive' || member.kind === 'sibling';
  const other = isPaired && Array.isArray(partner) ? partner : undefined;
  if (member.kind === 'sibling' && other !== undefined && other.length !== list.length)
    report(to, 'structure', `not as long as ${member.partner}: both are filled up with null`);
  for (const [index, item] of list.entries()) {
    if (isFull(to)) return;
    to.at.push(index);
    if (item !== null) walkValue(item, member, walk);
    else if (!isPaired) report(to, 'structure', 'null is not allowed here');
    else if ((other?.[index] ?? null) === null)
      report(to, 'structure', 'null without a value or an extension for it is not allowed');
    to.at.pop();
  }
}

function walkValue(value: Exclude<Json, null>, member: Member, walk: Walk): void {
  if (member.kind === 'primitive') walkPrimitive(value, member, walk);
  else if (member.kind === 'resource') walkNested(value, member, walk);
  else if (isObject(value)) walkObject(value, shapeOf(member.type), member, walk);
  else report(walk.report, 'structure', 'a JSON object is expected');
}

function walkPrimitive(value: Json, member: Member, walk: Walk): void {
  if (!walk.refused) return;
  const fault = primitiveFault(member.type, value);
  if (fault !== undefined) report(walk.report, 'value', fault);
  else if (member.codes !== undefined && !member.codes.has(value as string))
    report(walk.report, 'code-invalid', 'not one of the codes that R4 allows here');
}

function walkNested(value: Json, member: Member, walk: Walk): void {
  const contained = member.name === 'contained';
  if (contained && isObject(value)) checkContained(value, walk.report);
  enterResource(value, { ...walk, contained });
}

const isValidatedType = (type: Json | undefined): type is string =>
  type === 'Parameters' || isResourceType(type);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
