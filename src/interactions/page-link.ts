// Page links. What a page needs (query text, cursor) holds what the caller searched for, so it goes out
// sealed: AES-256-GCM under a key of the server, readable to nobody, and bound to the caller as
// associated data, so that another caller's link opens no better than noise.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Principal } from '../access/grant.ts';
import { FhirError } from '../fhir/error.ts';
import type { Cursor } from '../search/ast.ts';
import type { HistoryQuery } from '../store/port.ts';

export type PageState =
  /** `query` holds only what was understood, so no preference needs to be kept. */
  { kind: 'search'; type: string; query: string; cursor: Cursor } | { kind: 'history'; query: HistoryQuery };

export interface PageSeal {
  /** Opaque base64url text. Throws `too-large` where the search is too long for a URL. */
  seal(state: PageState, principal: Principal): string;
  /** Throws `invalid-value` for anything that this caller was not given. */
  open(text: string, principal: Principal): PageState;
}

const IV = 12;
const TAG = 16;
/** Node refuses more than 16 KiB of request line and headers; this leaves room for a token. */
const LONGEST = 12_000;
const SHORT = 1000;
const AS_IS = Buffer.from([0]);
const DEFLATED = Buffer.from([1]);
/** Nothing longer was ever sealed; also keeps a hostile deflate stream from growing. */
const LARGEST_STATE = 256 * 1024;

/** `key`: 32 bytes, the same for every server that shares a store, or links of one fail on another. */
export function pageSeal(key: Uint8Array): PageSeal {
  return {
    seal: (state, principal) => seal(key, state, principal),
    open: (text, principal) => open(key, text, principal),
  };
}

const bindTo = (principal: Principal): Buffer =>
  Buffer.from(
    JSON.stringify([principal.client, principal.organization, principal.role, principal.patient ?? '']),
  );

function seal(key: Uint8Array, state: PageState, principal: Principal): string {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG });
  cipher.setAAD(bindTo(principal));
  const text = Buffer.from(JSON.stringify(state));
  // Only long searches need it, and it costs more than all the rest.
  const plain =
    text.length <= SHORT ? Buffer.concat([AS_IS, text]) : Buffer.concat([DEFLATED, deflateRawSync(text)]);
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const link = sealed.toString('base64url');
  if (link.length > LONGEST)
    throw new FhirError('too-large', 'This search is too long to be paged: ask for fewer values at once.');
  return link;
}

function open(key: Uint8Array, text: string, principal: Principal): PageState {
  const refused = new FhirError('invalid-value', 'This page link is not valid for this caller.');
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw refused;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length <= IV + TAG) throw refused;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG });
    decipher.setAAD(bindTo(principal));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
    const plain = Buffer.concat([decipher.update(bytes.subarray(IV, bytes.length - TAG)), decipher.final()]);
    const rest = plain.subarray(1);
    const state = plain[0] === AS_IS[0] ? rest : inflateRawSync(rest, { maxOutputLength: LARGEST_STATE });
    return JSON.parse(state.toString()) as PageState;
  } catch {
    throw refused;
  }
}
