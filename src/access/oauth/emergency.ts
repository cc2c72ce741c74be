// The emergency that a token is asked for: what 42 CFR 2.51(c) wants recorded has to be stated first. What was
// stated is written down before the token is given, whether anybody of that id is known or not: the answer is
// the same.
import { isId } from '../../fhir/id.ts';
import type { ClientEntry, EmergencyEntry } from '../../store/registry.ts';
import { EMERGENCY_LIFETIME, EMERGENCY_PURPOSES } from '../emergency.ts';
import { OAuthError } from './error.ts';
import { type Form, one } from './form.ts';
import type { OAuthPlace } from './place.ts';

/** Characters, of one line. */
const LONGEST = { recipient: 200, affiliation: 200, nature: 500 } as const;
const FIELDS = ['emergency_patient', 'emergency_recipient', 'emergency_affiliation', 'emergency_nature'];

/** Undefined where no emergency is stated. Throws OAuthError. */
export async function openEmergency(
  place: OAuthPlace,
  client: ClientEntry,
  form: Form,
  purposes: readonly string[],
): Promise<EmergencyEntry | undefined> {
  const purpose = purposes.find(one => EMERGENCY_PURPOSES.has(one));
  if (purpose === undefined) {
    if (FIELDS.some(name => form.has(name))) throw bad('purpose_of_use: an emergency is BTG or ETREAT.');
    return undefined;
  }
  if (purposes.length > 1) throw bad('purpose_of_use: an emergency stands alone.');
  if (client.role !== 'ehr') throw bad('purpose_of_use: an emergency is for medical personnel (role ehr).');
  const stated = statedIn(form);
  const at = place.clock();
  const program = await place.registeredBy(stated.patient);
  const entry: EmergencyEntry = {
    kind: 'emergency',
    id: place.ids(),
    client: client.id,
    organization: client.organization,
    purpose,
    ...stated,
    ...(program === undefined ? {} : { program }),
    at,
    until: at + EMERGENCY_LIFETIME * 1000,
    record: place.ids(),
  };
  await place.registry.putException(entry);
  return entry;
}

function statedIn(form: Form): Pick<EmergencyEntry, 'patient' | 'recipient' | 'affiliation' | 'nature'> {
  const missing = FIELDS.filter(name => (one(form, name)?.trim() ?? '') === '');
  if (missing.length > 0) throw bad(`An emergency is not stated whole: ${missing.join(', ')} missing.`);
  const patient = one(form, 'emergency_patient');
  if (!isId(patient)) throw bad('emergency_patient: expected the logical id of a Patient.');
  const line = (name: keyof typeof LONGEST): string => {
    const text = one(form, `emergency_${name}`)!.trim();
    if (text.length <= LONGEST[name] && !/\p{Cc}|\p{Zl}|\p{Zp}/u.test(text)) return text;
    throw bad(`emergency_${name}: expected one line of at most ${LONGEST[name]} characters.`);
  };
  return {
    patient,
    recipient: line('recipient'),
    affiliation: line('affiliation'),
    nature: line('nature'),
  };
}

const bad = (message: string): OAuthError => new OAuthError('invalid_request', message);
