import { parse, stringify } from 'yaml';
import type { Random } from '../../../src/common/random.js';
import { extreme } from './extremeConfig.js';
import { pick } from './mutate.js';
import { KEYS, shown, TEXTS, wildValue } from './wildValues.js';

export interface MutatedConfig {
  readonly what: string;
  readonly text: string;
  /** For `--set`. */
  readonly settings: readonly string[];
}

/** A pipeline's text with something wrong in it. */
export function mutateConfig(text: string, random: Random): MutatedConfig {
  const choice = random.integer(10);
  if (choice < 3) return { ...mutateText(text, random), settings: [] };
  if (choice < 5) return mutateSettings(text, random);
  if (choice === 5) return { ...extreme(text, random), settings: [] };
  return mutateValues(text, random);
}

function mutateText(text: string, random: Random): { what: string; text: string } {
  const lines = text.split('\n');
  const at = random.integer(lines.length);
  const other = random.integer(lines.length);
  switch (random.integer(6)) {
    case 0:
      return { what: `line ${at + 1} is missing`, text: lines.toSpliced(at, 1).join('\n') };
    case 1:
      return { what: `line ${at + 1} stands twice`, text: lines.toSpliced(at, 0, lines[at]!).join('\n') };
    case 2:
      return {
        what: `line ${at + 1} stands after line ${other + 1}`,
        text: lines.toSpliced(at, 1).toSpliced(other, 0, lines[at]!).join('\n'),
      };
    case 3: {
      const place = random.integer(text.length);
      const token = pick(TEXTS, random);
      return {
        what: `${JSON.stringify(token)} at ${place}`,
        text: text.slice(0, place) + token + text.slice(place),
      };
    }
    case 4: {
      const bytes = Buffer.from(text);
      const place = random.integer(bytes.length);
      bytes[place]! ^= 1 << random.integer(8);
      return { what: `a flipped bit at ${place}`, text: bytes.toString('latin1') };
    }
    default: {
      const end = random.integer(text.length);
      return { what: `cut at ${end}`, text: text.slice(0, end) };
    }
  }
}

function mutateValues(text: string, random: Random): MutatedConfig {
  const root = parse(text) as Record<string, unknown>;
  const done = Array.from({ length: 1 + random.integer(2) }, () => mutateValue(root, random));
  return {
    what: done.map(({ what }) => what).join('; '),
    text: stringify(root),
    settings: [],
  };
}

function mutateValue(root: Record<string, unknown>, random: Random): { what: string } {
  let [place, path]: [Record<string, unknown>, string] = [root, ''];
  for (;;) {
    const key = pick(Object.keys(place), random);
    const value = place[key];
    const inner = value !== null && typeof value === 'object' && Object.keys(value).length > 0;
    if (inner && random.integer(4) > 0) {
      [place, path] = [value as Record<string, unknown>, `${path}${key}.`];
      continue;
    }
    const choice = random.integer(8);
    if (choice === 0) {
      delete place[key];
      return { what: `without ${path}${key}` };
    }
    // A list takes no value as its length.
    const into = choice === 1 && !Array.isArray(place) ? pick(KEYS, random) : key;
    const wild = wildValue(random);
    // As an own key, which __proto__ would not be by assignment.
    Object.defineProperty(place, into, { value: wild, enumerable: true, configurable: true, writable: true });
    return {
      what: `${path}${into} = ${shown(wild)}`,
    };
  }
}

function mutateSettings(text: string, random: Random): MutatedConfig {
  const wild = wildValue(random);
  const key = pick(
    [
      '__proto__.x',
      'constructor.prototype.x',
      'data.__proto__.x',
      'data.width',
      'model.name',
      'training',
      'name',
      'training.batch',
      'data',
      '',
      '.',
      'data.',
      '..',
      'training.steps.x',
      'model.filters',
    ],
    random,
  );
  const value = typeof wild === 'string' ? wild : stringify(wild, { collectionStyle: 'flow' }).trim();
  const setting =
    random.integer(5) === 0
      ? pick([key, `${key}=`, `${key}={`, `${key}=*a`, `=${value}`], random)
      : `${key}=${value}`;
  return {
    what: `--set ${shown(setting)}`,
    text,
    settings: [setting],
  };
}
