// Parameters resources as plain values: what is repeated is a list, what has parts an object of lists.
import type { JsonObject } from '../../src/fhir/types.ts';

export type Plain = { [name: string]: (Plain | string | number | boolean)[] };

export function plainOf(list: unknown): Plain {
  const plain: Plain = {};
  for (const { name, part, ...value } of list as JsonObject[]) {
    const said = part === undefined ? plainValue(value) : plainOf(part);
    plain[String(name)] = [...(plain[String(name)] ?? []), said];
  }
  return plain;
}

function plainValue(value: JsonObject): string | number | boolean {
  const [only] = Object.values(value);
  if (typeof only !== 'object' || only === null) return only as string | number | boolean;
  const { reference, code, start } = only as JsonObject;
  return String(reference ?? code ?? start ?? JSON.stringify(only));
}
