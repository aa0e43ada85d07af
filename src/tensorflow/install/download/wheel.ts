import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, normalize, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ForeframeError } from '../../../common/errors.js';
import { ZipArchive, type ZipMember } from './zip.js';

/**
 * Unpack the members of a wheel that `place` gives a path to (relative to `folder`), each checked against the SHA-256 in
 * the wheel's own RECORD.
 * @returns the number of files written.
 * @throws ForeframeError when the wheel is damaged: its files cannot be trusted then.
 */
export async function extractWheel(
  wheel: string,
  folder: string,
  place: (name: string) => string | undefined,
  onBytes: (done: number, total: number) => void = () => {},
): Promise<number> {
  const archive = await ZipArchive.open(wheel);
  try {
    const hashes = await readRecord(archive, wheel);
    const wanted = archive.members.flatMap((member) => {
      const path = member.name.endsWith('/') ? undefined : place(member.name);
      return path === undefined ? [] : [{ member, path: inside(folder, path) }];
    });
    const total = wanted.reduce((sum, { member }) => sum + member.size, 0);
    let done = 0;
    for (const { member, path } of wanted) {
      const hash = await writeMember(archive, member, path, (bytes) => {
        done += bytes;
        onBytes(done, total);
      });
      if (hashes.get(member.name) !== hash) {
        throw new ForeframeError(
          `${member.name} in ${basename(wheel)} is damaged (SHA-256 differs from RECORD): run set-up again`,
        );
      }
    }
    return wanted.length;
  } finally {
    archive.close();
  }
}

/** The `Requires-Dist` lines of a wheel. */
export async function wheelRequirements(wheel: string): Promise<string[]> {
  const archive = await ZipArchive.open(wheel);
  try {
    const metadata = archive.members.find((member) => /^[^/]+\.dist-info\/METADATA$/.test(member.name));
    if (!metadata) throw new ForeframeError(`${basename(wheel)} has no METADATA: it is not a wheel`);
    return [...(await archive.text(metadata)).matchAll(/^Requires-Dist:\s*(.+)$/gm)].map((match) =>
      match[1]!.trim(),
    );
  } finally {
    archive.close();
  }
}

/** RECORD lists `path,sha256=<base64url>,size` for every file; paths with commas are quoted. */
async function readRecord(archive: ZipArchive, wheel: string): Promise<Map<string, string>> {
  const record = archive.members.find((member) => /^[^/]+\.dist-info\/RECORD$/.test(member.name));
  if (!record) throw new ForeframeError(`${basename(wheel)} has no RECORD: it is not a wheel`);
  const hashes = new Map<string, string>();
  for (const match of (await archive.text(record)).matchAll(/^"?(.+?)"?,sha256=([\w-]+)=*,/gm))
    hashes.set(match[1]!, match[2]!);
  return hashes;
}

async function writeMember(
  archive: ZipArchive,
  member: ZipMember,
  path: string,
  onBytes: (bytes: number) => void,
): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  await pipeline(await archive.stream(member), measure, createWriteStream(path));
  return hash.digest('base64url');
}

/** A path below `folder`, whatever an archive says. */
function inside(folder: string, path: string): string {
  const full = normalize(join(folder, path));
  if (!full.startsWith(folder + sep))
    throw new ForeframeError(`the archive wants to write outside its folder: ${path}`);
  return full;
}
