// Security headers. Helmet computes the same values for every request, so they are taken from it once and
// set with the rest in one call.
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

export type Headers = Readonly<Record<string, string>>;

/** What a browser may do with JSON: nothing. */
export const API_HEADERS: Headers = {
  ...taken({ contentSecurityPolicy: policy({ defaultSrc: ["'none'"], frameAncestors: ["'none'"] }) }),
  'Cache-Control': 'no-store',
};

/** The pages bring their own styles and nothing else. */
export const PAGE_HEADERS: Headers = {
  ...taken({
    contentSecurityPolicy: policy({
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    }),
  }),
  'Cache-Control': 'no-store',
};

/** Helmet's own defaults allow inline styles and upgrade plain http, which breaks use away from localhost. */
function policy(directives: Record<string, string[]>) {
  return { useDefaults: false, directives };
}

function taken(options: HelmetOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name] = value;
    },
    removeHeader: () => undefined,
  };
  let failure: unknown;
  helmet({ referrerPolicy: { policy: 'no-referrer' }, ...options })(
    {} as IncomingMessage,
    response as unknown as ServerResponse,
    error => {
      failure = error;
    },
  );
  if (failure !== undefined) throw failure;
  return headers;
}
