import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bundlePage, pageScripts } from '../../src/live/build/bundlePage.js';
import { temporaryFolder } from '../video/makeVideo.js';

it('bundles the network for a browser: the models themselves, and nothing of Node, zod or the other backends', async () => {
  const folder = temporaryFolder();
  const [worker, ...others] = await bundlePage(folder, { worker: pageScripts.worker });
  expect(others).toEqual([]);
  const modules = Object.entries(worker!.modules)
    .filter(([, { renderedLength }]) => renderedLength > 0)
    .map(([name]) => name);
  const has = (part: string) => modules.some((name) => name.includes(part));
  for (const part of ['src/models/frameStack.ts', 'src/tensorflow/program/eagerProgram.ts', 'src/surprise/'])
    expect(has(part), part).toBe(true);
  const wrong = modules.filter((name) =>
    /^node:|\/zod\/|tfjs-(node|layers|data|converter)|backend-webg/.test(name),
  );
  expect(wrong).toEqual([]);
  // 181 kB at the time of writing.
  expect(gzipSync(worker!.code).length).toBeLessThan(230_000);
  expect(readFileSync(join(folder, 'worker.js'), 'utf8')).toBe(worker!.code);
});

it.each(['node:fs', 'zlib'])('fails where a module of Node comes in, with its name: %s', async (name) => {
  const folder = temporaryFolder();
  const entry = join(folder, 'entry.ts');
  writeFileSync(entry, `import * as module from '${name}';\nconsole.log(module);\n`);
  await expect(bundlePage(join(folder, 'out'), { entry })).rejects.toThrow(name);
});
