// The one place where @types/fhir is named (R4; its npm tag `latest` is STU3, hence the exact pin).
import type { CodeableConcept, Coding, Consent, FhirResource, Reference } from 'fhir/r4.js';

export type * from 'fhir/r4.js';

/** Any JSON value as JSON.parse makes it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json | undefined;
}

/** A resource of any of the served types, before anything is known about its elements. */
export interface AnyResource extends JsonObject {
  resourceType: string;
}

/** A typed resource seen as plain JSON, and back: the two views of one value. */
export function asAny(resource: FhirResource): AnyResource {
  return resource as unknown as AnyResource;
}

export type { CodeableConcept, Coding, Consent, FhirResource, Reference };
