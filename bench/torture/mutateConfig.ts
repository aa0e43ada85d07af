import { parse, stringify } from 'yaml';
import type { Random } from '../../src/common/random.js';
import { pick } from './mutate.js';

/** Values that no setting expects, small ones first. */
const SMALL: readonly unknown[] = [
  0,
  1,
  2,
  3,
  7,
  -1,
  0.5,
  -0.5,
  '',
  'x',
  '1',
  true,
  false,
  null,
  [],
  {},
  [1],
  [1, 2, 3],
  [[1]],
  { a: 1 },
  '..',
  '../..',
  '/',
  'npm:nothing',
  '\u0000',
  'ä',
  Number.NaN,
];
/** Nothing between these and the small ones: what would take some gigabytes may be right on one machine and too much on another. */
const HUGE: readonly unknown[] = [
  1e9,
  2 ** 31,
  2 ** 53,
  1e15,
  1e308,
  -1e9,
  Number.POSITIVE_INFINITY,
  1e-300,
  'y'.repeat(100_000),
];

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'nmae',
  'x.y',
  '',
  'length',
  'data',
  'model',
];

const TEXTS = [
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '!!js/function ',
  '!!binary ',
  '%',
  '@',
  '`',
  '"',
  "'",
  '|',
  '>',
  '\t',
  '\u0000',
  '\ufeff',
  '---\n',
  '...\n',
  '? ',
  '<<: *a\n',
  '#',
  '!!set ',
  '0x',
  '1_000',
  '.nan',
  '.inf',
  '2026-01-01',
  '~',
];

export interface MutatedConfig {
  readonly what: string;
  readonly text: string;
  /** For `--set`. */
  readonly settings: readonly string[];
  /** The largest number put in; what asks for more memory than any machine has must be refused. */
  readonly largest: number;
}

/** A pipeline's text with something wrong in it. */
export function mutateConfig(text: string, random: Random): MutatedConfig {
  const choice = random.integer(10);
  if (choice < 3) return { ...mutateText(text, random), settings: [], largest: 0 };
  if (choice < 5) return mutateSettings(text, random);
  if (choice === 5) return extreme(text, random);
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
    largest: Math.max(...done.map((each) => each.largest)),
  };
}

function mutateValue(root: Record<string, unknown>, random: Random): { what: string; largest: number } {
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
      return { what: `without ${path}${key}`, largest: 0 };
    }
    const into = choice === 1 ? pick(KEYS, random) : key;
    const wild = pick(random.integer(2) === 0 ? SMALL : HUGE, random);
    // As an own key, which __proto__ would not be by assignment.
    Object.defineProperty(place, into, { value: wild, enumerable: true, configurable: true, writable: true });
    return {
      what: `${path}${into} = ${shown(wild)}`,
      largest: typeof wild === 'number' ? Math.abs(wild) || 0 : 0,
    };
  }
}

function mutateSettings(text: string, random: Random): MutatedConfig {
  const wild = pick(random.integer(2) === 0 ? SMALL : HUGE, random);
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
    largest: typeof wild === 'number' ? Math.abs(wild) || 0 : 0,
  };
}

/** What a person never writes, but a program may. */
function extreme(text: string, random: Random): MutatedConfig {
  const many = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n');
  const depth = 10 ** (1 + random.integer(4));
  const ways: [string, string][] = [
    [`${depth} unknown keys`, `${text}\n${many(depth, (i) => `unknown${i}: ${i}`)}`],
    [
      `${depth} unknown keys of data`,
      `${text.replace(/^data:.*$/m, '')}\ndata: {${many(depth, (i) => `u${i}: ${i},`)}}`,
    ],
    [`nested ${depth} deep`, `${text}\nx: ${'['.repeat(depth)}${']'.repeat(depth)}`],
    [`nested ${depth} deep in maps`, `${text}\nx: ${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`],
    [
      'aliases of aliases',
      `${text}\n${many(
        12,
        (i) =>
          `a${i}: &a${i} [${
            i === 0
              ? '1'
              : Array(9)
                  .fill(`*a${i - 1}`)
                  .join(', ')
          }]`,
      )}`,
    ],
    [`a line of ${depth} characters`, `${text}\nname: ${'n'.repeat(depth)}`],
    ['an anchor that holds itself', `${text}\nx: &x [*x]`],
    ['nothing', ''],
    ['a list', '- 1\n- 2'],
    ['binary', Buffer.from(Uint8Array.from({ length: 200 }, () => random.integer(256))).toString('latin1')],
    ['two documents', `${text}\n---\n${text}`],
    ['a key of a map', `${text}\n? {a: 1}\n: 2`],
    ['a merge', `${text}\n<<: {name: merged}`],
  ];
  const [what, mutated] = pick(ways, random);
  return { what, text: mutated, settings: [], largest: 0 };
}

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length})` : text;
}
