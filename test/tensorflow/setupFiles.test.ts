import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { download } from '../../src/tensorflow/install/download/download.js';
import { extractWheel, wheelRequirements } from '../../src/tensorflow/install/download/wheel.js';
import { ZipArchive } from '../../src/tensorflow/install/download/zip.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreframe-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A zip archive of these members, every second one stored, the others deflated. */
function zip(members: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [i, [name, content]] of members.entries()) {
    const method = i % 2 === 0 ? 8 : 0;
    const packed = method === 8 ? deflateRawSync(content) : content;
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, path]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('base64url');

function wheel(files: Record<string, Buffer>, record = files): string {
  const lines = Object.entries(record).map(
    ([name, content]) => `${name},sha256=${sha256(content)},${content.length}\n`,
  );
  const path = join(folder, 'lib-1.0-py3-none-any.whl');
  const meta = Buffer.from(
    'Name: lib\nRequires-Dist: nvidia-x<13,>=12 ; extra == "and-cuda"\nRequires-Dist: numpy\n',
  );
  writeFileSync(
    path,
    zip([
      ...Object.entries(files),
      ['lib-1.0.dist-info/METADATA', meta],
      ['lib-1.0.dist-info/RECORD', Buffer.from(lines.join(''))],
    ]),
  );
  return path;
}

describe('zip', () => {
  it('gives back every member as it was packed', async () => {
    const member = fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.uint8Array({ maxLength: 3000 }));
    const archives = fc.uniqueArray(member, { selector: ([name]) => name, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(archives, async (members) => {
        const path = join(folder, 'a.zip');
        writeFileSync(path, zip(members.map(([name, bytes]) => [name, Buffer.from(bytes)])));
        const archive = await ZipArchive.open(path);
        const read: [string, Buffer][] = [];
        for (const entry of archive.members) {
          const parts: Buffer[] = [];
          for await (const part of await archive.stream(entry)) parts.push(part as Buffer);
          read.push([entry.name, Buffer.concat(parts)]);
        }
        await archive.close();
        expect(read).toEqual(members.map(([name, bytes]) => [name, Buffer.from(bytes)]));
      }),
      { numRuns: 40 },
    );
  });

  it('refuses an archive that is cut short anywhere', async () => {
    const whole = zip([['a', Buffer.alloc(500, 1)]]);
    for (const length of [0, 10, 100, whole.length - 1]) {
      writeFileSync(join(folder, 'cut.zip'), whole.subarray(0, length));
      await expect(ZipArchive.open(join(folder, 'cut.zip'))).rejects.toThrow(
        /not a whole zip archive|cut short/,
      );
    }
  });
});

/** The archive with a 32-bit number of its first member changed, in its local header and in the directory. */
function lying(archive: Buffer, field: 'compressedSize' | 'size' | 'offset', value: number): string {
  const path = join(folder, 'lying.zip');
  const bytes = Buffer.from(archive);
  const entry = bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  bytes.writeUInt32LE(value, entry + { compressedSize: 20, size: 24, offset: 42 }[field]);
  writeFileSync(path, bytes);
  return path;
}

describe('zip that states other sizes than it has', () => {
  const content = Buffer.alloc(100_000, 'abc');
  const whole = zip([['a', content]]);
  const read = async (path: string) => {
    const archive = await ZipArchive.open(path);
    try {
      return await archive.text(archive.members[0]!);
    } finally {
      await archive.close();
    }
  };

  it.each([
    ['size', 50],
    ['size', 100_001],
    ['size', 0xfffffffe],
    ['compressedSize', 10],
    ['compressedSize', 0xfffffffe],
    ['offset', 0xfffffffe],
    ['offset', 30],
    ['size', 0xffffffff],
  ] as const)('%s %d is refused', async (field, value) => {
    const path = lying(whole, field, value);
    await expect(read(path)).rejects.toThrow(/lying\.zip (is damaged at a|has a damaged directory): delete/);
  });

  it('members that are fewer or more is refused', async () => {
    for (const count of [0, 2, 65_535]) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt16LE(count, bytes.length - 12);
      writeFileSync(join(folder, 'lying.zip'), bytes);
      await expect(read(join(folder, 'lying.zip'))).rejects.toThrow(/lying\.zip has a damaged directory/);
    }
  });
});

describe('wheel', () => {
  it('with any one byte changed is refused in one line, or gives the same files', async () => {
    const content = { 'lib/a.so': Buffer.from('twelve bytes'), 'lib/b.so': Buffer.alloc(300, 'x') };
    const path = wheel(content);
    const good = readFileSync(path);
    const out = join(folder, 'unpacked');
    const changed = fc.asyncProperty(
      fc.nat(good.length - 1),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) => {
        const bytes = Buffer.from(good);
        bytes[at]! ^= flip;
        writeFileSync(path, bytes);
        const error = await extractWheel(path, out, (name) => (name.endsWith('.so') ? name : undefined)).then(
          // A name may have changed so that it is not asked for.
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) {
          expect(error).toBeInstanceOf(ForeframeError);
          expect((error as Error).message).not.toContain('\n');
          return;
        }
        for (const [name, expected] of Object.entries(content))
          if (existsSync(join(out, name))) expect(readFileSync(join(out, name)).equals(expected)).toBe(true);
        rmSync(out, { recursive: true, force: true });
      },
    );
    await fc.assert(
      changed.beforeEach(() => rmSync(out, { recursive: true, force: true })),
      { numRuns: 100 },
    );
  });

  const files = {
    'lib/a.so': Buffer.alloc(5000, 7),
    'lib/b.h': Buffer.from('header'),
    'lib/c.py': Buffer.from('no'),
  };
  const place = (name: string) => (/\.(so|h)$/.test(name) ? name.replace('lib/', 'out/') : undefined);

  it('unpacks the wanted members, checked against RECORD', async () => {
    const seen: number[] = [];
    expect(await extractWheel(wheel(files), folder, place, (done) => seen.push(done))).toBe(2);
    expect(readFileSync(join(folder, 'out/a.so'))).toEqual(files['lib/a.so']);
    expect(existsSync(join(folder, 'out/c.py'))).toBe(false);
    expect(seen.at(-1)).toBe(5006);
  });

  it('refuses a member whose hash is not the recorded one, and one with no hash', async () => {
    const other = { ...files, 'lib/a.so': Buffer.alloc(5000, 8) };
    await expect(extractWheel(wheel(files, other), folder, place)).rejects.toThrow(/a\.so .*damaged/);
    await expect(
      extractWheel(wheel(files, { 'lib/b.h': files['lib/b.h'] } as typeof files), folder, place),
    ).rejects.toThrow(/damaged/);
  });

  it('never writes outside its folder', async () => {
    await expect(extractWheel(wheel(files), folder, () => '../../escaped')).rejects.toThrow(/outside/);
  });

  it('reads what it requires', async () => {
    expect(await wheelRequirements(wheel(files))).toEqual([
      'nvidia-x<13,>=12 ; extra == "and-cuda"',
      'numpy',
    ]);
  });
});

describe('download', () => {
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
  let server: Server;
  let url: string;
  let ranges: (string | undefined)[];
  /** Bytes after which the next answers break off. */
  let breaks: number[];
  let headers: Record<string, string>;

  beforeEach(async () => {
    ranges = [];
    breaks = [];
    headers = { etag: '"v1"' };
    server = createServer((request, response) => {
      ranges.push(request.headers.range);
      if (request.url === '/missing') return response.writeHead(404).end();
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const resumed = from > 0 && request.headers['if-range'] === headers.etag;
      const body = content.subarray(resumed ? from : 0);
      response.writeHead(resumed ? 206 : 200, { ...headers, 'content-length': body.length });
      const limit = breaks.shift();
      if (limit === undefined) return response.end(body);
      return response.write(body.subarray(0, limit), () => setTimeout(() => response.destroy(), 200));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lib`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('resumes where a broken connection stopped', async () => {
    breaks = [100_000];
    const path = join(folder, 'lib');
    await download(url, path);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=100000-']);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it('resumes what an earlier process left, unless the file has changed meanwhile', async () => {
    const path = join(folder, 'lib');
    for (const tag of ['"v1"', '"v0"']) {
      writeFileSync(`${path}.part`, tag === '"v1"' ? content.subarray(0, 1000) : Buffer.alloc(1000));
      writeFileSync(`${path}.part.tag`, tag);
      await download(url, path);
      expect(readFileSync(path).equals(content)).toBe(true);
    }
    expect(ranges).toEqual(['bytes=1000-', 'bytes=1000-']);
  });

  it('checks the checksum that the server sends', async () => {
    headers['x-goog-hash'] = `md5=${createHash('md5').update(content).digest('base64')}`;
    await download(url, join(folder, 'good'));
    headers['x-goog-hash'] = `md5=${createHash('md5').update('other').digest('base64')}`;
    await expect(download(url, join(folder, 'bad'))).rejects.toThrow(/checksum/);
    expect(existsSync(join(folder, 'bad'))).toBe(false);
  });

  it('says what the server answered, and insists on https elsewhere', async () => {
    await expect(download(url.replace('lib', 'missing'), join(folder, 'lib'))).rejects.toThrow(
      /answered 404/,
    );
    await expect(download('http://example.org/lib', join(folder, 'lib'))).rejects.toThrow(/not https/);
  });
});
