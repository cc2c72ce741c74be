// The label of what is a client's own word.
import type { Coding } from '../fhir/types.ts';
import { coding } from './element.ts';
import { OBSERVATION_VALUE } from './systems.ts';

export const PATIENT_ASSERTED: Coding = coding(OBSERVATION_VALUE, 'PATAST', 'patient asserted');
