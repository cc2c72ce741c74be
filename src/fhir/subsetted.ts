// The mark of a resource that is not whole: whoever gets it must not write it back.
// https://hl7.org/fhir/R4/search.html#elements
import type { JsonObject } from './types.ts';

export const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};

/** The resource with the mark in its meta, once. */
export function tagSubsetted(resource: JsonObject): JsonObject {
  const meta = (resource.meta ?? {}) as JsonObject;
  const tags = (Array.isArray(meta.tag) ? meta.tag : []) as JsonObject[];
  if (tags.some(({ system, code }) => system === SUBSETTED.system && code === SUBSETTED.code))
    return resource;
  return { ...resource, meta: { ...meta, tag: [...tags, SUBSETTED] } };
}
