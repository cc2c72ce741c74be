// Reply -> the wire, in one call.
import type { ServerResponse } from 'node:http';
import { FHIR_JSON } from '../fhir/media-type.ts';
import type { Reply } from '../interactions/request.ts';
import { API_HEADERS, type Headers } from './headers.ts';

/** `id`: X-Request-Id. A HEAD request gets the headers of its GET; Node drops the body itself. */
export function sendReply(
  response: ServerResponse,
  reply: Reply,
  id: string,
  base: Headers = API_HEADERS,
): void {
  const headers: Record<string, string | number> = { ...base, 'X-Request-Id': id };
  if (reply.body !== undefined) {
    headers['Content-Type'] = `${FHIR_JSON}; charset=utf-8`;
    headers['Content-Length'] = Buffer.byteLength(reply.body);
  } else if (reply.status !== 204 && reply.status !== 304) {
    headers['Content-Length'] = 0;
  }
  response.writeHead(reply.status, Object.assign(headers, reply.headers));
  response.end(reply.body);
}
