import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What each room may import besides itself: CONTRIBUTING's picture of the house. Imports go one way. */
const rooms: Record<string, readonly string[]> = {
  'src/common': [],
  'src/video': ['src/common'],
  'src/stream': ['src/common', 'src/video/frame.ts'],
  'src/tensorflow': ['src/common'],
  'src/nn': ['src/common', 'src/tensorflow'],
  'src/models': ['src/common', 'src/nn', 'src/tensorflow'],
  'src/objectives': ['src/common', 'src/nn', 'src/tensorflow'],
  'src/training': ['src/common', 'src/video', 'src/stream', 'src/tensorflow', 'src/models', 'src/objectives'],
  'src/analysis': ['src/common', 'src/tensorflow'],
  'src/report': ['src/common', 'src/analysis', 'src/video'],
  datasets: ['src/common', 'src/stream/frameSource.ts', 'src/video'],
  'src/cli': ['src', 'datasets', 'bench'],
  bench: ['src', 'datasets'],
};

const root = resolve(import.meta.dirname, '..');
const files = ['src', 'datasets', 'bench'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return specifiers.map((each) => relative(root, resolve(root, dirname(file), each.replace(/\.js$/, '.ts'))));
}

function roomOf(file: string): string | undefined {
  return Object.keys(rooms).find((room) => file.startsWith(`${room}/`));
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
      const allowed = [room, ...rooms[room]!];
      return importsOf(file)
        .filter((target) => !allowed.some((place) => target === place || target.startsWith(`${place}/`)))
        .map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
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
});
