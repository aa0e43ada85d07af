import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** The examples of README and of the pages about the library. */
function examples(): string[] {
  return ['README.md', 'docs/compile.md', 'docs/embeddings.md', 'docs/library.md'].flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
  });
}

/** What must not compile after the example of `compile`: a slip in each kind of name. */
const SLIPS = `
// @ts-expect-error no entry has this name
program.run('tset', test);
// @ts-expect-error no input has this name
program.run('test', { pictures: test.images, labels: test.labels });
// @ts-expect-error bytes cannot hold fractions
program.run('test', { images: new Float32Array(784), labels: test.labels });
// @ts-expect-error no output has this name
program.run('test', test).acuracy;
// @ts-expect-error no variable has this name
program.state().weigth;
// Its type can be named in the declarations of whoever exports it.
export const exported = program;
`;

it('the examples of README and docs compile with tsc --strict against the build, and slips in names do not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'foreframe-strict-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/foreframe'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const files = examples().map((code, i) => {
    const file = `example${i}.ts`;
    writeFileSync(join(folder, file), code.includes('compile(') ? code + SLIPS : code);
    return file;
  });
  expect(files.length).toBeGreaterThanOrEqual(3);
  const options = [
    '--declaration',
    '--emitDeclarationOnly',
    '--strict',
    '--noUncheckedIndexedAccess',
    'false',
    '--module',
    'nodenext',
  ];
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { stdout } = await run(
    tsc,
    [...options, '--target', 'es2022', '--skipLibCheck', '--types', '', ...files],
    { cwd: folder },
  ).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});
