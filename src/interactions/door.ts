// The program's door beside the FHIR API: its own records in, its own words out.
import type { Principal } from '../access/grant.ts';
import { showCensus } from './census.ts';
import { clientPages } from './client-pages.ts';
import { viewClient } from './client-view.ts';
import { printConsent } from './consent-form.ts';
import type { Context } from './context.ts';
import { replyToRecords } from './import-reply.ts';
import { printLetter } from './letter-page.ts';
import { showRecord } from './record.ts';
import { listSchemas, readSchema } from './record-schema.ts';
import type { Reply } from './request.ts';

export interface DoorInput {
  /** From the path: `{ id: '...' }`. */
  params: Readonly<Record<string, string>>;
  /** Text as it came; '' where there is none. */
  body: string;
  /** The Content-Type header, or ''. */
  contentType: string;
  /** The answer is wanted as a page. */
  html: boolean;
  /** X-Request-Id. */
  request: string;
}

export interface DoorRoute {
  method: 'GET' | 'POST';
  /** Express path. */
  path: string;
  /** What an audit row calls it. */
  action: string;
  /** Media types of the body; none where it has no body. */
  accepts: readonly string[];
  /** It is had as a page too, by Accept or _format. */
  html?: true;
  handle(input: DoorInput, context: Context, principal: Principal): Promise<Reply>;
}

const RECORDS = ['application/json', 'application/x-ndjson', 'application/ndjson'];

export const doorRoutes: readonly DoorRoute[] = [
  {
    method: 'POST',
    path: '/iop/records',
    action: 'import',
    accepts: RECORDS,
    handle: ({ body, contentType, request }, context, principal) =>
      replyToRecords({ mediaType: mediaTypeOf(contentType), text: body, request }, context, principal),
  },
  {
    method: 'GET',
    path: '/iop/clients/:id',
    action: 'client-view',
    accepts: [],
    handle: ({ params, request }, context, principal) =>
      viewClient({ id: params.id ?? '', request }, context, principal),
  },
  ...clientPages.map(
    ({ name, action, show }): DoorRoute => ({
      method: 'GET',
      path: `/iop/clients/:id/${name}`,
      action,
      accepts: [],
      html: true,
      handle: ({ params, html, request }, context, principal) =>
        show({ id: params.id ?? '', html, request }, context, principal),
    }),
  ),
  {
    method: 'GET',
    path: '/iop/census',
    action: 'census',
    accepts: [],
    html: true,
    handle: ({ html, request }, context, principal) => showCensus({ html, request }, context, principal),
  },
  {
    method: 'GET',
    path: '/iop/consents/:id/form',
    action: 'consent-form',
    accepts: [],
    handle: ({ params, request }, context, principal) =>
      printConsent({ id: params.id ?? '', request }, context, principal),
  },
  {
    method: 'GET',
    path: '/iop/letters/:id',
    action: 'letter',
    accepts: [],
    handle: ({ params, request }, context, principal) =>
      printLetter({ id: params.id ?? '', request }, context, principal),
  },
  {
    method: 'GET',
    path: '/iop/records/:kind/:id',
    action: 'record',
    accepts: [],
    handle: ({ params, request }, context, principal) =>
      showRecord({ kind: params.kind ?? '', id: params.id ?? '', request }, context, principal),
  },
  {
    method: 'GET',
    path: '/iop/schema',
    action: 'schema',
    accepts: [],
    handle: ({ request }, context, principal) => listSchemas(request, context, principal),
  },
  {
    method: 'GET',
    path: '/iop/schema/:kind',
    action: 'schema',
    accepts: [],
    handle: ({ params, request }, context, principal) =>
      readSchema(params.kind ?? '', request, context, principal),
  },
];

const mediaTypeOf = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase();
