// A page for a person. It brings its own style, and no browser does anything else with it.
import type { Reply } from './request.ts';

/** `style`: hash of the page's one style element (iop/html.ts). */
export const htmlReply = (body: string, style: string): Reply => ({
  status: 200,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; style-src '${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  },
  body,
});
