// SMART v2 type scopes. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
import { FhirError } from '../fhir/error.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { Scope, Use } from './grant.ts';

const SCOPE = /^(system|user|patient)\/([A-Za-z]+|\*)\.([a-z]+|\*)$/;
const LETTERS = /^c?r?u?d?s?$/;
/** The v1 words and what they are in v2. */
const V1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/**
 * Reads a space separated scope text. Scopes that are not about resources (`openid`, `launch`) are left
 * out. A granular scope (`?param=value`) narrows further than can be kept yet, so it is refused rather
 * than widened. Throws `invalid-value`.
 */
export function parseScopes(text: string): Scope[] {
  const words = text.split(/\s+/).filter(word => word !== '');
  return words.filter(word => word.includes('/')).map(parseScope);
}

function parseScope(word: string): Scope {
  if (word.includes('?')) throw bad('granular scopes (with ?) are not supported');
  const found = SCOPE.exec(word);
  if (found === null) throw bad('expected system|user|patient/Type.cruds');
  const [, context, type, how] = found as unknown as [string, Scope['context'], string, string];
  if (type !== '*' && !isResourceType(type)) throw bad('names no R4 resource type');
  const letters = V1[how] ?? how;
  if (!LETTERS.test(letters)) throw bad('its permissions are letters of "cruds" in that order');
  const has = (letter: string) => letters.includes(letter);
  return {
    context,
    type,
    create: has('c'),
    read: has('r'),
    update: has('u'),
    delete: has('d'),
    search: has('s'),
  };
}

const bad = (why: string) => new FhirError('invalid-value', `scope: ${why}`);

const RIGHT: Readonly<Record<Use, 'create' | 'read' | 'update' | 'delete' | 'search'>> = {
  read: 'read',
  history: 'read',
  search: 'search',
  create: 'create',
  update: 'update',
  delete: 'delete',
};

/**
 * Do these scopes reach a type for a use? `patient/` scopes hold only within one person's compartment;
 * until tokens carry that person they reach nothing.
 */
export function scopesAllow(scopes: readonly Scope[], type: string, use: Use): boolean {
  const right = RIGHT[use];
  return scopes.some(
    scope => scope.context !== 'patient' && (scope.type === '*' || scope.type === type) && scope[right],
  );
}

/** Does any scope give this use for any type? For what is asked of the whole server. */
export function scopesAllowAny(scopes: readonly Scope[], use: Use): boolean {
  return scopes.some(scope => scope.context !== 'patient' && scope[RIGHT[use]]);
}
