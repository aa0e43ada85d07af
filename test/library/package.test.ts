import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

describe('the packed tarball', () => {
  it('installs elsewhere, its command works, and its exports have types', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'foreframe-pack-'));
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
    writeFileSync(join(folder, 'package.json'), '{"name":"user","version":"1.0.0","type":"module"}');
    const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...flags, `./${tarball}`], { cwd: folder });

    const command = join(folder, 'node_modules/.bin/foreframe');
    const version = await run(command, ['--version'], { cwd: folder });
    expect(version.stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    const doctor = await run(command, ['doctor', '--json'], { cwd: folder });
    expect(JSON.parse(doctor.stdout)).toMatchObject({ checks: expect.any(Array) });
    const datasets = await run(command, ['datasets', 'list'], { cwd: folder });
    expect(datasets.stdout).toContain('bouncing-balls');

    writeFileSync(
      join(folder, 'use.ts'),
      "import { clips, type Frame, pull, readFrames } from 'foreframe';\nexport const use = [clips, pull, readFrames];\nexport type F = Frame;\n",
    );
    const tsc = join(root, 'node_modules/.bin/tsc');
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--skipLibCheck',
      '--types',
      '',
      'use.ts',
    ];
    await run(tsc, options, { cwd: folder });
  }, 600_000);
});
