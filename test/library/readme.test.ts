import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { testVideo } from '../video/makeVideo.js';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** The README's code blocks of one language. */
function examples(language: string): string[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (match) => match[1]!,
  );
}

/** Run an example as a module in a folder with a video, `foreframe` being the build. */
async function runExample(code: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'foreframe-readme-'));
  testVideo(join(folder, 'my.mp4'), 'testsrc=size=96x64:rate=25:duration=12');
  const entry = join(root, 'dist/src/index.js');
  writeFileSync(join(folder, 'example.mjs'), code.replaceAll("'foreframe'", JSON.stringify(entry)));
  const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: folder });
  return stdout;
}

describe("the README's examples", () => {
  const library = examples('js');
  const classifier = library.filter((code) => code.includes('loadMnist'));
  const others = library.filter((code) => !classifier.includes(code));

  it('are there', () => {
    expect(others.length).toBeGreaterThanOrEqual(2);
    expect(classifier.length).toBe(1);
  });

  it.each(others.map((code, index) => [index + 1, code] as const))('number %d runs', async (_, code) => {
    expect(await runExample(code)).not.toBe('');
  });

  // Without native TensorFlow it takes WebAssembly half a minute; the first time it fetches MNIST.
  it('of compile learns to read digits', { timeout: 600_000 }, async () => {
    const printed = await runExample(classifier[0]!);
    expect(Number(/test accuracy ([\d.]+)/.exec(printed)?.[1])).toBeGreaterThan(0.95);
  });
});
