// GET /iop/letters/{id}: a letter to print, by the logical id of its DocumentReference; for the program.
import type { Grant, Principal } from '../access/grant.ts';
import { SHORT_NOTICE } from '../access/notice.ts';
import { parseBody } from '../fhir/body.ts';
import { notFound } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { AnyResource, Consent } from '../fhir/types.ts';
import { LETTER_SUBJECT } from '../iop/codes-stay.ts';
import { letter } from '../iop/letter.ts';
import { LETTER_STYLE, letterPage } from '../iop/letter-page.ts';
import type { Store, Version } from '../store/port.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { htmlReply } from './html-reply.ts';
import { parsePartKey, partKey } from './import/key.ts';
import { namesFrom, referencesIn } from './import/link.ts';
import { demandProgram } from './import.ts';
import { nameOf } from './name.ts';
import { present } from './present.ts';
import type { Reply } from './request.ts';

/** Throws `not-found` for what is no letter of a record, or is not for the caller. */
export function printLetter(
  { id, request }: { id: string; request: string },
  context: Context,
  principal: Principal,
): Promise<Reply> {
  const subject = { request, action: 'letter', type: 'DocumentReference', id };
  return attempt(subject, context, principal, async audit => {
    await demandProgram(context, principal);
    const grant = audit.decide(letter.makes.map(type => ({ type, use: 'read' })));
    const reader = readerOf(context, grant);
    const document = isId(id) ? await reader.read(`DocumentReference/${id}`) : undefined;
    const key = document && (await letterKey(id, context, principal));
    if (document === undefined || key === undefined) throw notFound();
    const sendingKey = partKey({ ...key, role: 'sending' });
    const reference = (await context.registry.claims([sendingKey])).get(sendingKey);
    const sending = reference === undefined ? undefined : await reader.read(reference);
    if (sending === undefined) throw notFound();
    const named = referencesIn(sending, context.base, referencesIn(document, context.base));
    const names = namesFrom(key.program, await context.registry.claimsOf([...named]), context.base);
    const parts = new Map([
      ['', document],
      ['sending', sending],
    ]);
    const record = letter.fromFhir(parts, names, key.id);
    const about = new Map<string, AnyResource>();
    for (const one of named) {
      const resource = await reader.read(one);
      if (resource !== undefined) about.set(one, resource);
    }
    const consent = [...about.values()].find(one => one.resourceType === 'Consent') as Consent | undefined;
    const called = (type: string): string | undefined =>
      nameOf([...about].find(([one]) => one.startsWith(`${type}/`))?.[1]);
    const program = about.get(`Organization/${key.program}`);
    await audit.record(reader.versions);
    const page = letterPage(record, {
      program: nameOf(program),
      client: called('Patient'),
      clinician: called('Practitioner'),
      subject: LETTER_SUBJECT.codes[record.subject],
      notice: SHORT_NOTICE,
      ...(consent === undefined
        ? {}
        : {
            consent: {
              status: consent.status,
              ...(consent.dateTime === undefined ? {} : { signed: consent.dateTime }),
            },
          }),
    });
    return htmlReply(page, LETTER_STYLE);
  });
}

/** Of the record that made this document. */
async function letterKey(id: string, context: Context, { organization }: Principal) {
  const reference = `DocumentReference/${id}`;
  const keys = (await context.registry.claimsOf([reference])).get(reference) ?? [];
  return keys
    .map(parsePartKey)
    .find(key => key?.program === organization && key.kind === letter.kind && key.role === '');
}

function readerOf({ store }: { store: Pick<Store, 'read'> }, grant: Grant) {
  const versions: Version[] = [];
  const read = async (reference: string): Promise<AnyResource | undefined> => {
    const [type, id] = reference.split('/') as [string, string];
    const version = await store.read(type, id, grant);
    if (version === undefined || version.deleted) return undefined;
    versions.push(version);
    return parseBody(present(version, grant)).resource;
  };
  return { read, versions };
}
