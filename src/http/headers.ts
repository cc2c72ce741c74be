// Security headers. Helmet computes the same values for every request, so they are taken from it once and
// set with the rest in one call. https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

export type Headers = Readonly<Record<string, string>>;

const COMMON = {
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
  // Only where the public URL is one of https: HSTS below.
  strictTransportSecurity: false,
} as const satisfies HelmetOptions;

/** What a browser may do with JSON: nothing. Without what concerns documents alone. */
export const API_HEADERS: Headers = {
  ...taken({
    ...COMMON,
    contentSecurityPolicy: policy({ defaultSrc: ["'none'"], frameAncestors: ["'none'"] }),
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
  }),
  'Cache-Control': 'no-store',
};

/** The pages bring their own styles and nothing else. */
export const PAGE_HEADERS: Headers = {
  ...taken({
    ...COMMON,
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

/** Strict-Transport-Security: for a year browsers come by https alone. */
export const HSTS: string = taken({})['Strict-Transport-Security']!;

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
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, error => {
    failure = error;
  });
  if (failure !== undefined) throw failure;
  return headers;
}
