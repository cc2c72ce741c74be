// The notice to accompany disclosures, 42 CFR 2.32: what goes out of the record of a Part 2 program to somebody
// else says that it is protected, and by whose consent it went. Pure: it is told of what goes out, and of nothing
// else, so that it can say no more than the answer does.
// https://www.ecfr.gov/current/title-42/section-2.32
import type { Predicate } from '../search/ast.ts';
import { asksOwner } from '../search/terms.ts';
import type { Chart, ConsentLine, Version } from '../store/port.ts';
import type { OrganizationEntry } from '../store/registry.ts';
import type { Grant, Principal, Role } from './grant.ts';

/** 2.32(a)(2). */
export const SHORT_NOTICE = '42 CFR part 2 prohibits unauthorized use or disclosure of these records.';

/** 2.32(a)(1). */
export const LONG_NOTICE =
  'This record which has been disclosed to you is protected by Federal confidentiality rules (42 CFR part 2). ' +
  'These rules prohibit you from using or disclosing this record, or testimony that describes the information ' +
  'contained in this record, in any civil, criminal, administrative, or legislative proceedings by any Federal, ' +
  'State, or local authority, against the patient, unless authorized by the consent of the patient, except as ' +
  'provided at 42 CFR 2.12(c)(5) or as otherwise authorized by a court in accordance with 42 CFR 2.61 through ' +
  '2.67. In addition, the Federal rules prohibit you from making any other use or disclosure of this record unless ' +
  'at least one of the following applies: (i) Further use or disclosure is expressly permitted by the written ' +
  'consent of the individual whose information is being disclosed in this record or as otherwise permitted by 42 ' +
  'CFR part 2; (ii) You are a covered entity or business associate and have received the record pursuant to a ' +
  'consent for treatment, payment, or health care operations; or (iii) You have received the record from a covered ' +
  'entity or business associate as permitted by 45 CFR part 164, subparts A and E. A general authorization for the ' +
  'release of medical or other information is NOT sufficient to meet the required elements of written consent to ' +
  'the use or redisclosure of the record (see 42 CFR 2.31).';

/** A person's own record is no disclosure (2.23). */
const OF_THE_PERSON: ReadonlySet<Role> = new Set<Role>(['patient', 'representative']);

/** What of it tells an outside caller of persons: whether it is Part 2 remains to be asked of its owners. */
export const outsideOf = ({ role, organization }: Principal, versions: readonly Version[]): Version[] =>
  OF_THE_PERSON.has(role)
    ? []
    : versions.filter(({ owner, patients }) => owner !== organization && patients.length > 0);

/** Until there are labels, all that a Part 2 program has of persons is Part 2. */
export function part2Of(
  versions: readonly Version[],
  organizations: readonly OrganizationEntry[],
): Version[] {
  const programs = new Set(organizations.filter(one => one.part2).map(one => one.id));
  return versions.filter(({ owner }) => programs.has(owner));
}

/** Shown to its source, whoever permits what. */
export const isOwnWork = ({ source, writer }: Version, { organization }: Principal): boolean =>
  source === organization && writer === organization;

/** What a Grant asks of Consents for one purpose. */
export type Permit = Extract<Predicate, { kind: 'consent' }>;

/** Any of them lets the caller see; none where the Grant reaches nothing by Consents. */
export const permitsOf = (grant: Grant): Permit[] =>
  grant
    .because('Consent', 'read')
    .rules.filter(({ reason }) => reason === 'consent')
    .flatMap(({ where }) => consentsAsked(where));

function consentsAsked(where: Predicate): Permit[] {
  if (where.kind === 'and' || where.kind === 'or') return where.of.flatMap(consentsAsked);
  return where.kind === 'consent' && where.roster !== true ? [where] : [];
}

/** A person in the record of a program: a Consent counts for the record of the one that keeps it. */
export const chartName = ({ owner, person }: Chart): string => `${owner} ${person}`;

/** Whose charts the versions are of. One names several people where all of them permit. */
export const chartsIn = (versions: readonly Version[]): Chart[] => [
  ...new Map(
    versions
      .flatMap(({ owner, patients }) => patients.map(person => ({ owner, person })))
      .map(chart => [chartName(chart), chart]),
  ).values(),
];

export interface Opening {
  /** Logical ids; none where it takes the resource to tell. */
  consents: readonly string[];
  /** A deny of some data may be about these Consents too: whether the caller may read them is still to be asked. */
  doubtful: boolean;
}
const NOTHING: Opening = { consents: [], doubtful: false };

/**
 * The Consents that open a chart to who asks so: of those that name the caller's Organization and nobody else besides,
 * so that it may read them, the highest. Of what is shown of the chart: where these are enough, whatever else is said
 * of it that the caller may not read changes nothing, and leaves no trace.
 */
export function opening(
  chart: Chart,
  lines: readonly ConsentLine[],
  asked: Permit,
  organization: string,
): Opening {
  const { actor, also = [], purposes } = asked;
  if (!asksOwner(asked, chart.owner)) return NOTHING;
  const names = [actor, ...also];
  const said = lines
    .filter(one => one.owner === chart.owner && one.person === chart.person)
    .filter(one => names.includes(one.actor) || one.actor === '')
    .filter(one => purposes.includes(one.purpose) || one.purpose === '');
  const permits = said.filter(one => one.effect === 'permit');
  const readable = permits.filter(one => one.actor === organization && !one.shared);
  const rank = Math.max(...readable.map(one => one.rank));
  const highest = readable.filter(one => one.rank === rank);
  if (highest.some(one => one.bound)) return NOTHING;
  const against = said.filter(one => one.effect === 'deny' && one.rank >= rank);
  if (against.some(one => !one.bound)) return NOTHING;
  // What is shown though one of these denies it is shown by what outranks that.
  const least = Math.min(...against.map(one => one.rank));
  if (permits.some(one => one.rank > least)) return NOTHING;
  return { consents: highest.map(one => one.consent), doubtful: against.length > 0 };
}
