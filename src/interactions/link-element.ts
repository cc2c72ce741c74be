// Elements whose value names another resource, so that an entry's fullUrl in them is to be replaced:
// Reference.reference and whatever is a uri, url, canonical, oid or uuid. Told by name alone, which is
// enough: `value` (a record number may look like a urn:uuid) is a uri nowhere.
// https://hl7.org/fhir/R4/http.html#trules
import { elementKeys, propertiesOf } from '../generated/tables.ts';

const LINKS: ReadonlySet<string> = new Set(['uri', 'url', 'canonical', 'oid', 'uuid']);

let names: ReadonlySet<string> | undefined;

export function isLinkElement(name: string): boolean {
  names ??= collect();
  return names.has(name);
}

function collect(): ReadonlySet<string> {
  const links = new Set<string>(['reference']);
  for (const key of elementKeys()) {
    for (const { name, type } of propertiesOf(key)?.values() ?? []) if (LINKS.has(type)) links.add(name);
  }
  return links;
}
