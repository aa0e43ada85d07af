import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nativeInstalls } from '../../src/tensorflow/install/install.js';
import { TFJS_VERSION } from '../../src/tensorflow/install/paths.js';
import { findTfjsNode } from '../../src/tensorflow/install/tfjsNode.js';
import { checkNobodyElseWrites } from '../../src/tensorflow/install/trust.js';
import { foreframe } from '../cli/foreframe.js';

const onUnix = process.geteuid !== undefined;
const isRoot = process.geteuid?.() === 0;

let folder: string;
let inside: string;

beforeEach(() => {
  // Below the temporary folder, which everybody may write but which is sticky.
  folder = mkdtempSync(join(tmpdir(), 'foreframe-trust-'));
  inside = join(folder, 'cache', 'lib');
  mkdirSync(inside, { recursive: true, mode: 0o755 });
  writeFileSync(join(inside, 'binding.node'), 'code', { mode: 0o644 });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(onUnix)('code that another user could have written', () => {
  it('is not loaded, whichever file or folder is open to others', () => {
    expect(() => checkNobodyElseWrites(inside)).not.toThrow();
    for (const path of [join(inside, 'binding.node'), inside, join(folder, 'cache'), folder]) {
      const wasFile = path.endsWith('.node');
      chmodSync(path, 0o777);
      expect(() => checkNobodyElseWrites(inside), path).toThrow(/may be written by every user \(mode 777\)/);
      chmodSync(path, wasFile ? 0o644 : 0o755);
      expect(() => checkNobodyElseWrites(inside)).not.toThrow();
    }
  });

  it('is found behind links, and links themselves count for nothing', () => {
    const link = join(folder, 'link');
    symlinkSync(inside, link);
    expect(() => checkNobodyElseWrites(link)).not.toThrow();
    chmodSync(join(folder, 'cache'), 0o777);
    expect(() => checkNobodyElseWrites(link)).toThrow(/cache may be written by every user/);
  });

  it.runIf(nativeInstalls()[0])('is loaded from a cache that a link leads to', async () => {
    mkdirSync(join(folder, 'other'), { mode: 0o755 });
    symlinkSync(dirname(nativeInstalls()[0]!.folder), join(folder, 'other', 'native'));
    const { stdout } = await foreframe(['doctor', '--json'], {
      env: { FOREFRAME_CACHE: join(folder, 'other') },
    });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; value: string }[] };
    expect(checks.find(({ name }) => name === 'TensorFlow')!.value).toMatch(/native$/);
  });

  it.runIf(isRoot)('is not loaded when it belongs to somebody else or a shared group may write it', () => {
    chownSync(join(inside, 'binding.node'), 12345, 0);
    expect(() => checkNobodyElseWrites(inside)).toThrow(/belongs to another user \(12345\)/);
    chownSync(join(inside, 'binding.node'), 0, 12345);
    chmodSync(join(inside, 'binding.node'), 0o664);
    expect(() => checkNobodyElseWrites(inside)).toThrow(/may be written by its group/);
  });

  it.runIf(nativeInstalls()[0])('makes the command line say so and compute on WebAssembly', async () => {
    // An install as readInstall wants it, in a cache that is open to all.
    const { folder: real, ...manifest } = nativeInstalls()[0]!;
    const native = join(folder, 'cache', 'native');
    const place = join(native, 'open');
    mkdirSync(join(place, 'lib'), { recursive: true });
    // npm may have left the package out of node_modules: the copy that set-up keeps is what runs.
    symlinkSync(findTfjsNode()!, join(native, `tfjs-node-gpu-${TFJS_VERSION}`));
    symlinkSync(join(real, 'lib', 'tfjs_binding.node'), join(place, 'lib', 'tfjs_binding.node'));
    writeFileSync(join(place, 'install.json'), JSON.stringify({ ...manifest, files: {} }));
    const cache = join(folder, 'cache');
    chmodSync(cache, 0o777);
    const { stdout } = await foreframe(['doctor', '--json'], { env: { FOREFRAME_CACHE: cache } });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; value: string }[] };
    expect(checks.find(({ name }) => name === 'TensorFlow')!.value).toMatch(
      /WebAssembly.*may be written by every user/,
    );
  });
});
