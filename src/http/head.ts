// How much of a request may come before its body. Node bounds the bytes of request line and headers together
// (listener.ts); of more than it likes of single headers it would silently drop some, perhaps If-Match.
import type { NextFunction, Request, Response } from 'express';
import { FhirError } from '../fhir/error.ts';

/** Room for the longest page link (interactions/page-link.ts). */
export const LONGEST_URL = 12_288;
export const MOST_HEADERS = 100;

/** Throws `url-too-long` or `headers-too-large`. */
export function demandShortHead(request: Request, _response: Response, next: NextFunction): void {
  if (request.originalUrl.length > LONGEST_URL)
    throw new FhirError('url-too-long', `The URL is longer than ${LONGEST_URL} characters.`);
  if (request.rawHeaders.length > 2 * MOST_HEADERS)
    throw new FhirError('headers-too-large', `There are more than ${MOST_HEADERS} headers.`);
  next();
}
