// What of the scope that is asked for a client is granted. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
import { parseScopes, SCOPE, V1 } from '../scope.ts';
import { OAuthError } from './error.ts';

const LONGEST = 4000;

interface Word {
  context: string;
  type: string;
  letters: string;
  /** What follows `?`: only resources that match it. */
  query: string | undefined;
}

/**
 * Each word of `asked` is cut to what `own`, the client's, has of it: `system/*.rs` to the types it may read.
 * Throws `invalid_scope` where a word has nothing left, so that nobody takes a narrow token for a wide one.
 * Words that are not about resources (`openid`) mean nothing here and are left out.
 */
export function cutScope(asked: string, own: string): string {
  if (asked.length > LONGEST) throw refused(`is longer than ${LONGEST} characters`);
  const wanted = readWords(asked);
  if (wanted.length === 0) throw refused('names no resource type');
  const registered = readWords(own);
  const granted = wanted.flatMap(word => {
    const common = registered.map(one => intersect(word, one)).filter(one => one !== undefined);
    if (common.length === 0) throw refused('names what the client is not registered for');
    return common.map(print);
  });
  return [...new Set(granted)].join(' ');
}

/** What two scopes have in common: nothing more, be it nothing at all. */
export function commonScope(one: string, other: string): string {
  const others = readWords(other);
  const common = readWords(one).flatMap(word => others.map(more => intersect(word, more)));
  return [...new Set(common.filter(word => word !== undefined).map(print))].join(' ');
}

const refused = (why: string): OAuthError => new OAuthError('invalid_scope', `The scope ${why}.`);

function readWords(text: string): Word[] {
  const words = text.split(/\s+/).filter(word => /^(system|user|patient)\//.test(word));
  try {
    parseScopes(words.join(' '));
  } catch {
    throw refused('cannot be read: expected words like system/Observation.rs');
  }
  return words.map(readWord);
}

function readWord(text: string): Word {
  const found = SCOPE.exec(text);
  if (found === null) throw refused('cannot be read: expected words like system/Observation.rs');
  const [, context, type, how, query] = found as unknown as [string, string, string, string, string?];
  return { context, type, letters: V1[how] ?? how, query };
}

/** What both allow; undefined where that is nothing. */
function intersect(a: Word, b: Word): Word | undefined {
  if (a.context !== b.context) return undefined;
  if (a.type !== b.type && a.type !== '*' && b.type !== '*') return undefined;
  const letters = [...a.letters].filter(letter => b.letters.includes(letter)).join('');
  if (letters === '') return undefined;
  // Parameters are all to hold, so that both queries together are what both allow.
  const queries = [...new Set([a.query, b.query].filter(query => query !== undefined))];
  return {
    context: a.context,
    type: a.type === '*' ? b.type : a.type,
    letters,
    query: queries.length === 0 ? undefined : queries.join('&'),
  };
}

const print = ({ context, type, letters, query }: Word): string =>
  `${context}/${type}.${letters}${query === undefined ? '' : `?${query}`}`;
