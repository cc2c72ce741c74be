// search-parameters.json and compartments.json. Formats: see tables.ts. The FHIRPath expressions of the
// official parameters are compiled to steps here, once; one of a new form fails the build.
import { isResourceType, RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { CompartmentDefinition, SearchParameterDefinition } from './definitions.ts';
import { choiceName, type ElementReader, type ParamRow, type Source, type Step } from './tables.ts';

/** What compiling asks of the definitions: the elements, and the code system of a coded element's path. */
export interface Vocabulary {
  elements: ElementReader;
  systems: ReadonlyMap<string, string>;
}

/** A way to values, and the types that references there may point to (none: any). */
interface Way {
  source: Source;
  targets: readonly string[];
}

const ABSTRACT = new Set(['Resource', 'DomainResource']);
const NOT_SERVED = new Set(['composite', 'special']);
/** Clause kinds of their own (search/ast.ts): they are columns, not index values. */
const COLUMNS = new Set(['_id', '_lastUpdated']);
const BASE = 'http://hl7.org/fhir/SearchParameter/';
/** Types without DomainResource's elements. */
const PLAIN = new Set(['Bundle', 'Binary']);

export function buildSearch(
  definitions: readonly SearchParameterDefinition[],
  vocabulary: Vocabulary,
): Record<string, Record<string, ParamRow>> {
  const codes = new Map(definitions.map(one => [one.url, one.code]));
  const table: Record<string, Record<string, ParamRow>> = {};
  for (const type of RESOURCE_TYPES) {
    const found: [string, ParamRow][] = [];
    for (const one of definitions) {
      const bases = PLAIN.has(type) ? [type, 'Resource'] : [type, 'Resource', 'DomainResource'];
      if (one.base?.some(name => bases.includes(name)))
        found.push([one.code, rowOf(one, type, vocabulary, codes)]);
    }
    found.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [index, [code]] of found.entries())
      if (found[index + 1]?.[0] === code) throw new Error(`${type}: two parameters are named ${code}`);
    table[type] = Object.fromEntries(found);
  }
  return table;
}

function rowOf(
  one: SearchParameterDefinition,
  type: string,
  vocabulary: Vocabulary,
  codes: ReadonlyMap<string, string>,
): ParamRow {
  const served = one.expression !== undefined && !NOT_SERVED.has(one.type) && !COLUMNS.has(one.code);
  const ways = served ? compileExpression(one.expression!, type, vocabulary) : [];
  return {
    t: one.type as ParamRow['t'],
    ...(ways.length === 0 ? {} : { x: ways.map(way => way.source) }),
    ...(one.target === undefined ? {} : { g: targetsOf(one.target, ways) }),
    ...(one.component === undefined
      ? {}
      : { c: one.component.map(part => [codes.get(part.definition) ?? '', part.expression] as const) }),
    u: one.url.slice(BASE.length),
  };
}

/**
 * The declared targets that the elements allow too (a parameter shared by many types declares what any of
 * them needs). All types is written as no types, so that the table does not repeat the list of types.
 */
function targetsOf(declared: readonly string[], ways: readonly Way[]): string[] {
  const known = declared.filter(isResourceType);
  const open = ways.length === 0 || ways.some(way => way.targets.length === 0);
  const allowed = open ? known : known.filter(type => ways.some(way => way.targets.includes(type)));
  const targets = allowed.length === 0 ? known : allowed;
  return targets.length >= RESOURCE_TYPES.length - 1 ? [] : targets;
}

/** The parts of a union that start from this type, as ways to the values. */
export function compileExpression(expression: string, type: string, vocabulary: Vocabulary): Way[] {
  const ways: Way[] = [];
  for (const part of split(expression, '|')) {
    const deceased = /^(\w+)\.(\w+)\.exists\(\) and \1\.\2 != false$/.exec(part);
    if (deceased?.[1] === type) {
      const found = vocabulary.elements.elementsOf(type)!.get(deceased[2]!)!;
      const names = found.types.map(one => choiceName(found.name, one));
      ways.push({ source: { p: [{ present: names }], d: 'boolean' }, targets: [] });
      continue;
    }
    // `(A.b as T)` and `A.b as T` are A.b.as(T).
    const path = part
      .replace(/^\(([^()]+) as (\w+)\)/, '$1.as($2)')
      .replace(/^([^() ]+) as (\w+)$/, '$1.as($2)')
      .replace(/^\((.*)\)$/, '$1');
    const [start, ...steps] = split(path, '.');
    // A path without a type in front (InsurancePlan's name) starts at the resource.
    if (/^[a-z]/.test(start ?? '')) ways.push(...compilePath([start!, ...steps], type, vocabulary));
    else if (start === type || ABSTRACT.has(start ?? '')) ways.push(...compilePath(steps, type, vocabulary));
  }
  return ways;
}

interface State extends Source {
  p: readonly Step[];
  targets: readonly string[];
}

function compilePath(steps: readonly string[], type: string, vocabulary: Vocabulary): Way[] {
  let states: State[] = [{ p: [], d: type, targets: [] }];
  for (const [index, step] of steps.entries()) {
    const chosen = /^(?:as|ofType)\((\w+)\)$/.exec(steps[index + 1] ?? '')?.[1];
    states = states.flatMap(state => advance(state, step, chosen, vocabulary));
    if (states.length === 0) throw new Error(`${type}.${steps.join('.')}: nothing at ${step}`);
  }
  return states.map(({ targets, ...source }) => ({ source, targets }));
}

function advance(state: State, step: string, chosen: string | undefined, vocabulary: Vocabulary): State[] {
  const at = /^(\w+)\[(\d+)\]$/.exec(step);
  if (at !== null)
    return advance(state, at[1]!, undefined, vocabulary).map(one => ({
      ...one,
      p: [...one.p, { at: Number(at[2]) }],
    }));
  if (/^\w+$/.test(step)) return enter(state, step, chosen, vocabulary);
  const call = /^(\w+)\((.*)\)$/.exec(step);
  const inner = call?.[2] ?? '';
  const literal = /^'([^']*)'$/.exec(inner)?.[1];
  if (call?.[1] === 'as' || call?.[1] === 'ofType') return state.d === inner ? [state] : [];
  if (call?.[1] === 'extension' && literal !== undefined)
    return [{ p: [...state.p, { extension: literal }], d: 'Extension', targets: [] }];
  if (call?.[1] !== 'where') throw new Error(`a step of a form that is not compiled: ${step}`);
  return [filtered(state, inner)];
}

function filtered(state: State, condition: string): State {
  const resolved = /^resolve\(\) is (\w+)$/.exec(condition)?.[1];
  if (resolved !== undefined) return { ...state, r: resolved, targets: [resolved] };
  const has = /^hasExtension\('([^']+)'\)$/.exec(condition)?.[1];
  if (has !== undefined) return { ...state, p: [...state.p, { has }] };
  const equal = /^(\w+)\s*=\s*'([^']*)'$/.exec(condition);
  if (equal === null) throw new Error(`a condition of a form that is not compiled: ${condition}`);
  return { ...state, p: [...state.p, { where: [equal[1]!, equal[2]!] }] };
}

/** Goes into an element; a choice forks into its types unless the next step chooses one. */
function enter(state: State, name: string, chosen: string | undefined, vocabulary: Vocabulary): State[] {
  const element = vocabulary.elements.elementsOf(state.d)?.get(name);
  if (element === undefined) throw new Error(`${state.d} has no element ${name}`);
  const system = vocabulary.systems.get(`${state.d}.${name}`);
  const types = element.types.filter(type => chosen === undefined || !element.choice || type === chosen);
  return types.map(type => ({
    p: [...state.p, element.choice ? choiceName(name, type) : name],
    d: type,
    targets: element.targets ?? [],
    ...(system !== undefined && type === 'code' && { s: system }),
  }));
}

/** Splits outside parentheses and quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (char === separator && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

/** Compartment -> type -> parameter codes; types without codes are not in the compartment. */
export function buildCompartments(
  definitions: readonly CompartmentDefinition[],
): Record<string, Record<string, string[]>> {
  const table: Record<string, Record<string, string[]>> = {};
  for (const one of [...definitions].sort((a, b) => (a.code < b.code ? -1 : 1)))
    table[one.code] = Object.fromEntries(
      one.resource
        .filter(entry => isResourceType(entry.code) && (entry.param?.length ?? 0) > 0)
        .map(entry => [entry.code, entry.param!]),
    );
  return table;
}
