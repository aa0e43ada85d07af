import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { required } from '../src/common/required.js';
import { otherWords } from './docs/pages.js';

/** What each room may import besides itself: CONTRIBUTING's picture of the house. Imports go one way. */
const rooms: Record<string, readonly string[]> = {
  'src/common': [],
  'src/video': ['src/common'],
  'src/stream': ['src/common', 'src/video/frame.ts'],
  'src/tensorflow': ['src/common'],
  'src/nn': ['src/common', 'src/tensorflow'],
  'src/models': ['src/common', 'src/nn', 'src/tensorflow'],
  'src/objectives': ['src/common', 'src/nn', 'src/tensorflow'],
  'src/views': ['src/common'],
  'src/samples': ['src/common', 'src/views'],
  'src/methods': [
    'src/common',
    'src/tensorflow',
    'src/nn',
    'src/models',
    'src/objectives',
    'src/views',
    'src/samples',
  ],
  'src/config': [
    ...['src/common', 'src/models', 'src/views', 'src/samples', 'src/methods'],
    'datasets/sampleSets.ts',
  ],
  'src/data': ['src/common', 'src/video', 'src/stream', 'src/models', 'src/config'],
  ...above(['src/runs'], ['src/video']),
  ...above(['src/engine'], ['src/stream', 'src/runs', 'src/data']),
  ...above(['src/evaluation'], ['src/stream', 'src/runs', 'src/data', 'src/engine']),
  ...above(['src/learning'], ['src/stream', 'src/runs', 'src/data', 'src/engine', 'src/evaluation']),
  ...above(['src/extraction'], ['src/video', 'src/stream', 'src/runs', 'src/data', 'src/engine']),
  'src/analysis': ['src/common', 'src/tensorflow'],
  'src/surprise': ['src/common'],
  'src/report': ['src/common', 'src/analysis', 'src/surprise', 'src/video'],
  datasets: ['src/common', 'src/stream/frameSource.ts', 'src/video'],
  ...above(
    ['src/library'],
    [
      ...['src/nn', 'src/objectives', 'src/video', 'src/stream', 'src/data', 'src/runs', 'src/engine'],
      ...[
        'src/evaluation',
        'src/learning',
        'src/extraction',
        'src/analysis',
        'src/surprise',
        'src/report',
        'datasets',
      ],
    ],
  ),
  ...above(['src/sweep'], ['src/data', 'src/runs', 'src/evaluation', 'src/library', 'src/report']),
  ...above(
    ['src/benchmark'],
    ['src/runs', 'src/evaluation', 'src/library', 'src/report', 'src/sweep', 'datasets/sampleSets.ts'],
  ),
  'src/live/watching': [
    ...['src/common', 'src/tensorflow', 'src/models', 'src/methods/prediction', 'src/surprise'],
    ...['src/methods/settings/optimizer.ts', 'src/engine/online', 'src/runs/safetensors.ts'],
  ],
  'src/live/page': [
    ...[
      'src/common',
      'src/tensorflow',
      'src/models/videoModel.ts',
      'src/runs/safetensors.ts',
      'src/live/watching',
    ],
  ],
  'src/live/trainingPage': ['src/common/errors.ts', 'src/live/page', 'src/live/training/trainingState.ts'],
  'src/live/build': ['src/common'],
  ...above(
    ['src/live/server'],
    ['src/data', 'src/runs', 'src/engine', 'src/library', 'src/video', 'src/live/watching'],
  ),
  ...above(['src/live/training'], ['src/data', 'src/runs', 'src/live/watching', 'src/live/server']),
  'src/cli': ['src', 'datasets', 'bench'],
  bench: ['src', 'datasets'],
};

/** A room that knows networks, methods and pipelines, and what else is named. */
function above([room]: readonly [string], others: readonly string[]): Record<string, readonly string[]> {
  const learning = ['src/tensorflow', 'src/models', 'src/views', 'src/samples', 'src/methods', 'src/config'];
  return { [room]: ['src/common', ...learning, ...others] };
}

/** Folders with more than fifteen files: CONTRIBUTING says why. */
const LARGE_FOLDERS = ['src/tensorflow/program', 'src/analysis/latents/parquet'];
const MOST_FILES = 15;
const MOST_LINES = 250;

/** Rooms whose comments and messages are in plain words. */
const PLAIN_ROOMS = Object.keys(rooms).filter((room) => room !== 'src/cli');
/** What ffmpeg logs, and the name of an HTML element. */
const LEFT_WORDING = /Missing reference picture|<picture>/;

const root = resolve(import.meta.dirname, '..');
const files = ['src', 'datasets', 'bench'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
);

/** Type imports and imports on demand included. */
const imports = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return specifiers.map((each) => relative(root, resolve(root, dirname(file), each.replace(/\.js$/, '.ts'))));
}

function roomOf(file: string): string | undefined {
  return Object.keys(rooms).find((room) => file.startsWith(`${room}/`));
}

/** The first circle that imports run in, as a path of names; nothing where there is none. */
function circle(edges: ReadonlyMap<string, Iterable<string>>): string[] | undefined {
  const done = new Set<string>();
  const visit = (at: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(at)) return [...path.slice(path.indexOf(at)), at];
    if (done.has(at)) return undefined;
    for (const next of edges.get(at) ?? []) {
      const found = visit(next, [...path, at]);
      if (found) return found;
    }
    done.add(at);
    return undefined;
  };
  for (const start of edges.keys()) {
    const found = visit(start, []);
    if (found) return found;
  }
  return undefined;
}

/** Where two files' folders part, the two that stand side by side there; nothing where one holds the other. */
function siblings(from: string, to: string): [string, string] | undefined {
  const [a, b] = [dirname(from).split('/'), dirname(to).split('/')];
  const parting = a.findIndex((name, depth) => name !== b[depth]);
  if (parting < 0 || parting >= b.length) return undefined;
  return [a.slice(0, parting + 1).join('/'), b.slice(0, parting + 1).join('/')];
}

/** What a line of source says to people: its comment and its texts of several words, without `code`. */
function proseIn(line: string): string {
  if (/^\s*(\/?\*|\/\/)/.test(line)) return line.replaceAll(/`[^`]*`/g, '');
  const texts = line.match(/'[^']* [^']*'|"[^"]* [^"]*"|`[^`]* [^`]*`|\/\/ .*$|\/\*\*.*$/g) ?? [];
  return texts.join('');
}

describe('the house', () => {
  it('has a room for every file', () => {
    const lost = files.filter((file) => roomOf(file) === undefined && file !== 'src/index.ts');
    expect(lost).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  it('imports one way', () => {
    const wrong = files.flatMap((file) => {
      const room = roomOf(file);
      if (!room) return [];
      const allowed = [room, ...required(rooms, room)];
      return imports
        .get(file)!
        .filter((target) => !allowed.some((place) => target === place || target.startsWith(`${place}/`)))
        .map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has no circle of files, nor of folders side by side', () => {
    expect(circle(imports)).toBeUndefined();
    const folders = new Map<string, Set<string>>();
    for (const [file, targets] of imports)
      for (const target of targets) {
        const pair = siblings(file, target);
        // The top level is held by the rooms: src, datasets and bench know each other through src/cli.
        if (!pair?.[0].includes('/')) continue;
        folders.set(pair[0], (folders.get(pair[0]) ?? new Set()).add(pair[1]));
      }
    expect(folders.size).toBeGreaterThan(20);
    expect(circle(folders)).toBeUndefined();
  });

  it('keeps folders and files small', () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    const crowded = [...counts].filter(([folder, n]) => n > MOST_FILES && !LARGE_FOLDERS.includes(folder));
    expect(crowded).toEqual([]);
    const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length - 1;
    expect(files.filter((file) => lines(file) > MOST_LINES)).toEqual([]);
  });

  it('names only built files that there are', () => {
    const named = files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/'dist\/([^']+)\.js'/g)].map(
        (match) => `${match[1]}.ts`,
      ),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('keeps ffmpeg in src/video and native TensorFlow in src/tensorflow', () => {
    const names = (file: string, pattern: RegExp) => pattern.test(readFileSync(join(root, file), 'utf8'));
    const ffmpeg = files.filter(
      (file) => names(file, /from 'fluent-ffmpeg'/) && !file.startsWith('src/video/'),
    );
    const tfjs = files.filter(
      (file) => names(file, /from '@tensorflow/) && !file.startsWith('src/tensorflow/'),
    );
    expect([...ffmpeg, ...tfjs]).toEqual([]);
  });

  it("says in plain words what it does: the field's, in comments and messages", () => {
    const found = files
      .filter((file) => PLAIN_ROOMS.some((room) => file.startsWith(`${room}/`)))
      .flatMap((file) =>
        readFileSync(join(root, file), 'utf8')
          .split('\n')
          .filter((line) => otherWords.test(proseIn(line)) && !LEFT_WORDING.test(line))
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(found).toEqual([]);
    expect(proseIn(" * It tells `told` a clip's end.")).toBe(" * It tells  a clip's end.");
    expect(proseIn("const told = 'no picture came'; // by hand")).toBe("'no picture came'// by hand");
  });
});
