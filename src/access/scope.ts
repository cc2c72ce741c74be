// SMART v2 scopes. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
// A scope may say more than a type: `?category=laboratory` is a search, and what it does not find is out of
// reach. It is read once, when the token is, with the parser of searches.
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { Clause, Predicate } from '../search/ast.ts';
import { parseSearch } from '../search/parse.ts';
import { readPairs } from '../search/query.ts';
import { paramOf } from '../search/registry.ts';
import { directory } from './directory.ts';
import type { Principal, Scope, Use } from './grant.ts';
import { ALL, allOf, anyOf, NONE, READING } from './rule.ts';

export const SCOPE = /^(system|user|patient)\/([A-Za-z]+|\*)\.([a-z]+|\*)(?:\?(.*))?$/;
const LETTERS = /^c?r?u?d?s?$/;
/** The v1 words and what they are in v2. */
export const V1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** Each is an alternative that every query is asked with; a token names some. */
const MOST_QUERIES = 50;

/**
 * Reads a space separated scope text. Scopes that are not about resources (`openid`, `launch/patient`) are
 * left out. `base`: the server's own FHIR base URL, for references in full. Throws `invalid-value`, also for
 * what a query asks and what cannot be kept on every resource alike: never is a part of it left out.
 */
export function parseScopes(text: string, base?: string): Scope[] {
  const words = text.split(/\s+/).filter(word => word !== '');
  const scopes = words.filter(isAboutResources).map(word => parseScope(word, base));
  if (scopes.filter(scope => scope.where !== undefined).length > MOST_QUERIES)
    throw bad(`more than ${MOST_QUERIES} scopes have a query`);
  return scopes;
}

const isAboutResources = (word: string): boolean => word.includes('/') && !word.startsWith('launch/');

function parseScope(word: string, base: string | undefined): Scope {
  const found = SCOPE.exec(word);
  if (found === null) throw bad('expected system|user|patient/Type.cruds, and after a ? what it is bound to');
  const [, context, type, how, query] = found as unknown as [
    string,
    Scope['context'],
    string,
    string,
    string | undefined,
  ];
  if (type !== '*' && !isResourceType(type)) throw bad('names no R4 resource type');
  const letters = V1[how] ?? how;
  if (!LETTERS.test(letters)) throw bad('its permissions are letters of "cruds" in that order');
  const has = (letter: string) => letters.includes(letter);
  return {
    text: word,
    context,
    type,
    create: has('c'),
    read: has('r'),
    update: has('u'),
    delete: has('d'),
    search: has('s'),
    ...(query === undefined ? {} : { where: parseQuery(type, query, base) }),
  };
}

/** Any type stands for all of them where a parameter is one of every resource. */
const SOME_TYPE = 'Basic';

function parseQuery(type: string, query: string, base: string | undefined): readonly Clause[] {
  const clauses = clausesOf(type, query, base);
  if (clauses.some(isRelative)) throw bad('ap depends on when it is asked');
  return clauses;
}

function clausesOf(type: string, query: string, base: string | undefined): readonly Clause[] {
  try {
    const names = readPairs(query).map(([name]) => name);
    if (names.length === 0) throw bad('after the ? there is no query');
    if (type === '*' && !names.every(name => name.startsWith('_')))
      throw bad('of any type (*) only parameters of every resource can be asked: _tag, _security, ...');
    const asked = type === '*' ? SOME_TYPE : type;
    const limits = { strict: true, maxCount: 0, defaultCount: 0, now: 0 };
    const { clauses } = parseSearch(asked, query, { ...limits, ...(base === undefined ? {} : { base }) });
    // What is left is about the result, or about how it is sent.
    if (clauses.length < names.length)
      throw bad('its query holds criteria alone: no _sort, _count, _include, _format, ...');
    return clauses;
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw error.message.startsWith(BAD) ? error : bad(error.message);
  }
}

/** A stretch of time around now. */
const isRelative = (clause: Clause): boolean =>
  clause.kind === 'updated'
    ? clause.values.some(value => value.prefix === 'ap')
    : clause.kind === 'param' && clause.values.some(value => value.kind === 'date' && value.prefix === 'ap');

const BAD = 'scope: ';
const bad = (why: string) => new FhirError('invalid-value', `${BAD}${why}`);

const RIGHT: Readonly<Record<Use, 'create' | 'read' | 'update' | 'delete' | 'search'>> = {
  read: 'read',
  history: 'read',
  search: 'search',
  create: 'create',
  update: 'update',
  delete: 'delete',
};

/** Whose scopes. */
export type Scoped = Pick<Principal, 'scopes' | 'patient'>;

/** `patient/` scopes hold within one person's compartment: without that person they reach nothing. */
const holds = (scope: Scope, { patient }: Scoped, use: Use): boolean =>
  scope[RIGHT[use]] && (scope.context !== 'patient' || isId(patient));

const isOf = (scope: Scope, type: string): boolean => scope.type === '*' || scope.type === type;

/** Those that reach a type for a use. */
export const scopesFor = (scoped: Scoped, type: string, use: Use): readonly Scope[] =>
  scoped.scopes.filter(scope => isOf(scope, type) && holds(scope, scoped, use));

/** Do these scopes reach a type for a use? */
export const scopesAllow = (scoped: Scoped, type: string, use: Use): boolean =>
  scopesFor(scoped, type, use).length > 0;

/** Does any scope give this use for any type? For what is asked of the whole server. */
export const scopesAllowAny = (scoped: Scoped, use: Use): boolean =>
  scoped.scopes.some(scope => holds(scope, scoped, use));

/**
 * What of a type they reach for a use: what any of them does. One without a query reaches all that the
 * rules of the role do, or all of that in one person's compartment (and in the directory, which is in none).
 */
export function scopesReach(scoped: Scoped, type: string, use: Use): Predicate {
  const those = scopesFor(scoped, type, use);
  if (those.some(scope => scope.context !== 'patient' && scope.where === undefined)) return ALL;
  const [bound, free] = [true, false].map(own =>
    anyOf(...those.filter(scope => (scope.context === 'patient') === own).map(scope => queryOf(scope, type))),
  ) as [Predicate, Predicate];
  return anyOf(allOf(compartmentOf(scoped, type, use), bound), free);
}

function compartmentOf({ patient = '' }: Scoped, type: string, use: Use): Predicate {
  const own: Predicate = { kind: 'person', patient };
  return READING.has(use) ? anyOf(own, directory(type)) : own;
}

/** A query on any type is one on the parameters of each. */
function queryOf({ type: of, where = [] }: Scope, type: string): Predicate {
  return allOf(
    ...where.map((clause): Predicate => {
      if (of !== '*' || (clause.kind !== 'param' && clause.kind !== 'missing'))
        return { kind: 'clause', clause };
      const param = paramOf(type, clause.param.code);
      return param === undefined ? NONE : { kind: 'clause', clause: { ...clause, param } };
    }),
  );
}
