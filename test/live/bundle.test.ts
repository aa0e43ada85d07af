import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundlePage, pageScripts } from '../../src/live/build/bundlePage.js';
import { loadedWith, zippedSize } from '../../src/live/build/loadedWith.js';
import { temporaryFolder } from '../video/makeVideo.js';

it('bundles the network for a browser: the models themselves, nothing of Node or zod, and only the chosen backend', async () => {
  const folder = temporaryFolder();
  const chunks = await bundlePage(folder, { worker: pageScripts.worker });
  const modulesOf = (...names: string[]) =>
    loadedWith(chunks, ...names).flatMap(({ modules }) =>
      Object.entries(modules)
        .filter(([, { renderedLength }]) => renderedLength > 0)
        .map(([name]) => name),
    );
  const worker = modulesOf('worker.js');
  for (const part of ['src/models/frameStack.ts', 'src/tensorflow/program/eagerProgram.ts', 'src/surprise/'])
    expect(
      worker.some((name) => name.includes(part)),
      part,
    ).toBe(true);
  const all = modulesOf(...chunks.map(({ fileName }) => fileName));
  expect(all.filter((name) => /^node:|\/zod\/|tfjs-(node|layers|data|converter)/.test(name))).toEqual([]);
  expect(worker.filter((name) => name.includes('/tfjs-backend-'))).toEqual([]);
  // What is loaded for each, in bytes: 166, 215 and 204 kB at the time of writing.
  for (const [device, most] of [
    ['wasm', 210_000],
    ['webgl', 260_000],
    ['webgpu', 250_000],
  ] as const) {
    const others = ['wasm', 'webgl', 'webgpu'].filter((each) => each !== device);
    const loaded = modulesOf('worker.js', `${device}.js`);
    expect(loaded.some((name) => name.includes(`/tfjs-backend-${device}/`))).toBe(true);
    for (const other of others)
      expect(loaded.filter((name) => name.includes(`/tfjs-backend-${other}/`))).toEqual([]);
    expect(zippedSize(loadedWith(chunks, 'worker.js', `${device}.js`)), device).toBeLessThan(most);
  }
  for (const { fileName, code } of chunks) expect(readFileSync(join(folder, fileName), 'utf8')).toBe(code);
});

it.each(['node:fs', 'zlib'])('fails where a module of Node comes in, with its name: %s', async (name) => {
  const folder = temporaryFolder();
  const entry = join(folder, 'entry.ts');
  writeFileSync(entry, `import * as module from '${name}';\nconsole.log(module);\n`);
  await expect(bundlePage(join(folder, 'out'), { entry })).rejects.toThrow(name);
});
