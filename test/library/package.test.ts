import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { nativeInstalls } from '../../src/tensorflow/install/install.js';

const root = resolve(import.meta.dirname, '../..');
const execute = promisify(execFile);
const FLAGS = ['--prefer-offline', '--no-audit', '--no-fund'];
/** As behind a firewall: the install script of tfjs-node-gpu finds nobody to download from, and npm drops the package. */
const env = { ...process.env, TFJS_NODE_BASE_URI: 'http://127.0.0.1:1/' };

let folder: string;
const npm = (...args: string[]) => execute('npm', args, { cwd: folder, env });
const foreframe = (...args: string[]) =>
  execute(join(folder, 'node_modules/.bin/foreframe'), args, { cwd: folder });

describe('the packed tarball', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'foreframe-pack-'));
    await execute('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
    writeFileSync(join(folder, 'package.json'), '{"name":"user","version":"1.0.0","type":"module"}');
    await npm('install', ...FLAGS, `./${tarball}`);
  });

  it('installs elsewhere, its command works, and its exports have types', async () => {
    const version = await foreframe('--version');
    expect(version.stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    const doctor = await foreframe('doctor', '--json');
    expect(JSON.parse(doctor.stdout)).toMatchObject({ checks: expect.any(Array) });
    const datasets = await foreframe('datasets', 'list');
    expect(datasets.stdout).toContain('bouncing-balls');

    writeFileSync(
      join(folder, 'use.ts'),
      "import { clips, type Frame, pull, readFrames } from 'foreframe';\nexport const use = [clips, pull, readFrames];\nexport type F = Frame;\n",
    );
    const tsc = join(root, 'node_modules/.bin/tsc');
    const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--skipLibCheck', '--types', ''];
    await execute(tsc, [...strict, 'use.ts'], { cwd: folder });
  });

  it.runIf(nativeInstalls()[0])(
    'keeps native TensorFlow when npm installs something else later',
    async () => {
      const dropped = join(folder, 'node_modules/@tensorflow/tfjs-node-gpu');
      expect(existsSync(dropped)).toBe(false);
      await foreframe('setup');
      mkdirSync(join(folder, 'other'));
      writeFileSync(join(folder, 'other', 'package.json'), '{"name":"other","version":"1.0.0"}');
      await npm('install', ...FLAGS, './other');
      expect(existsSync(join(folder, 'node_modules/other'))).toBe(true);
      expect(existsSync(dropped)).toBe(false);

      const { stdout, stderr } = await foreframe('doctor', '--json');
      expect(stderr).toBe('');
      const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; value: string }[] };
      expect(checks.find(({ name }) => name === 'TensorFlow')).toMatchObject({
        ok: true,
        value: expect.stringMatching(/native$/),
      });
    },
  );
});
