// What is stored in meta.security: what the writer sent, what the codes say, what the version before carried and
// what is taken over from resources it refers to. Labels that were there stay (PERSISTLABEL): nobody lowers one by
// leaving it out but a client that may declassify. Confidentiality is kept as it was received, the highest only; the
// server's own is put on answers.
import { parseReference } from '../../fhir/reference.ts';
import { findSecurity, itemsOf } from '../../fhir/security.ts';
import type { AnyResource, Json } from '../../fhir/types.ts';
import { paramOf } from '../../search/registry.ts';
import type { Labelling, LabelSources } from '../../store/port/derived.ts';
import type { Version } from '../../store/port.ts';
import type { Principal } from '../grant.ts';
import type { Sensitivity } from './codes.ts';
import { sensitivitiesOf } from './labeller.ts';
import {
  ACT_CODE,
  CONFIDENTIALITY,
  floorOf,
  higher,
  isLevel,
  type Label,
  type Level,
  readLabel,
  settingOf,
  shownIn,
} from './shown.ts';

interface Way {
  /** Dotted path to the references. */
  path: string;
  /** The search parameter that finds who refers so. */
  param: string;
}

/** By type: the references whose targets' labels it takes on. Their targets take on none themselves. */
const WAYS: Readonly<Record<string, readonly Way[]>> = {
  Appointment: [{ path: 'reasonReference', param: 'reason-reference' }],
  CarePlan: [{ path: 'addresses', param: 'condition' }],
  DiagnosticReport: [{ path: 'result', param: 'result' }],
  Encounter: [
    { path: 'diagnosis.condition', param: 'diagnosis' },
    { path: 'reasonReference', param: 'reason-reference' },
  ],
  MedicationAdministration: [{ path: 'medicationReference', param: 'medication' }],
  MedicationDispense: [{ path: 'medicationReference', param: 'medication' }],
  MedicationRequest: [{ path: 'medicationReference', param: 'medication' }],
  MedicationStatement: [{ path: 'medicationReference', param: 'medication' }],
};
const TARGETS: ReadonlySet<string> = new Set(['Condition', 'Medication', 'Observation', 'Procedure']);

/** `base`: the server's own, below which absolute references are local. */
export const labelling = (base: () => string): Labelling => ({
  sources: resource => sourcesOf(resource as AnyResource, base()),
  settle: (resource, from) => settle(resource as AnyResource, from),
  lowered: (before, now) => {
    const there = now.map(readLabel);
    const kept = new Set(there.map(keyOf));
    const old = before.map(readLabel);
    return (
      old.some(one => !isFloor(one) && !kept.has(keyOf(one))) ||
      higher(floorOf(there), floorOf(old)) !== floorOf(there)
    );
  },
  dependents: type => (TARGETS.has(type) ? BACK.filter(({ param }) => param.targets.includes(type)) : []),
});

const BACK = Object.entries(WAYS).flatMap(([type, ways]) =>
  ways.map(({ param }) => ({ type, param: paramOf(type, param)! })),
);

function sourcesOf(resource: AnyResource, base: string): { type: string; id: string }[] {
  const found = new Map<string, { type: string; id: string }>();
  for (const { path } of WAYS[resource.resourceType] ?? [])
    for (const one of valuesAt(resource, path.split('.'))) {
      const { reference } = one as { reference?: unknown };
      const parsed = typeof reference === 'string' ? parseReference(reference, base) : undefined;
      if (parsed?.kind !== 'local' || !TARGETS.has(parsed.type)) continue;
      found.set(`${parsed.type}/${parsed.id}`, { type: parsed.type, id: parsed.id });
    }
  return [...found.values()];
}

function valuesAt(value: Json | undefined, [name, ...rest]: readonly string[]): object[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value))
    return value.flatMap(one => valuesAt(one, name === undefined ? [] : [name, ...rest]));
  return name === undefined ? [value] : valuesAt(value[name], rest);
}

const ownLabel = (code: Sensitivity): Label => ({
  system: ACT_CODE,
  code,
  text: JSON.stringify({ system: ACT_CODE, code }),
});
const OWN: Readonly<Record<Sensitivity, Label>> = {
  SUD: ownLabel('SUD'),
  ETHUD: ownLabel('ETHUD'),
  OPIOIDUD: ownLabel('OPIOIDUD'),
  PSY: ownLabel('PSY'),
  BH: ownLabel('BH'),
  SDV: ownLabel('SDV'),
};

/** The items to store, in an order that leaves what was sent first. */
function settle(resource: AnyResource, { given, before, inherited, by }: LabelSources): string[] {
  const sent = given.map(readLabel);
  const old = before === undefined ? [] : storedLabels(before);
  const own = sensitivitiesOf(resource).map(code => OWN[code]);
  const taken = inherited.map(readLabel).filter(isInherited);
  const echoed =
    sent.length === 0 || before === undefined || by === undefined ? () => false : echoOf(before, old, by);
  const carried = by?.declassify === true && before?.owner === by.organization ? [] : old;
  const all = new Map<string, Label>();
  for (const one of [...sent.filter(label => !echoed(label)), ...carried, ...own, ...taken])
    if (!all.has(keyOf(one))) all.set(keyOf(one), one);
  const floor = floorOf([...all.values()]);
  return [...all.values()].filter(one => !isFloor(one) || one.code === floor).map(one => one.text);
}

const isFloor = ({ system, code }: Label): boolean => system === CONFIDENTIALITY && isLevel(code);

const storedLabels = ({ body, type, id }: Version): Label[] =>
  itemsOf(findSecurity(body, type, id).inner).map(readLabel);

const keyOf = ({ system, code, text }: Label): string => (system === '' ? text : `${system}|${code}`);

/**
 * What a client reads, changes and sends back holds what was computed for it: that is not stored as if it had been
 * said.
 */
function echoOf(before: Version, old: readonly Label[], by: Principal): (label: Label) => boolean {
  const { inner, level } = shownIn(old.map(one => one.text).join(','), settingOf(before, by));
  const said = new Set(old.map(keyOf));
  const computed = new Set(itemsOf(inner).map(text => keyOf(readLabel(text))));
  return label => {
    if (isFloor(label)) return !said.has(keyOf(label)) && higher(level, label.code as Level) === level;
    return computed.has(keyOf(label)) && !said.has(keyOf(label));
  };
}

/** How one resource is put together (labels on its elements) says nothing of another. */
const isInherited = ({ system, code }: Label): boolean =>
  (system === ACT_CODE && code !== 'PROCESSINLINELABEL') || system === CONFIDENTIALITY;
