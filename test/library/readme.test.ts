import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, root } from '../docs/pages.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';

quickFfmpeg();

const run = promisify(execFile);
const folder = temporaryFolder();

/** Every TypeScript example, by the name of its file. */
const examples = ['README.md', 'docs/library.md', 'docs/compile.md', 'docs/embeddings.md'].flatMap((page) =>
  codeBlocks(page, 'ts').map((code, index) => ({
    name: `${page.replaceAll(/\W/g, '-')}-${index + 1}`,
    code,
  })),
);
const classifier = examples.filter(({ code }) => code.includes('loadMnist'));
const others = examples.filter((example) => !classifier.includes(example));

/** Runs what tsc made of an example, in a folder with a video, `foreframe` being the build. */
async function runExample({ name }: { name: string }): Promise<string> {
  const place = join(folder, name);
  mkdirSync(place);
  cpSync(join(folder, 'my.mp4'), join(place, 'my.mp4'));
  const entry = JSON.stringify(join(root, 'dist/src/index.js'));
  const code = readFileSync(join(folder, 'out', `${name}.js`), 'utf8').replaceAll("'foreframe'", entry);
  writeFileSync(join(place, 'example.mjs'), code);
  const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: place });
  return stdout;
}

describe('the examples in README and docs', () => {
  let complaints = '';

  beforeAll(async () => {
    testVideo(join(folder, 'my.mp4'), 'testsrc=size=96x64:rate=25:duration=12');
    for (const { name, code } of examples) writeFileSync(join(folder, `${name}.ts`), code);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const compilerOptions = {
      ...{
        strict: true,
        target: 'es2022',
        module: 'nodenext',
        skipLibCheck: true,
        outDir: 'out',
        rootDir: '.',
      },
      ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
      paths: { foreframe: [join(root, 'dist/src/index.d.ts')] },
    };
    const files = examples.map(({ name }) => `${name}.ts`);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, '-p', folder]).catch(({ stdout }) => {
      complaints = stdout;
    });
  });

  it('are there', () => {
    expect(others.length).toBeGreaterThanOrEqual(3);
    expect(classifier.length).toBe(1);
  });

  it('pass tsc --strict', () => expect(complaints).toBe(''));

  it.each(others.map((example) => [example.name, example] as const))('%s runs', async (_, example) => {
    expect(await runExample(example)).not.toBe('');
  });

  // Without native TensorFlow it takes WebAssembly half a minute; the first time it fetches MNIST.
  it('of compile learns to read digits', { timeout: 600_000 }, async () => {
    const printed = await runExample(classifier[0]!);
    expect(Number(/test accuracy ([\d.]+)/.exec(printed)?.[1])).toBeGreaterThan(0.95);
  });
});
