import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchNpmPackage } from '../../src/common/files/npmPackage.js';

let folder: string;
let server: Server;
/** Tarballs that the registry has handed out. */
let served: number;
let tarball: Buffer;

/** A package `digits` 1.0.0 with one data file and an install script, as a registry would hold it. */
function pack(): Buffer {
  const source = join(folder, 'source', 'package');
  mkdirSync(join(source, 'data'), { recursive: true });
  const scripts = { preinstall: 'exit 1', prepack: 'exit 1', prepare: 'exit 1' };
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'digits', version: '1.0.0', scripts }));
  writeFileSync(join(source, 'data', 'bytes'), 'seven');
  const path = join(folder, 'digits.tgz');
  execFileSync('tar', ['-czf', path, '-C', join(folder, 'source'), 'package']);
  return readFileSync(path);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'foreframe-npm-'));
  tarball = pack();
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  served = 0;
  server = createServer((request, response) => {
    if (request.url?.endsWith('.tgz')) {
      served++;
      return response.end(tarball);
    }
    if (request.url !== '/digits') return response.writeHead(404).end('{}');
    const dist = { tarball: `http://${request.headers.host}/digits-1.0.0.tgz`, integrity };
    const versions = { '1.0.0': { name: 'digits', version: '1.0.0', dist } };
    return response.end(JSON.stringify({ name: 'digits', 'dist-tags': { latest: '1.0.0' }, versions }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('FOREFRAME_CACHE', join(folder, 'cache'));
  vi.stubEnv('npm_config_registry', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  vi.stubEnv('npm_config_cache', join(folder, 'npm'));
  vi.stubEnv('npm_config_fetch_retries', '0');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const cached = () => (existsSync(join(folder, 'cache/npm')) ? readdirSync(join(folder, 'cache/npm')) : []);

describe('an npm package as data', () => {
  it('is fetched once into the cache, with npm itself and without its scripts', async () => {
    const said = vi.fn();
    const place = await fetchNpmPackage('digits', '1.0.0', { onProgress: said });
    expect(place).toBe(join(folder, 'cache', 'npm', 'digits-1.0.0'));
    expect(readFileSync(join(place, 'data', 'bytes'), 'utf8')).toBe('seven');
    expect(await fetchNpmPackage('digits', '1.0.0', { onProgress: said })).toBe(place);
    expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('digits@1.0.0'));
    expect(served).toBe(1);
    expect(cached()).toEqual(['digits-1.0.0']);
  });

  it('survives two at once', async () => {
    const both = await Promise.all([fetchNpmPackage('digits', '1.0.0'), fetchNpmPackage('digits', '1.0.0')]);
    expect(new Set(both).size).toBe(1);
    expect(readFileSync(join(both[0], 'data', 'bytes'), 'utf8')).toBe('seven');
    expect(cached()).toEqual(['digits-1.0.0']);
  });

  it('is refused when its bytes are not those that the registry vouches for, and nothing is left', async () => {
    tarball = Buffer.concat([tarball, Buffer.from('more')]);
    await expect(fetchNpmPackage('digits', '1.0.0')).rejects.toThrow(
      /npm could not fetch digits@1\.0\.0: EINTEGRITY/,
    );
    expect(cached()).toEqual([]);
  });

  it.each([
    ['nothing of that name', 'letters', '1.0.0', /letters@1\.0\.0: E404: .*Not Found/i],
    ['no such version', 'digits', '2.0.0', /digits@2\.0\.0: ETARGET: .*No matching version/],
  ])('says in one line that the registry has %s', async (_, name, version, message) => {
    const fetching = fetchNpmPackage(name, version);
    await expect(fetching).rejects.toThrow(message);
    await expect(fetching).rejects.not.toThrow(/\n/);
    expect(cached()).toEqual([]);
  });

  it('says in one line that the registry cannot be reached, or that there is no npm', async () => {
    vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1/');
    await expect(fetchNpmPackage('digits', '1.0.0')).rejects.toThrow(
      /^npm could not fetch digits@1\.0\.0: .*127\.0\.0\.1:1.*$/,
    );
    vi.stubEnv('npm_execpath', undefined);
    vi.stubEnv('PATH', join(folder, 'nowhere'));
    await expect(fetchNpmPackage('digits', '1.0.0')).rejects.toThrow(/no npm on PATH/);
  });

  it('says which folder cannot be written', async () => {
    mkdirSync(join(folder, 'cache'));
    writeFileSync(join(folder, 'cache', 'npm'), 'a file');
    await expect(fetchNpmPackage('digits', '1.0.0')).rejects.toThrow(/cannot write .*npm: a file stands/);
  });
});
