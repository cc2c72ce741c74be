// What the OAuth endpoints refuse, in the words of RFC 6749, section 5.2. Descriptions hold nothing of a
// request: assertions and tokens are secrets, and logs are read by many.

export type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type';

export class OAuthError extends Error {
  readonly code: OAuthCode;
  /** Which check refused it, for the audit row; may say more than the caller is told. */
  readonly check: string;

  constructor(code: OAuthCode, description: string, check = description) {
    super(description);
    this.name = 'OAuthError';
    this.code = code;
    this.check = check;
  }
}

/** One answer for everything that is wrong before a signature holds: it must not tell which clients there are. */
export const unknownClient = (check: string): OAuthError =>
  new OAuthError('invalid_client', 'The client could not be authenticated.', check);
