// The body of a request to an OAuth endpoint.
import { OAuthError } from './error.ts';

/** Parameters by name. */
export type Form = ReadonlyMap<string, readonly string[]>;

/** Those that may come more than once; of others RFC 6749, section 3.2, allows one. */
const REPEATABLE: ReadonlySet<string> = new Set(['purpose_of_use']);

/** `text`: application/x-www-form-urlencoded. A parameter without a value counts as left out. */
export function parseForm(text: string): Form {
  const form = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (value === '') continue;
    const known = form.get(name);
    if (known === undefined) form.set(name, [value]);
    else if (REPEATABLE.has(name)) known.push(value);
    else throw new OAuthError('invalid_request', 'A parameter is there more than once.');
  }
  return form;
}

export const one = (form: Form, name: string): string | undefined => form.get(name)?.[0];

export function demand(form: Form, name: string): string {
  const value = one(form, name);
  if (value !== undefined) return value;
  throw new OAuthError('invalid_request', `The parameter ${name} is missing.`);
}
