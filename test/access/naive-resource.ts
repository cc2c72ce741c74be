// What is read of one resource or one fact, for the naive rules.
import type { AnyResource, Json, JsonObject } from '../../src/fhir/types.ts';
import type { Fact } from './naive.ts';

/** Where the types of the matrix name people: the Patient compartment, `patient` and `subject`. */
const PEOPLE_IN: Readonly<Record<string, readonly string[]>> = {
  Appointment: ['participant.actor'],
  CarePlan: ['subject', 'activity.detail.performer'],
  CareTeam: ['subject', 'participant.member'],
  Communication: ['subject', 'sender', 'recipient'],
  Condition: ['subject', 'asserter'],
  Consent: ['patient'],
  Contract: ['subject'],
  CoverageEligibilityResponse: ['patient'],
  Coverage: ['policyHolder', 'subscriber', 'beneficiary', 'payor'],
  Encounter: ['subject'],
  EpisodeOfCare: ['patient'],
  Goal: ['subject'],
  Group: ['member.entity'],
  MedicationRequest: ['subject'],
  Observation: ['subject', 'performer'],
  Patient: ['link.other'],
  QuestionnaireResponse: ['subject', 'author'],
  Schedule: ['actor'],
  Task: ['for'],
};

export const objects = (value: Json | undefined): JsonObject[] => {
  if (Array.isArray(value)) return value.filter(isObject);
  return isObject(value) ? [value] : [];
};
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const along = (resource: JsonObject, path: string): JsonObject[] =>
  path.split('.').reduce((found, name) => found.flatMap(one => objects(one[name])), [resource]);

/** Ids of the people it names; `?` for somebody who cannot be told. */
export function peopleOf(resource: AnyResource): string[] {
  const known = PEOPLE.get(resource) ?? lookForPeople(resource);
  PEOPLE.set(resource, known);
  return known;
}

/** Resources that were written do not change. */
const PEOPLE = new WeakMap<AnyResource, string[]>();

function lookForPeople(resource: AnyResource): string[] {
  const people = new Set<string>();
  if (resource.resourceType === 'Patient') people.add(resource.id as string);
  for (const { reference } of (PEOPLE_IN[resource.resourceType] ?? []).flatMap(p => along(resource, p))) {
    const [, type, id] = /^([A-Z]\w+)\/([\w.-]+)(\/_history\/\d+)?$/.exec(String(reference ?? '')) ?? [];
    if (type === undefined) people.add('?');
    if (type === 'Patient') people.add(id!);
  }
  for (const [, id] of JSON.stringify(resource).matchAll(/"Patient\/([\w.-]+)/g)) people.add(id!);
  return [...people];
}

const DAY = 86_400_000;
export const start = (text: Json | undefined) => (text === undefined ? -Infinity : Date.parse(String(text)));
/** A year, a month, a day or a second is all of it. */
export const end = (text: Json | undefined) => {
  const said = String(text);
  if (text === undefined) return Infinity;
  if (said.length === 4) return Date.UTC(Number(said) + 1, 0);
  if (said.length === 7) return Date.UTC(Number(said.slice(0, 4)), Number(said.slice(5)));
  return Date.parse(said) + (said.includes('T') ? 1000 : DAY);
};
export const codes = (concept: Json | undefined) => objects(concept).flatMap(one => along(one, 'coding'));
export const hasCode = (concept: Json | undefined, ...wanted: string[]) =>
  codes(concept).some(one => wanted.includes(String(one.code)));
export const within = (period: Json | undefined, now: number): boolean => {
  const [bounds] = objects(period);
  return start(bounds?.start) <= now && now < end(bounds?.end);
};
export const names = (place: Json | undefined, name: string) =>
  objects(place).some(one => one.reference === name);

/** As it is, or where it was deleted as it was last. */
export function lastLive(fact: Fact, version = fact.versions.length): AnyResource {
  return fact.versions.slice(0, version).findLast(one => one.resource !== undefined)!.resource!;
}
export const isDeleted = (fact: Fact) => fact.versions.at(-1)!.resource === undefined;

const DIRECTORY = ['HealthcareService', 'Location', 'Organization', 'Practitioner', 'PractitionerRole'];
export const isDirectory = (resource: AnyResource) =>
  ([...DIRECTORY, 'Schedule', 'ValueSet'].includes(resource.resourceType) ||
    (resource.resourceType === 'Slot' && resource.status === 'free')) &&
  peopleOf(resource).length === 0;

export const isDirectoryType = ({ resourceType }: AnyResource) =>
  [...DIRECTORY, 'Schedule', 'Slot', 'ValueSet'].includes(resourceType);
