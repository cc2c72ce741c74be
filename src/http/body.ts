// A request's body as text, with a limit that holds before anything is parsed.
import type { IncomingMessage } from 'node:http';
import { FhirError } from '../fhir/error.ts';

/** What is still read and thrown away of a body that is too large, so that its sender sees the answer. */
const MOST_DISCARDED = 32 * 1024 * 1024;

/** Throws `too-large`, `media-type` for a compressed body, `invalid-structure` for what is not UTF-8. */
export async function readText(request: IncomingMessage, limit: number): Promise<string> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new FhirError('media-type', 'A compressed body (Content-Encoding) is not accepted.');
  const chunks = await readChunks(request, limit);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      chunks.length === 1 ? chunks[0] : Buffer.concat(chunks),
    );
  } catch {
    throw new FhirError('invalid-structure', 'The body is not UTF-8.');
  }
}

function readChunks(request: IncomingMessage, limit: number): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size > limit + MOST_DISCARDED) request.destroy();
    });
    request.on('end', () => (size <= limit ? resolve(chunks) : reject(tooLarge(limit))));
    request.on('close', () => reject(new FhirError('invalid-structure', 'The body ended early.')));
    request.on('error', () => reject(new FhirError('invalid-structure', 'The body ended early.')));
  });
}

const tooLarge = (limit: number): FhirError =>
  new FhirError('too-large', `The body is larger than ${limit} bytes.`);
