// A generated clinic as the bodies that a store keeps.
import { compileConsent } from '../../src/access/consent.ts';
import { compileRoster } from '../../src/access/roster.ts';
import type { AnyResource } from '../../src/fhir/types.ts';
import { transactionOf } from '../../src/iop/bundle.ts';
import { type ClinicSize, generateClinic } from '../../src/iop/generate/clinic-records.ts';
import { extract } from '../../src/search/extract.ts';
import type { Derive } from '../../src/store/port/derived.ts';

export interface ClinicBody {
  type: string;
  id: string;
  body: string;
}

/** Every resource in the order in which it is made; ids are UUIDs, the same for the same size. */
export function clinicBodies(size: ClinicSize): ClinicBody[] {
  const entries = transactionOf(generateClinic(size)).entry ?? [];
  const types = new Map(entries.map(entry => [entry.fullUrl!, entry.resource!.resourceType]));
  return entries.map(({ fullUrl, resource }) => {
    const id = idOf(fullUrl!);
    const { resourceType: type, meta = {}, ...rest } = resource as AnyResource;
    const text = JSON.stringify({ resourceType: type, id, meta, ...rest });
    const named = (urn: string): string => (types.has(urn) ? `${types.get(urn)}/${idOf(urn)}` : urn);
    return { type, id, body: text.replaceAll(/urn:uuid:[0-9a-f-]{36}/g, named) };
  });
}

const idOf = (urn: string): string => urn.slice('urn:uuid:'.length);

/** As the server derives it. */
export const clinicDerive: Derive = given => {
  const resource = given as AnyResource;
  const rules = [...compileConsent(resource), ...compileRoster(resource)];
  return { ...extract(resource), rules };
};
