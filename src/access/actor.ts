// Names under which lines of Consents and lists mean somebody. An Organization goes by its id, which holds neither a
// slash nor a colon.
import { localId } from '../fhir/reference.ts';

/** `id`: of a Practitioner. */
export const practitionerActor = (id: string): string => `Practitioner/${id}`;
/** Whoever calls and may be any Practitioner, for it is not known which. */
export const SOME_PRACTITIONER: string = practitionerActor('?');
/** `id`: of a RelatedPerson. */
export const relatedActor = (id: string): string => `RelatedPerson/${id}`;

/** Classes of recipients in 42 CFR 2.31(a)(4) that can be told: who treats, who insures, and both. */
export const RECIPIENT_CLASSES = ['treating-providers', 'health-plans', 'tpo'] as const;
export type RecipientClass = (typeof RECIPIENT_CLASSES)[number];
export const classActor = (of: RecipientClass): string => `class:${of}`;

const NETWORK = 'network:';
/** Whoever takes part in an intermediary: `id` of an Organization. */
export const networkActor = (id: string): string => `${NETWORK}${id}`;
/** Of these whoever treats the person. */
export const viaActor = (id: string): string => `via:${id}`;
/** The names under which who treats the person is meant besides. */
export const viasOf = (names: readonly string[]): string[] =>
  names.flatMap(name => (name.startsWith(NETWORK) ? [viaActor(name.slice(NETWORK.length))] : []));

/** What others belong to, besides an Organization: `CareTeam/x` is whoever does. */
const COLLECTIVE = ['PractitionerRole', 'CareTeam', 'Group'] as const;

/** As a reference names it; undefined: nobody who calls. */
export function actorOf(reference: string | undefined, base?: string): string | undefined {
  const organization = localId(reference, 'Organization', base);
  if (organization !== undefined) return organization;
  const practitioner = localId(reference, 'Practitioner', base);
  if (practitioner !== undefined) return practitionerActor(practitioner);
  const related = localId(reference, 'RelatedPerson', base);
  if (related !== undefined) return relatedActor(related);
  for (const type of COLLECTIVE) {
    const id = localId(reference, type, base);
    if (id !== undefined) return `${type}/${id}`;
  }
  return undefined;
}
