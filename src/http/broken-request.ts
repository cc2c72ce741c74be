// What Node refuses before there is a request: bytes that are not HTTP, headers without end, a body that does
// not come. It is answered in FHIR's words where that can still be understood, and the connection ends.
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, FhirError } from '../fhir/error.ts';
import { FHIR_JSON } from '../fhir/media-type.ts';
import { errorReply } from './error.ts';
import { API_HEADERS } from './headers.ts';

/** Node's words for it -> ours. https://nodejs.org/api/http.html#event-clienterror */
const KNOWN: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The URL and headers are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['too-large', 'The chunk extensions are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['timeout', 'The request did not arrive in time.'],
};
const OTHER = ['invalid-structure', 'The request is not HTTP.'] as const;

export function refuseBrokenRequests(server: Server): void {
  const latest = new WeakMap<object, ServerResponse>();
  server.prependListener('request', (request, response) => latest.set(request.socket, response));
  server.on('clientError', (error: Error & { code?: string }, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET' || isAnswering(socket, latest.get(socket))) {
      socket.destroy();
      return;
    }
    socket.end(refusalOf(error.code));
    socket.destroySoon();
  });
}

/**
 * Would a caller take what is sent now for the answer to something else? Not where all is answered, and not
 * where it is this very request whose body is broken.
 */
function isAnswering(socket: Socket, response: ServerResponse | undefined): boolean {
  if (response === undefined || response.writableFinished) return false;
  return response.headersSent || response.req.complete || response.socket !== socket;
}

/** The whole answer, as bytes: there is no ServerResponse for it. */
function refusalOf(code = ''): string {
  const [kind, message] = KNOWN[code] ?? OTHER;
  const { status, body = '' } = errorReply(new FhirError(kind, message));
  const headers = {
    ...API_HEADERS,
    'Content-Type': `${FHIR_JSON}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
