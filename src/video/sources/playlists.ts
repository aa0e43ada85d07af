import { open, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, extname, isAbsolute, relative, resolve, sep } from 'node:path';
import { ForeframeError } from '../../common/errors.js';

type Playlist = 'HLS' | 'ffconcat' | 'DASH' | 'SDP' | 'IMF' | 'SmoothStreaming';

/** The names under which a playlist may come. The other kinds point to the network, or to files that cannot be checked. */
const NAMES: Partial<Record<Playlist, RegExp>> = { HLS: /^\.m3u8?$/i, ffconcat: /^\.(ffconcat|concat)$/i };
/** As much as ffmpeg looks at for most formats. */
const LOOKED_AT = 1 << 16;
/** No playlist that a person made has more bytes. */
const LARGEST = 1 << 26;
const DEEPEST = 4;

/**
 * Input options for a file on a disk: they let ffmpeg open only files, whatever the file refers to.
 */
export const ONLY_FILES: readonly string[] = ['-protocol_whitelist', 'file'];

/** ffmpeg's names of formats that open other files; `checkPlaylist` knows the ones that may. */
export function isPlaylistFormat(name: string): boolean {
  return /\b(hls|applehttp|concat|dash|sdp|imf)\b/.test(name);
}

/**
 * Refuse a playlist that goes by another name, and one that points anywhere but to files below its own folder: whoever
 * hands over a video must not choose which other files are read. Other files pass.
 * @returns whether it is a playlist
 * @throws ForeframeError naming the playlist and what it points to
 */
export function checkPlaylist(path: string): Promise<boolean> {
  return check(path, undefined, 0);
}

async function check(path: string, within: string | undefined, depth: number): Promise<boolean> {
  const kind = playlistKind(await beginning(path));
  if (!kind) return false;
  const name = NAMES[kind];
  if (!name) {
    throw new ForeframeError(
      `${path} is a playlist (${kind}), which is not read from a file: name the video itself, or the address of the stream`,
    );
  }
  if (!name.test(extname(path))) {
    throw new ForeframeError(
      `${path} is not a video but a playlist (${kind}): name the videos themselves, or rename it if you trust it`,
    );
  }
  if (depth > DEEPEST)
    throw new ForeframeError(`${path} is a playlist of playlists too deep: name the videos`);
  if ((await stat(path)).size > LARGEST) {
    throw new ForeframeError(`${path} is too large for a playlist: name the videos themselves`);
  }
  const text = await readFile(path, 'utf8');
  const folder = await realpath(dirname(resolve(path)));
  const root = within ?? folder;
  for (const reference of kind === 'HLS' ? hlsReferences(path, text) : concatReferences(text)) {
    await check(await below(root, folder, reference, path), root, depth + 1);
  }
  return true;
}

async function beginning(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function playlistKind(text: string): Playlist | undefined {
  const start = text.replace(/^(\xef\xbb\xbf)?\s*/, '');
  if (start.startsWith('#EXTM3U')) return 'HLS';
  if (start.startsWith('ffconcat')) return 'ffconcat';
  // Only text is looked through: the letters may occur in any video.
  if (text.slice(0, 512).includes('\0')) return undefined;
  if (/<MPD\b/i.test(text)) return 'DASH';
  if (/<SmoothStreamingMedia\b/i.test(text)) return 'SmoothStreaming';
  if (/<CompositionPlaylist\b/i.test(text)) return 'IMF';
  return /^(m=|c=IN )/m.test(text) && /^v=0/m.test(text) ? 'SDP' : undefined;
}

/** The lines that are no comments, and every address in a tag. */
function hlsReferences(path: string, text: string): string[] {
  const references: string[] = [];
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    if (/^#EXT-X-(SESSION-)?KEY:/i.test(line) && !/METHOD=NONE/i.test(line)) {
      throw new ForeframeError(
        `${path} is a playlist of encrypted videos, which are not read: decrypt them first`,
      );
    }
    if (line !== '' && !line.startsWith('#')) references.push(line);
    for (const [, address] of line.startsWith('#') ? line.matchAll(/\bURI=(?:"([^"]*)"|[^,]*)/gi) : []) {
      references.push(address ?? line);
    }
  }
  return references;
}

/** What follows `file`, its quotes and backslashes taken off as ffmpeg does. */
function concatReferences(text: string): string[] {
  return [...text.matchAll(/^\s*file\s+(.+?)\s*$/gim)].map(([, name = '']) =>
    name.replace(/'([^']*)'|\\(.)/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ''),
  );
}

/** The file that a playlist names. */
async function below(root: string, folder: string, reference: string, playlist: string): Promise<string> {
  const refusal = (why: string) =>
    new ForeframeError(`${playlist} names ${reference.slice(0, 200)}, ${why}: name the videos themselves`);
  if (/^[a-z][a-z0-9+.-]*:/i.test(reference) || isAbsolute(reference) || /^[\\/]/.test(reference)) {
    throw refusal('and a playlist may name only files below its own folder');
  }
  const path = resolve(folder, reference);
  const found = await realpath(path).catch(() => undefined);
  const inside = (each: string) => {
    const way = relative(root, each);
    return way !== '' && way.split(sep)[0] !== '..' && !isAbsolute(way);
  };
  // The name is checked too: otherwise the error for a missing file would reveal which files exist elsewhere.
  if (!inside(path) || (found !== undefined && !inside(found))) {
    throw refusal('and a playlist may name only files below its own folder');
  }
  if (found === undefined || !(await stat(found)).isFile()) throw refusal('which is not there');
  return path;
}
