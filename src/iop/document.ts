// Documents whose text stands in the resource itself.
import type { Attachment } from '../fhir/types.ts';

export const textAttachment = (text: string): Attachment => ({
  contentType: 'text/plain; charset=utf-8',
  data: Buffer.from(text).toString('base64'),
});

/** Text alone: what somebody put there in another form is nothing that a record could hold. */
export function textIn(attachment: Attachment | undefined): string | undefined {
  if (attachment?.data === undefined || attachment.contentType?.startsWith('text/plain') !== true)
    return undefined;
  return Buffer.from(attachment.data, 'base64').toString();
}
