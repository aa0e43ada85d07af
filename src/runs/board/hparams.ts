import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { HParam } from '../tensorboardEvents.js';

/** What says nothing about how a run learns, or names places. */
const LEFT_OUT = /^(name|evaluation\.|data\.videos|training\.startFrom$)/;

/** The settings of a run by dotted key, from its `config.yaml`; lists as JSON. None where it cannot be read. */
export function hparamsIn(config: string): Record<string, HParam> {
  try {
    return Object.fromEntries(
      settingsIn(parse(readFileSync(config, 'utf8'))).filter(([key]) => !LEFT_OUT.test(key)),
    );
  } catch {
    // They are for a table beside the curves: training goes on without.
    return {};
  }
}

function settingsIn(value: unknown, key = ''): [string, HParam][] {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    return [[key, value]];
  if (Array.isArray(value)) return [[key, JSON.stringify(value)]];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([inner, each]) => settingsIn(each, key ? `${key}.${inner}` : inner));
}
