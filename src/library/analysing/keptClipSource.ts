import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { atomicWrite, writeError } from '../../common/files/atomicWrite.js';
import { cacheFolder } from '../../common/files/cacheFolder.js';
import { packageVersion } from '../../common/files/packageFolder.js';
import { keptNumber } from '../../evaluation/evaluationSchemas.js';
import type { ClipSource, KnownClip } from '../../extraction/extractClips.js';

export const KEPT_FORMAT = 'foreframe clips 1';

/** The first line of a file of kept clips; their frames follow it, clip after clip. */
interface Header {
  readonly format: typeof KEPT_FORMAT;
  /** Of each clip's frames. */
  readonly bytes: number;
  readonly clips: readonly Omit<KnownClip, 'data'>[];
}

const headerSchema = z.object({
  format: z.literal(KEPT_FORMAT),
  bytes: z.int().min(0),
  clips: z.array(
    z.object({
      file: z.string(),
      clip: z.int().min(0),
      seconds: z.array(z.number()),
      latents: z.record(z.string(), z.array(z.array(keptNumber))).optional(),
      labels: z.record(z.string(), z.number()).optional(),
    }),
  ),
});

/**
 * Clips that are made once: they are watched several times, and drawing a head takes longer than watching it. With a key they are
 * kept in the user's cache, too, one file for each length, for the next run that is shown the same.
 * @param key everything, besides foreframe's version and their length, that decides what the clips show; without one they are kept
 *   in memory only
 */
export function keptClipSource(
  source: ClipSource,
  key?: unknown,
  folder = join(cacheFolder(), 'clips'),
): ClipSource {
  const known = new Map<number, readonly KnownClip[]>();
  return {
    ...source,
    open: async function* ({ length, skip, signal }) {
      const path = key === undefined ? undefined : join(folder, fileName(key, length));
      const kept = known.get(length) ?? (path ? await readClips(path) : undefined);
      if (kept) {
        known.set(length, kept);
        return yield* kept.slice(skip);
      }
      const made: KnownClip[] = [];
      for await (const clip of source.open({ length, skip: 0, signal })) {
        made.push(clip);
        if (made.length > skip) yield clip;
      }
      // Only here are they all there: whoever stops sooner leaves nothing behind.
      known.set(length, made);
      if (path && made.length > 0) await writeClips(path, made);
    },
  };
}

function fileName(key: unknown, length: number): string {
  const all = JSON.stringify([KEPT_FORMAT, packageVersion, length, key]);
  return `${createHash('sha256').update(all).digest('hex').slice(0, 16)}.clips`;
}

/** Nothing where there is no such file, or one that does not hold what its first line says. */
async function readClips(path: string): Promise<readonly KnownClip[] | undefined> {
  const file = await readFile(path).catch(() => undefined);
  const end = file?.indexOf('\n') ?? -1;
  if (!file || end < 0) return undefined;
  const header = parseHeader(file.toString('utf8', 0, end));
  const frames = file.subarray(end + 1);
  if (!header || frames.length !== header.bytes * header.clips.length) return undefined;
  return header.clips.map((clip, i) => ({
    ...clip,
    data: new Uint8Array(frames.subarray(i * header.bytes, (i + 1) * header.bytes)),
  }));
}

function parseHeader(line: string): Header | undefined {
  try {
    return headerSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

async function writeClips(path: string, made: readonly KnownClip[]): Promise<void> {
  const header: Header = {
    format: KEPT_FORMAT,
    bytes: made[0]!.data.length,
    clips: made.map(({ data, ...clip }) => clip),
  };
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw writeError(path, error);
  });
  await atomicWrite(path, [
    Buffer.from(`${JSON.stringify(header)}\n`),
    Buffer.concat(made.map(({ data }) => data)),
  ]);
}
