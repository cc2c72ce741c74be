// The terms of a line of a Consent: what they mean, said once. The stores ask the same of what they hold.
import type { Criteria, Derived, IndexValue, Made, Terms } from '../store/port/derived.ts';
import type { Predicate } from './ast.ts';

type Asked = Extract<Predicate, { kind: 'consent' }>;

/** What is known where terms are asked. */
export interface Known {
  /** Of the resource and of the question. */
  marks: Pick<ReadonlySet<string>, 'has'>;
  dates: readonly { low: number; high: number }[];
  /** ms since the epoch. */
  at: number;
}

/** What terms ask of a resource. */
export interface Described {
  marks: ReadonlySet<string>;
  dates: Known['dates'];
}

export const typeMark = (type: string): string => `type|${type}`;
/** `name`: `Type/id`. */
export const selfMark = (name: string): string => `is|${name}`;
/** It refers to it where it can be searched by that. */
export const referenceMark = (name: string): string => `ref|${name}`;
export const actorMark = (actor: string): string => `actor|${actor}`;
/** Of a consent for notes (`note:TREAT`) too: within a Consent the purpose is the code alone. */
export const purposeMark = (purpose: string): string => `purpose|${purpose.replace(/^[a-z]+:/, '')}`;
export const actionMark = (action: 'read' | 'write'): string => `action|${action}`;

/** Is it asked of this owner's records at all? */
export const asksOwner = ({ only, except = [] }: Asked, owner: string): boolean =>
  (only === undefined || only === owner) && !except.includes(owner);

/** Marks of who asks, for what, to do what. */
export const asksOf = ({ actor, also = [], purposes, action = 'read' }: Asked): string[] => [
  ...[actor, ...also].map(actorMark),
  ...purposes.map(purposeMark),
  actionMark(action),
];

export const holds = ({ unless = [], ...criteria }: Terms, known: Known): boolean =>
  meets(criteria, known) && !unless.some(one => meets(one, known));

/** Dates are asked for only where they are needed: they may have to be read. */
const meets = ({ all = [], made = [], from, to }: Criteria, known: Known): boolean =>
  (from === undefined || from <= known.at) &&
  (to === undefined || known.at < to) &&
  all.every(set => set.some(mark => known.marks.has(mark))) &&
  made.every(one => isMade(one, known.dates));

const isMade = ({ how, low, high }: Made, dates: Known['dates']): boolean =>
  how === 'within'
    ? dates.length > 0 && dates.every(date => low <= date.low && date.high <= high)
    : dates.length === 0 || dates.some(date => date.low < high && low < date.high);

/** What is known of a resource, without the question. */
export function knownOf(
  { type, id }: { type: string; id: string },
  { values, marks = [] }: Pick<Derived, 'values' | 'marks'>,
): Described {
  // A canonical reference is indexed as a URI.
  const references = values.flatMap(value =>
    value.type === 'reference'
      ? [referenceMark(value.target)]
      : value.type === 'uri'
        ? [referenceMark(value.uri)]
        : [],
  );
  return {
    marks: new Set([typeMark(type), selfMark(`${type}/${id}`), ...references, ...marks]),
    dates: datesOf(type, values),
  };
}

function datesOf(type: string, values: readonly IndexValue[]): { low: number; high: number }[] {
  const keys = CLINICAL_DATES.map(code => `${type}.${code}`);
  return values.flatMap(value =>
    value.type === 'date' && keys.includes(value.key) ? [{ low: value.low, high: value.high }] : [],
  );
}

/** Where a rank is not said: a permit gives way to everything, a deny to nothing. Within what a double counts exactly. */
export const rankOf = ({ effect, rank }: { effect: 'permit' | 'deny'; rank?: number }): number =>
  rank ?? (effect === 'permit' ? -8.64e15 : 8.64e15);

/**
 * The search parameters that say when data are from, whatever the type; what is indexed under none of these has no
 * known time.
 */
export const CLINICAL_DATES: readonly string[] = [
  'authored',
  'authored-on',
  'authoredon',
  'collected',
  'created',
  'date',
  'effective',
  'effective-time',
  'occurrence',
  'onset',
  'onset-date',
  'period',
  'recorded-date',
  'sent',
  'start-date',
  'whenhandedover',
  'whenprepared',
];
