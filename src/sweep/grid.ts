import { isDeepStrictEqual } from 'node:util';
import { messageOf, UsageError } from '../common/errors.js';
import { shorten } from '../common/text/shorten.js';
import { parseYaml } from '../config/readYaml.js';

/** One setting of a sweep, and the values that it takes in turn. */
export interface Axis {
  /** Such as `model.lstm`. */
  readonly key: string;
  /** As YAML reads them; at least one, none twice. */
  readonly values: readonly unknown[];
}

/** Keys that a sweep sets itself, and what to use in their place. */
const OWN_KEYS: Readonly<Record<string, string>> = {
  seed: 'name seeds with --seeds 1,2,3',
  name: 'the name of the pipeline is the same in every run',
};

/**
 * The settings of a sweep: `model.lstm=128,256`, `model.filters=[16,32],[32,64]`. Values are YAML, with commas between.
 * @throws UsageError of one line for a text that is no such list
 */
export function parseGrid(texts: readonly string[]): Axis[] {
  const axes = texts.map(parseAxis);
  const twice = axes.find(({ key }, at) => axes.findIndex((other) => other.key === key) < at);
  if (twice) throw new UsageError(`--grid ${twice.key} stands there twice: write all its values in one list`);
  const inside = axes.find(({ key }) => axes.some((other) => other.key.startsWith(`${key}.`)));
  if (inside)
    throw new UsageError(
      `--grid ${inside.key} would set what another --grid sets inside it: leave one of them`,
    );
  return axes;
}

function parseAxis(text: string): Axis {
  const named = `--grid ${shorten(text, 80)}`;
  const split = text.indexOf('=');
  if (split < 1) throw new UsageError(`${named}: write key=value,value, for example model.lstm=128,256`);
  const key = text.slice(0, split).trim();
  const own = Object.hasOwn(OWN_KEYS, key) ? OWN_KEYS[key] : undefined;
  if (own !== undefined) throw new UsageError(`${named}: ${own}`);
  const values = parseValues(text.slice(split + 1), named);
  const twice = values.find((value, at) => values.findIndex((other) => isDeepStrictEqual(other, value)) < at);
  if (twice !== undefined)
    throw new UsageError(`${named}: the value ${JSON.stringify(twice)} stands there twice`);
  return { key, values };
}

/** The items of a YAML list without its brackets. */
function parseValues(text: string, named: string): unknown[] {
  let values: unknown;
  try {
    values = parseYaml(`[${text}]`);
  } catch (error) {
    throw new UsageError(`${named}: ${messageOf(error)}`);
  }
  // `[]` around `1], [2` would be two lists.
  if (!Array.isArray(values)) throw new UsageError(`${named}: write values with commas between`);
  if (values.length === 0 || /,\s*$/.test(text)) throw new UsageError(`${named}: a value is missing`);
  // They are handed on as JSON, which has no infinities.
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(values)), values))
    throw new UsageError(`${named}: values are numbers, words, lists or tables`);
  return values;
}
