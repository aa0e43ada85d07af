import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { videoFile } from '../../bench/surprise/videoScenes.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const onNote = () => {};

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A PATH with nothing but these programs on it. */
function programs(name: string, scripts: Record<string, string>): void {
  mkdirSync(at(name));
  for (const [program, script] of Object.entries(scripts)) {
    writeFileSync(at(`${name}/${program}`), `#!/bin/sh\n${script}\n`);
    chmodSync(at(`${name}/${program}`), 0o755);
  }
  vi.stubEnv('PATH', at(name));
  vi.stubEnv('FOREFRAME_CACHE', at(`${name}-cache`));
}

test('a file that is named stands for the street camera', async () => {
  testVideo(at('street.mp4'), 'testsrc2=s=64x48:r=10:d=1');
  expect(await videoFile('street camera', { street: at('street.mp4'), onNote })).toBe(at('street.mp4'));
  await expect(videoFile('street camera', { street: at('none.avi'), onNote })).rejects.toThrow(
    /no file or folder/,
  );
});

test.runIf(process.platform !== 'win32')('without apt one line says what to do', async () => {
  programs('none', {});
  await expect(videoFile('street camera', { onNote })).rejects.toThrow(
    /^street camera: .*opencv-doc, and there is no apt-get on this machine: name the file, `foreframe bench surprise vtest\.avi`/,
  );
  programs('old', { 'apt-get': 'echo "E: Unable to locate package opencv-doc" >&2; exit 100' });
  await expect(videoFile('street camera', { onNote })).rejects.toThrow(
    /apt-get download -qq opencv-doc: Unable to locate package opencv-doc \(after `apt-get update` it may be there\)/,
  );
});

test.runIf(process.platform !== 'win32')(
  'the package is fetched once, and one file of it is kept',
  async () => {
    const inside = 'usr/share/doc/opencv-doc/examples/data';
    programs('apt', {
      'apt-get': ': > opencv-doc_1.deb',
      dpkg: `/bin/mkdir -p "$3/${inside}"; echo street > "$3/${inside}/vtest.avi"`,
    });
    const notes: string[] = [];
    const file = await videoFile('street camera', { onNote: (note) => notes.push(note) });
    expect(file).toBe(at('apt-cache/debian/opencv-doc/vtest.avi'));
    vi.stubEnv('PATH', '');
    expect(await videoFile('street camera', { onNote })).toBe(file);
    expect(notes).toEqual(['fetching the package opencv-doc with apt-get, once']);
  },
);
