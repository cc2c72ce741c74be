// Operations as OperationDefinitions. https://hl7.org/fhir/R4/operationdefinition.html
import { CANONICAL_BASE } from '../../fhir/canonical.ts';
import type { AnyResource, JsonObject } from '../../fhir/types.ts';
import type { Operation } from './operation.ts';

export const definitionUrl = ({ name }: Operation): string => `${CANONICAL_BASE}/OperationDefinition/${name}`;

const SENT = (type: string): JsonObject => ({
  name: 'resource',
  use: 'in',
  min: 0,
  max: '1',
  documentation: `The ${type}, where it is not one that is here.`,
  type,
});

const PUBLISHED = '2026-11-28';

export function operationDefinitionOf(operation: Operation): AnyResource {
  const { name, title, description, on, parameters } = operation;
  return {
    resourceType: 'OperationDefinition',
    id: name,
    url: definitionUrl(operation),
    version: '0.1.0',
    name: name.replace(/(?:^|-)([a-z])/g, (_all, first: string) => first.toUpperCase()),
    title,
    status: 'active',
    kind: 'operation',
    experimental: false,
    date: PUBLISHED,
    publisher: 'iop-fhir',
    description,
    affectsState: false,
    code: name,
    ...(on === 'system' ? {} : { resource: [on] }),
    system: on === 'system',
    type: operation.ofType === true,
    instance: on !== 'system',
    parameter: [
      ...parameters.map(one => ({
        name: one.name,
        use: 'in',
        min: 0,
        max: one.many === true ? '*' : '1',
        documentation: one.documentation,
        type: one.type,
      })),
      ...(operation.ofType === true ? [SENT(operation.on)] : []),
      {
        name: 'return',
        use: 'out',
        min: 1,
        max: '1',
        documentation: operation.answer,
        type: operation.returns ?? 'Parameters',
      },
    ],
  };
}
