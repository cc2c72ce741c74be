// Official search parameter expressions, evaluated by fhirpath.js with its R4 model.
import fhirpath from 'fhirpath';
import model from 'fhirpath/fhir-context/r4';
import type { AnyResource } from '../../src/fhir/types.ts';

/**
 * Compiles an expression for one type. `where(resolve() is T)` cannot be asked of an evaluator that holds
 * one resource: it becomes a test of what the reference says. `as` takes a single element by the
 * specification; on lists the official expressions mean `ofType`, as later versions of them say.
 * `hasExtension` is no function of FHIRPath. A parameter on an extension means its value.
 */
export function compileOfficial(type: string, expression: string): (resource: AnyResource) => unknown[] {
  const parts = expression
    .split('|')
    .map(part => part.trim())
    .filter(
      part =>
        part.replace('(', '').startsWith(`${type}.`) ||
        !/^\(?[A-Z]/.test(part) ||
        /^\(?(Domain)?Resource\./.test(part),
    )
    .map(part => {
      const wanted = /\.where\(resolve\(\) is (\w+)\)/.exec(part)?.[1];
      const path = part
        .replace(/\.where\(resolve\(\) is \w+\)/, '')
        .replace(/([\w.]+) as (\w+)/, '$1.ofType($2)')
        .replace(/\.as\((\w+)\)/, '.ofType($1)')
        .replace(/hasExtension\(('[^']+')\)/, 'extension($1).exists()')
        .replace(/(\.extension\('[^']+'\))$/, '$1.value');
      const run = fhirpath.compile(path, model) as (resource: unknown) => unknown[];
      return (resource: AnyResource) =>
        run(resource).filter(value => value !== null && (wanted === undefined || pointsTo(value, wanted)));
    });
  return resource => parts.flatMap(part => part(resource));
}

function pointsTo(value: unknown, wanted: string): boolean {
  const { reference = '', type } = value as { reference?: string; type?: string };
  const stated = /(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+(?:\/_history\/[^/]+)?$/.exec(reference)?.[1];
  return (stated ?? type) === wanted;
}
