// The element table as the walk wants it: one map of JSON property names for each complex type, with
// choices spread out and `_name` siblings beside their primitives.
import { codeList, type ElementDef, elementsOf, isPrimitive, propertiesOf } from '../generated/tables.ts';

export interface Member {
  name: string;
  /** What its value, or each item of it, is. `sibling`: `_name`, id and extensions of a primitive. */
  kind: 'primitive' | 'sibling' | 'complex' | 'resource';
  /** Datatype or backbone path: the key of its Shape, where it is complex. */
  type: string;
  many: boolean;
  /** `name` of the element, where it is one of a choice: `value` for valueQuantity and _valueString. */
  choice: string | undefined;
  /** The other one of `name` and `_name`. */
  partner: string;
  codes: ReadonlySet<string> | undefined;
  targets: readonly string[] | undefined;
}

export interface Shape {
  key: string;
  members: ReadonlyMap<string, Member>;
  /** Elements that must be there, in any of their spellings. */
  required: readonly { name: string; choice: boolean; anyOf: readonly string[] }[];
}

const shapes = new Map<string, Shape>();

/** The Shape of a resource type, complex datatype or backbone path. Throws for a key the table lacks. */
export function shapeOf(key: string): Shape {
  const known = shapes.get(key);
  if (known !== undefined) return known;
  const shape = makeShape(key);
  shapes.set(key, shape);
  return shape;
}

function makeShape(key: string): Shape {
  const elements = elementsOf(key);
  if (elements === undefined) throw new Error('No elements for a type that is known.');
  const members = new Map<string, Member>();
  const spellings = new Map<string, string[]>();
  for (const { name, element, type } of propertiesOf(key)?.values() ?? []) {
    const member = memberOf(name, element, type, key);
    members.set(name, member);
    const names = spellings.get(element.name) ?? [];
    spellings.set(element.name, names);
    names.push(name);
    if (!hasSibling(member, element)) continue;
    members.set(`_${name}`, { ...member, name: `_${name}`, partner: name, kind: 'sibling', type: 'Element' });
    names.push(`_${name}`);
  }
  const required = [...elements.values()]
    .filter(element => element.min > 0)
    .map(({ name, choice }) => ({ name, choice, anyOf: spellings.get(name) ?? [] }));
  return { key, members, required };
}

function memberOf(name: string, element: ElementDef, type: string, owner: string): Member {
  const isCoded = element.codes !== undefined && type === 'code';
  return {
    name,
    kind: type === 'Resource' ? 'resource' : isPrimitive(type) ? 'primitive' : 'complex',
    type,
    many: element.max > 1,
    choice: element.choice ? element.name : undefined,
    partner: `_${name}`,
    codes: isCoded ? new Set(codeList(element.codes!)) : undefined,
    targets: targetsOf(element, `${owner}.${element.name}`),
  };
}

/**
 * Targets that the definitions leave out though the standard's own published examples use them: who
 * follows the example should not be refused.
 */
const ALSO_USED: Readonly<Record<string, string>> = {
  'DeviceMetric.parent': 'DeviceDefinition',
  'DeviceUseStatement.reasonReference': 'Procedure',
  'MedicationRequest.dispenseRequest.performer': 'Practitioner',
  'Observation.performer': 'Encounter',
};

function targetsOf({ targets }: ElementDef, path: string): readonly string[] | undefined {
  const more = ALSO_USED[path];
  return targets === undefined || more === undefined ? targets : [...targets, more];
}

/** Ids and the url of an extension are attributes in XML, and a narrative is markup: they have no extensions. */
const hasSibling = (member: Member, element: ElementDef): boolean =>
  member.kind === 'primitive' && !element.attribute && member.type !== 'xhtml' && element.name !== 'id';
