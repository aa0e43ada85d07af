import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { findSources } from '../../src/video/index.js';
import { alternatives, matchesName } from '../../src/video/sources/glob.js';
import { naturalOrder } from '../../src/video/sources/naturalOrder.js';
import { temporaryFolder, testVideo } from './makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const put = (...names: string[]) => {
  for (const name of names) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), 'x');
  }
};
const names = async (...inputs: string[]) =>
  (await findSources(inputs)).map((source) => `${source.kind} ${source.name.replace(`${folder}/`, '')}`);

beforeAll(() => {
  put('v/clip10.mp4', 'v/clip2.MKV', 'v/deep/a.webm', 'v/deep/thumbs/t.png', 'v/notes.txt', 'v/.hidden.mp4');
  put('i/frame_0002.png', 'i/frame_0010.png', 'i/frame_0001.png', 'i/other.txt');
  put('s/two/b1.jpg', 's/one/a1.jpg', 's/one/a2.jpg');
});

describe('findSources', () => {
  test('a folder: its videos and those below, in natural order; images beside videos are none', async () => {
    expect(await names(at('v'))).toEqual(['file v/clip2.MKV', 'file v/clip10.mp4', 'file v/deep/a.webm']);
  });

  test('a folder of images is one sequence, each of several folders is its own', async () => {
    const [sequence] = await findSources([at('i')]);
    expect(sequence).toEqual({
      kind: 'images',
      name: at('i'),
      files: [at('i/frame_0001.png'), at('i/frame_0002.png'), at('i/frame_0010.png')],
    });
    expect(await names(at('s'))).toEqual(['images s/one', 'images s/two']);
  });

  test('patterns: videos each, images one sequence', async () => {
    expect(await names(at('v/*.{mp4,MKV}'))).toEqual(['file v/clip2.MKV', 'file v/clip10.mp4']);
    expect(await names(at('**/*.webm'))).toEqual(['file v/deep/a.webm']);
    expect(await names(at('v/clip[12]?.mp4'))).toEqual(['file v/clip10.mp4']);
    const [starred] = await findSources([at('i/*.png')]);
    const [numbered] = await findSources([at('i/frame_%04d.png')]);
    for (const source of [starred, numbered]) {
      expect(source).toMatchObject({ kind: 'images', files: expect.objectContaining({ length: 3 }) });
    }
    expect(starred!.name).toBe(at('i/*.png'));
  });

  test('addresses and devices', async () => {
    expect(await findSources(['rtsp://camera/1', 'v4l2:/dev/video0', 'lavfi:testsrc=s=64x64'])).toEqual([
      { kind: 'input', name: 'rtsp://camera/1', address: 'rtsp://camera/1' },
      { kind: 'input', name: 'v4l2:/dev/video0', format: 'v4l2', address: '/dev/video0' },
      { kind: 'input', name: 'lavfi:testsrc=s=64x64', format: 'lavfi', address: 'testsrc=s=64x64' },
    ]);
    expect(await names(pathToFileURL(at('v/clip10.mp4')).href)).toEqual(['file v/clip10.mp4']);
  });

  test('several inputs keep their order', async () => {
    expect(await names(at('v/deep'), at('v/clip10.mp4'))).toEqual([
      'file v/deep/a.webm',
      'file v/clip10.mp4',
    ]);
  });
});

describe('patterns', () => {
  const plain = fc.stringMatching(/^[a-z0-9_+()$^.-]{1,12}$/).filter((name) => !name.startsWith('.'));

  test('a name matches itself, with any part starred and any character as ?', () => {
    fc.assert(
      fc.property(plain, fc.nat(), fc.nat(), (name, a, b) => {
        const [from, to] = [a % (name.length + 1), b % (name.length + 1)].sort((x, y) => x - y) as [
          number,
          number,
        ];
        expect(matchesName(name, name)).toBe(true);
        expect(matchesName(name, `${name.slice(0, from)}*${name.slice(to)}`)).toBe(true);
        expect(matchesName(name, name.replaceAll(/[\s\S]/g, '?'))).toBe(true);
        expect(matchesName(`${name}x`, name)).toBe(false);
      }),
    );
  });

  test('sets, negated sets, hidden names, nonsense', () => {
    expect(matchesName('b', '[abc]')).toBe(true);
    expect(matchesName('b', '[!abc]')).toBe(false);
    expect(matchesName('d', '[a-c]')).toBe(false);
    expect(matchesName('.d', '*')).toBe(false);
    expect(matchesName('b', '[z-a]')).toBe(false);
    expect(alternatives('{a,b{c,d}}.x').sort()).toEqual(['a.x', 'bc.x', 'bd.x']);
  });
});

test('natural order is a total order', () => {
  const name = fc.stringMatching(/^([a-b]|0|1|2|10|02){0,5}$/);
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      expect(Math.sign(naturalOrder(a, b)) + Math.sign(naturalOrder(b, a))).toBe(0);
      expect(naturalOrder(a, b) === 0).toBe(a === b);
      if (naturalOrder(a, b) <= 0 && naturalOrder(b, c) <= 0)
        expect(naturalOrder(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});

test('TypeScript beside transport streams is no video', async () => {
  const folder = temporaryFolder();
  testVideo(join(folder, 'a.ts'), 'testsrc=s=32x24:r=10:d=1', '-c:v', 'mpeg2video', '-r', '25');
  writeFileSync(join(folder, 'code.ts'), "export const answer = 'größer';\n");
  expect((await findSources([folder])).map(({ name }) => name)).toEqual([join(folder, 'a.ts')]);
});
