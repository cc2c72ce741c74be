// The schemas we compose against the published one.
import { expect, test } from '@jest/globals';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';
import { publishedSchema, type SchemaNode } from '../../../src/generated/definitions.ts';
import { DATATYPES, datatypeSchema, type JsonSchema, schemaOf } from '../../../src/generated/schema.ts';

type Node = SchemaNode & {
  if?: unknown;
  else?: Node;
  definitions?: Record<string, Node>;
  required?: string[];
};

const published = publishedSchema();
const datatypes = datatypeSchema() as Node;
const differences = new Set<string>();
const seen = new Set<string>();
let compared = 0;

function follow(reference: string, home: Node): [Node, Node] {
  const [file, name] = reference.split('#/definitions/');
  const root = file === '' ? home : datatypes;
  const node = root.definitions?.[name!];
  if (node === undefined) throw new Error(`${reference} leads nowhere`);
  return [node as Node, root];
}

function compare(path: string, ours: Node | undefined, home: Node, theirs: SchemaNode | undefined): void {
  compared += 1;
  if (ours === undefined || theirs === undefined) {
    differences.add(`${path} ${ours === undefined ? 'only there' : 'only here'}`);
    return;
  }
  if (theirs.$ref === '#/definitions/ResourceList') {
    if (ours.type !== 'object') differences.add(`${path} is no resource`);
    return;
  }
  if (ours.else !== undefined) compare(path, ours.else, home, theirs);
  else if (ours.type === 'array' || theirs.type === 'array') {
    if (ours.type !== theirs.type) differences.add(`${path} list`);
    else compare(path, ours.items as Node, home, theirs.items);
  } else if (ours.enum !== undefined || theirs.enum !== undefined) {
    if (JSON.stringify(ours.enum) !== JSON.stringify(theirs.enum)) differences.add(`${path} codes`);
  } else if (ours.$ref !== undefined) compareReference(path, ours.$ref, home, theirs);
  else if (ours.properties !== undefined) compareObjects(path, ours, home, theirs);
}

function compareReference(path: string, reference: string, home: Node, theirs: SchemaNode): void {
  const primitive = /#\/definitions\/[a-z]/.test(reference);
  const name = theirs.$ref?.split('/').pop();
  // A choice spells its primitive out.
  if (primitive && (name === undefined ? theirs.pattern !== undefined : reference.endsWith(`/${name}`)))
    return;
  if (primitive || name === undefined) {
    differences.add(`${path} type`);
    return;
  }
  const key = `${home.$id}${reference} ${name}`;
  if (seen.has(key)) return;
  seen.add(key);
  const [node, root] = follow(reference, home);
  compare(name, node, root, published[name]);
}

function compareObjects(path: string, ours: Node, home: Node, theirs: SchemaNode): void {
  const names = new Set([...Object.keys(ours.properties!), ...Object.keys(theirs.properties ?? {})]);
  names.delete('resourceType');
  for (const name of names)
    compare(`${path}.${name}`, ours.properties![name] as Node | undefined, home, theirs.properties?.[name]);
  const missing = ((theirs.required as string[] | undefined) ?? []).filter(
    name => !ours.required?.includes(name),
  );
  for (const name of missing) differences.add(`${path}.${name} required there`);
  const more = (ours.required ?? []).filter(
    name => !(theirs.required as string[] | undefined)?.includes(name),
  );
  for (const name of more) differences.add(`${path}.${name} required here`);
}

/** Where the published file is not R4 4.0.1, or says what the definitions do not. */
const EXPECTED: readonly RegExp[] = [
  // Added by the package's makers or taken from R5.
  /^Meta\.(project|author|account|compartment) only there$/,
  /^Reference\.resource only there$/,
  /^DeviceDefinition\.classification only there$/,
  /^HealthcareService\.offeredIn only there$/,
  /^OperationOutcome\.(status|resource) only there$/,
  /^ObservationDefinition\.publisher only there$/,
  // Elements of datatypes are of type Element, which has none.
  /^[A-Za-z]+_[A-Za-z]+\.modifierExtension only there$/,
  // Extensions on a url cannot be written in XML; those on a canonical can be written in both.
  /^Extension\._url only there$/,
  /\._\w+ only here$/,
  // A required primitive may be replaced by its extensions: rules check it.
  /^[A-Za-z_]+\.(definition|supportedMessage|profile|uri|measure|message|valueSet|url|capabilities) required there$/,
];

test('every resource type and datatype says what the published schema says', () => {
  for (const type of [...RESOURCE_TYPES, 'Parameters']) {
    const schema = schemaOf(type) as Node;
    compare(type, schema, schema, published[type]);
  }
  for (const name of Object.keys(datatypes.definitions!))
    if (published[name]?.properties !== undefined)
      compare(name, { $ref: `#/definitions/${name}` }, datatypes, { $ref: `#/definitions/${name}` });
  const unexpected = [...differences].filter(one => !EXPECTED.some(pattern => pattern.test(one)));
  expect(unexpected).toEqual([]);
  expect(compared).toBeGreaterThan(10_000);
});

test('the published schema holds none of the expected differences in vain', () => {
  for (const pattern of EXPECTED) expect([...differences].some(one => pattern.test(one))).toBe(true);
});

test('an unknown type has no schema', () => {
  for (const name of ['Nothing', 'HumanName', 'constructor', 'Resource', 'SubscriptionStatus'])
    expect(schemaOf(name)).toBeUndefined();
});

test('lists of primitives may hold null, other lists may not', () => {
  const { HumanName, Element } = datatypes.definitions as Record<string, Node>;
  expect(HumanName!.properties!.given!.items).toEqual({ if: { type: 'null' }, else: expect.anything() });
  expect(HumanName!.properties!._given!.items).toEqual({ if: { type: 'null' }, else: expect.anything() });
  expect(Element!.properties!.extension!.items).toEqual({ $ref: '#/definitions/Extension' });
  expect((datatypeSchema() as JsonSchema).$id).toBe(DATATYPES);
});
