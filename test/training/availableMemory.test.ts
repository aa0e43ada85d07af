import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { availableMemory } from '../../src/common/memory/availableMemory.js';
import { bytesText, parseBytes } from '../../src/common/memory/bytes.js';
import { requireMemory } from '../../src/common/memory/requireMemory.js';
import { holding } from '../../src/data/heldMemory.js';
import { ForeframeError, UsageError } from '../../src/index.js';

const GIGABYTE = 1e9;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the memory that is available', () => {
  const with_ = async (files: Record<string, string>) => {
    const root = await mkdtemp(join(tmpdir(), 'foreframe-memory-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const found = availableMemory({ root, environment: {}, platform: 'linux' });
    await rm(root, { recursive: true });
    return found;
  };
  const meminfo = { 'proc/meminfo': 'MemTotal: 32000 kB\nMemFree: 10 kB\nMemAvailable:   20000 kB\n' };

  it('is what the machine has left', async () => {
    expect(await with_(meminfo)).toBe(20_000 * 1024);
  });

  it('is what the control group has left, version 2, or one above it', async () => {
    const group = { ...meminfo, 'proc/self/cgroup': '0::/a/b\n' };
    const at = (folder: string, max: string, current: string) => ({
      [`sys/fs/cgroup/${folder}/memory.max`]: `${max}\n`,
      [`sys/fs/cgroup/${folder}/memory.current`]: `${current}\n`,
    });
    expect(await with_({ ...group, ...at('a/b', '9000', '1000') })).toBe(8000);
    expect(await with_({ ...group, ...at('a/b', 'max', '1000'), ...at('a', '5000', '2000') })).toBe(3000);
    expect(await with_({ ...group, ...at('a/b', '9000', '1000'), ...at('a', '5000', '2000') })).toBe(3000);
    // Page cache can be given back; over the limit there is nothing.
    const cached = { 'sys/fs/cgroup/a/b/memory.stat': 'anon 100\ninactive_file 700\n' };
    expect(await with_({ ...group, ...at('a/b', '9000', '1000'), ...cached })).toBe(8700);
    expect(await with_({ ...group, ...at('a/b', '9000', '9999') })).toBe(0);
    // In a container the group is the topmost folder, whatever it is called outside.
    expect(await with_({ ...group, ...at('', '7000', '0') })).toBe(7000);
  });

  it('is what the control group has left, version 1', async () => {
    const group = { ...meminfo, 'proc/self/cgroup': '5:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/\n' };
    const limit = (text: string) => ({
      'sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes': text,
      'sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes': '4000\n',
      'sys/fs/cgroup/memory/docker/1/memory.stat': 'cache 1\ntotal_inactive_file 500\n',
    });
    expect(await with_({ ...group, ...limit('9000\n') })).toBe(5500);
    expect(await with_({ ...group, ...limit('9223372036854771712\n') })).toBe(20_000 * 1024);
  });

  it('is what a person says', () => {
    const said = (text: string) => availableMemory({ environment: { FOREFRAME_MEMORY: text } });
    expect(said('32GB')).toBe(32e9);
    expect(said('500 MiB')).toBe(500e6);
    expect(() => said('much')).toThrow(UsageError);
    expect(() => said('much')).toThrow('FOREFRAME_MEMORY=much is not an amount of memory');
  });

  it('reads back the amounts that it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9e14 }), (bytes) => {
        const again = parseBytes(bytesText(bytes), 'x');
        expect(Math.abs(again - bytes) / bytes).toBeLessThan(0.06);
      }),
    );
  });
});

describe('what needs memory', () => {
  const need = {
    what: 'it',
    parts: [
      { name: 'a', bytes: 3 * GIGABYTE },
      { name: 'b', bytes: GIGABYTE },
    ],
  };

  it('is refused beyond all there is, and told of from four fifths on', () => {
    const warn = vi.fn();
    requireMemory({ ...need, available: 6 * GIGABYTE, warn });
    expect(warn).not.toHaveBeenCalled();
    requireMemory({ ...need, available: 4.5 * GIGABYTE, warn });
    expect(warn).toHaveBeenCalledWith(
      'warning: it needs about 4.0 GB (a 3.0 GB, b 1.0 GB); 4.5 GB are free: close to all of it',
    );
    expect(() => requireMemory({ ...need, available: 3.9 * GIGABYTE, advice: () => 'lower c to 2' })).toThrow(
      'it needs about 4.0 GB (a 3.0 GB, b 1.0 GB) and 3.9 GB are free: lower c to 2 (if that is wrong, say so: FOREFRAME_MEMORY=5GB)',
    );
  });

  it('is refused as one array or as objects where JavaScript has no room for it', () => {
    const parts = [{ name: 'a', bytes: 1e17, array: true }];
    expect(() => requireMemory({ what: 'it', parts, available: 1e18 })).toThrow(
      /a in one array of more than/,
    );
    const objects = [{ name: 'a', bytes: 1e15, heap: true }];
    expect(() => requireMemory({ what: 'it', parts: objects, available: 1e18 })).toThrow(ForeframeError);
  });

  it('is looked after while it grows, where nobody knew how much it would be', () => {
    vi.stubEnv('FOREFRAME_MEMORY', '1GB');
    const hold = holding('data.shuffle');
    const fill = () => {
      for (let clip = 0; clip < 1000; clip++) hold(10e6);
    };
    expect(fill).toThrow(/^data.shuffle: \d+ are held, .* lower data.shuffle to \d+ \(/);
  });
});
