import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/common/errors.js';
import { cacheFolder } from '../../src/common/files/cacheFolder.js';
import { type NativeInstall, nativeInstalls, readInstall } from '../../src/tensorflow/install/install.js';
import { installName, nativeFolder, TENSORFLOW_VERSION } from '../../src/tensorflow/install/paths.js';
import { setUpIfNeeded, setUpNative } from '../../src/tensorflow/install/setup.js';
import { withLock } from '../../src/tensorflow/install/setupLock.js';
import type { SetupProgress } from '../../src/tensorflow/install/setupProgress.js';
import { ensureTfjsNode, findTfjsNode } from '../../src/tensorflow/install/tfjsNode.js';

/** The real install that `npm test` has made, found before the tests move the cache; none where set-up is impossible. */
const real: NativeInstall | undefined = nativeInstalls()[0];

let folder: string;
/** An address where nobody listens. */
let closed: string;
let bin: string;

beforeAll(async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closed = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreframe-setup-'));
  bin = join(folder, 'bin');
  mkdirSync(bin);
  vi.stubEnv('FOREFRAME_CACHE', join(folder, 'cache'));
  vi.stubEnv('FOREFRAME_LIBTENSORFLOW', undefined);
  vi.stubEnv('FOREFRAME_NATIVE', undefined);
  vi.stubEnv('npm_execpath', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A program for PATH that writes its arguments to `<name>.log` and then runs `body`. */
function fake(name: string, body: string): void {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\necho "$@" >> "${join(folder, `${name}.log`)}"\n${body}\n`);
  chmodSync(path, 0o755);
}

const calls = (name: string) => {
  const log = join(folder, `${name}.log`);
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
};

/** PATH with our fakes in front of the real programs. */
const fakesFirst = () => vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`);

/** No source works: pip has no network, the download's server refuses. */
function noSources(): void {
  const pip =
    'case "$*" in *--version*) echo "pip 23.0 from nowhere (python 3.9)";; *) echo "ERROR: no network" >&2; exit 1;; esac';
  for (const name of ['python3', 'python', 'pip3', 'pip']) fake(name, pip);
  fake('c++', 'exit 0');
  fakesFirst();
  vi.stubEnv('CXX', undefined);
  vi.stubEnv('FOREFRAME_LIBTENSORFLOW_URL', `${closed}/libtensorflow.tar.gz`);
}

describe('cache folder', () => {
  it('is FOREFRAME_CACHE, else below XDG_CACHE_HOME on Linux', () => {
    expect(cacheFolder({ FOREFRAME_CACHE: '/a/b' })).toBe('/a/b');
    if (process.platform === 'linux') expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/foreframe');
  });
});

describe('set-up without sources', () => {
  it('names the reason of every source in one line and leaves nothing that looks complete', async () => {
    noSources();
    const failure = setUpNative();
    await expect(failure).rejects.toThrow(/no network.*127\.0\.0\.1:.*refused/i);
    await expect(failure).rejects.not.toThrow(/\n/);
    expect(nativeInstalls()).toEqual([]);
  });

  it('never throws when it runs before a command, and does not try the same again at once', async () => {
    noSources();
    expect((await setUpIfNeeded()).reason).toMatch(/no network/);
    const before = calls('python3').length;
    expect((await setUpIfNeeded()).reason).toMatch(/no network/);
    expect(calls('python3').length).toBe(before);
    vi.stubEnv('FOREFRAME_LIBTENSORFLOW_URL', `${closed}/other.tar.gz`);
    expect((await setUpIfNeeded()).reason).toMatch(/other/);
    expect(calls('python3').length).toBeGreaterThan(before);
  });

  it('is not tried with FOREFRAME_NATIVE=off', async () => {
    noSources();
    vi.stubEnv('FOREFRAME_NATIVE', 'off');
    expect((await setUpIfNeeded()).reason).toMatch(/FOREFRAME_NATIVE/);
    expect(calls('python3')).toEqual([]);
  });

  it('says how to get a compiler before anything is downloaded', async () => {
    noSources();
    rmSync(join(bin, 'c++'));
    vi.stubEnv('PATH', bin);
    await expect(setUpNative()).rejects.toThrow(/no C\+\+ compiler: install/);
    expect(calls('python3')).toEqual([]);
  });

  it('refuses a named directory that holds no library', async () => {
    await expect(setUpNative({ from: join(folder, 'nowhere') })).rejects.toThrow(UsageError);
    await expect(setUpNative({ from: folder })).rejects.toThrow(/holds neither libtensorflow_cc/);
  });
});

describe.runIf(real)('set-up from a named directory', () => {
  /** Compiling takes seconds and is proven by the install itself: this compiler hands out what was built then. */
  function fakeCompiler(): void {
    const lib = join(real!.folder, 'lib');
    fake(
      'fake-cxx',
      `for last; do :; done\nif [ -f "${lib}/$(basename "$last")" ]; then cp "${lib}/$(basename "$last")" "$last"; exit; fi
while [ $# -gt 1 ]; do if [ "$1" = -o ]; then out="$2"; fi; shift; done
if [ "$(basename "$out")" = tfjs_binding.node ]; then cp "${lib}/tfjs_binding.node" "$out"; else : > "$out"; fi`,
    );
    fakesFirst();
    vi.stubEnv('CXX', 'fake-cxx');
  }

  it('clears half-done work and a dead lock; two at once share the work', async () => {
    fakeCompiler();
    const name = installName(TENSORFLOW_VERSION, 'cpu');
    // What a set-up leaves that was killed: half a folder under a hidden name, its lock, and a folder with no manifest.
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const root = nativeFolder();
    mkdirSync(join(root, `.${name}.partial`, 'lib'), { recursive: true });
    writeFileSync(join(root, `.${name}.partial`, 'lib', 'libtensorflow_cc.so.2'), 'half');
    mkdirSync(join(root, name, 'lib'), { recursive: true });
    writeFileSync(join(root, name, 'lib', 'tfjs_binding.node'), 'half');
    writeFileSync(join(root, `.${name}.lock`), `${dead} ${hostname()}\n`);
    expect(nativeInstalls()).toEqual([]);

    const said: SetupProgress[] = [];
    const options = { from: real!.folder, onProgress: (progress: SetupProgress) => said.push(progress) };
    const [first, second] = await Promise.all([setUpNative(options), setUpNative(options)]);
    expect(first).toEqual(second);
    expect(first.version).toBe(real!.version);
    expect(first.source).toBe(real!.folder);
    expect(said.filter(({ phase }) => phase === 'wait')).toHaveLength(1);
    expect(calls('fake-cxx').filter((line) => line.includes('tfjs_backend.cc'))).toHaveLength(1);
    expect(existsSync(join(root, `.${name}.partial`))).toBe(false);
    expect(existsSync(join(root, `.${name}.lock`))).toBe(false);

    // Once more is a no-op; an install that lost a byte is not complete.
    await setUpNative(options);
    expect(calls('fake-cxx').filter((line) => line.includes('tfjs_backend.cc'))).toHaveLength(1);
    writeFileSync(join(first.folder, 'lib', 'tfjs_binding.node'), 'cut short');
    expect(readInstall(first.folder)).toBeUndefined();
  });

  it('does not accept a binding that does not load', async () => {
    fakeCompiler();
    vi.stubEnv('FOREFRAME_CACHE', join(folder, 'other'));
    fake('fake-cxx', 'while [ $# -gt 1 ]; do if [ "$1" = -o ]; then echo nonsense > "$2"; fi; shift; done');
    await expect(setUpNative({ from: real!.folder })).rejects.toThrow(/does not load here/);
    expect(nativeInstalls()).toEqual([]);
  });
});

/** A promise that is settled from outside (`Promise.withResolvers` needs Node 22). */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe('lock', () => {
  it('is waited for while its holder lives, and released after an error', async () => {
    const path = join(folder, 'lock');
    const order: string[] = [];
    const started = gate();
    const letGo = gate();
    const nobody = () => {};
    const first = withLock(path, nobody, async () => {
      started.open();
      await letGo.passed;
      order.push('first');
    });
    await started.passed;
    const waits = vi.fn(() => letGo.open());
    const second = withLock(path, waits, async () => {
      order.push('second');
      throw new Error('failed');
    });
    await first;
    await expect(second).rejects.toThrow('failed');
    expect(order).toEqual(['first', 'second']);
    expect(waits).toHaveBeenCalledExactlyOnceWith(String(process.pid));
    expect(existsSync(path)).toBe(false);
  });
});

describe('the npm package with the binding', () => {
  const kept = () => join(nativeFolder(), 'tfjs-node-gpu-4.22.0');
  /** What `npm pack` would bring, from what is here. */
  const original = findTfjsNode();

  it.runIf(original)('is fetched with npm pack into the cache when npm left it out, once', async () => {
    const root = join(folder, 'app');
    mkdirSync(root);
    writeFileSync(join(root, 'package.json'), '{"name":"foreframe"}');
    // npm pack NAME --pack-destination DIR: the tarball holds the package as `package/`.
    fake(
      'npm',
      `mkdir -p "${folder}/pack" && ln -sfn "${original}" "${folder}/pack/package" && tar -chzf "$4/tfjs.tgz" -C "${folder}/pack" package/package.json package/dist/version.js`,
    );
    fakesFirst();
    expect(findTfjsNode(root)).toBeUndefined();
    expect(await ensureTfjsNode(() => {}, root)).toBe(kept());
    expect(findTfjsNode(root)).toBe(kept());
    expect(calls('npm')[0]).toContain('pack @tensorflow/tfjs-node-gpu@4.22.0');
    await ensureTfjsNode(() => {}, root);
    expect(calls('npm')).toHaveLength(1);
    expect(existsSync(join(root, 'node_modules'))).toBe(false);
  });

  it.runIf(original)('is kept in the cache when npm installed it, and outlives npm', async () => {
    const root = join(folder, 'app');
    const installed = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
    mkdirSync(dirname(installed), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{"name":"foreframe"}');
    cpSync(original!, installed, { recursive: true });
    const [first, second] = await Promise.all([1, 2].map(() => ensureTfjsNode(() => {}, root)));
    expect([first, second]).toEqual([kept(), kept()]);
    rmSync(installed, { recursive: true });
    expect(findTfjsNode(root)).toBe(kept());
    expect(existsSync(join(kept(), 'dist', 'register_all_kernels.js'))).toBe(true);
    expect(readdirSync(nativeFolder())).toEqual(['tfjs-node-gpu-4.22.0']);
  });

  it('gives npm’s own reason when it cannot be fetched', async () => {
    writeFileSync(join(folder, 'package.json'), '{"name":"foreframe"}');
    fake('npm', 'echo "npm error code ENOTFOUND" >&2; exit 1');
    fakesFirst();
    await expect(ensureTfjsNode(() => {}, folder)).rejects.toThrow(/npm could not fetch.*ENOTFOUND/);
  });
});
