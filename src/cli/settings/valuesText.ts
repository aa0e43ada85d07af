import { stringify } from 'yaml';
import type { SchemaNode } from './schemaNode.js';

/** What may stand at a key, in words: `integer from 1`, `every | last`, `list of number above 0`. */
export function valuesText(node: SchemaNode): string {
  if (node.const !== undefined) return valueText(node.const);
  if (node.enum) return node.enum.map(valueText).join(' | ');
  const options = node.anyOf ?? node.oneOf;
  if (options) return options.map(valuesText).join(' | ');
  if (node.properties) return groupText(node);
  switch (node.type) {
    case 'integer':
      return numberText('integer', node);
    case 'number':
      return numberText('number', node);
    case 'boolean':
      return 'true | false';
    case 'string':
      return 'text';
    case 'array':
      return `list of ${node.items?.properties ? 'groups' : valuesText(node.items ?? {})}`;
    default:
      return 'any value';
  }
}

/** A value as YAML writes it in one line. */
export function valueText(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim();
}

function groupText({ properties = {}, required = [] }: SchemaNode): string {
  const keys = Object.keys(properties).map((key) => (required.includes(key) ? key : `${key}?`));
  return `group of ${keys.join(', ')}`;
}

function numberText(kind: 'integer' | 'number', node: SchemaNode): string {
  const { minimum, exclusiveMinimum, exclusiveMaximum } = node;
  // Integers have the greatest that a double holds exactly where nothing else is said.
  const maximum = node.maximum === Number.MAX_SAFE_INTEGER ? undefined : node.maximum;
  const least = kind === 'integer' && exclusiveMinimum !== undefined ? exclusiveMinimum + 1 : minimum;
  const isBounded = least !== undefined && least !== Number.MIN_SAFE_INTEGER;
  const from = isBounded
    ? ` from ${least}`
    : exclusiveMinimum !== undefined
      ? ` above ${exclusiveMinimum}`
      : '';
  const to = maximum !== undefined ? ` to ${maximum}` : '';
  const below = exclusiveMaximum !== undefined ? ` to below ${exclusiveMaximum}` : '';
  return `${kind}${from}${to}${below}`;
}
