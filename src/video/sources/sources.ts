import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ForeframeError, messageOf, UsageError } from '../../common/errors.js';
import { mapAtMost } from '../../common/mapAtMost.js';
import { withoutPasswords } from '../../common/text/withoutPasswords.js';
import { glob, isGlob } from './glob.js';
import { isImage, refuseOtherImages, sourceOfImage } from './imageFile.js';
import { naturalOrder } from './naturalOrder.js';
import { standardInput, streamSource } from './pipes.js';
import type { VideoSource } from './videoSource.js';

export type { VideoSource };

const VIDEO_EXTENSIONS = new Set(
  '3g2 3gp apng asf avi dv f4v flv gif m2ts m2v m4v mjpeg mjpg mkv mov mp4 mpeg mpg mts mxf nut ogv qt rm ts vob webm wmv y4m'
    .split(' ')
    .map((name) => `.${name}`),
);

/**
 * The sources of each input: a file; a folder (all videos in it and below, or its images as one sequence); a pattern
 * (`clips/*.mp4`, `frame_%04d.png`, `*.png`: images are one sequence); an address (`rtsp://…`) or an ffmpeg device as
 * `format:input` (`v4l2:/dev/video0`, `lavfi:testsrc=size=64x64`); `-` for standard input. Each input's sources are sorted, the same everywhere.
 * @throws ForeframeError naming the input that leads to no video.
 */
export async function findSources(inputs: readonly string[]): Promise<VideoSource[]> {
  if (inputs.length === 0)
    throw new UsageError('no video was given: name a file, a folder, a pattern or an address');
  const sources: VideoSource[] = [];
  for (const input of inputs) sources.push(...(await sourcesOf(input)));
  return sources;
}

/** The one source of `input`. */
export async function oneSource(input: string): Promise<VideoSource> {
  const sources = await findSources([input]);
  if (sources.length === 1) return sources[0]!;
  throw new ForeframeError(
    `${input} stands for ${sources.length} videos: give one of them, for example ${sources[0]!.name}`,
  );
}

async function sourcesOf(input: string): Promise<VideoSource[]> {
  if (input === '')
    throw new UsageError('a video was given as an empty name: name a file, a folder or an address');
  if (/^file:\/\//i.test(input)) return sourcesOf(fileURLToPath(input));
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(input))
    return [{ kind: 'input', name: withoutPasswords(input), address: input }];
  // What exists under that very name comes first: names may hold brackets, percent signs and colons.
  const found = await stat(input).catch(() => undefined);
  if (found?.isDirectory()) return sourcesInFolder(input);
  if (found) {
    const stream = await streamSource(input, found);
    return [stream ?? (isImage(input) ? await sourceOfImage(input, input) : sourceOfFile(input))];
  }
  if (input === '-') return [await standardInput()];
  const device = /^([a-z][a-z0-9_]+):(.+)$/is.exec(input);
  if (device)
    return [{ kind: 'input', name: withoutPasswords(input), format: device[1]!, address: device[2]! }];
  if (/%\d*d/.test(basename(input))) return [await numberedImages(input)];
  if (isGlob(input)) {
    const sources = await group(await glob(input), input);
    if (sources.length > 0) return sources;
    throw new ForeframeError(`no video or image matches ${input}: check the pattern`);
  }
  throw new ForeframeError(`there is no file or folder ${input}: check the name`);
}

function sourceOfFile(path: string): VideoSource {
  return { kind: 'file', name: path, path };
}

/** Each video is one source; the images of one folder are one sequence. Files of a pattern count as video unless they are images. */
async function group(files: readonly string[], name: string): Promise<VideoSource[]> {
  const videos = files.filter((path) => !isImage(path));
  refuseOtherImages(videos);
  const sequences = await imageSequences(files.filter(isImage));
  const sources = videos.map(sourceOfFile);
  if (sequences.length === 1) sources.push({ ...sequences[0]!, name });
  else sources.push(...sequences);
  return sources;
}

async function sourcesInFolder(folder: string): Promise<VideoSource[]> {
  const files = (await walk(folder)).sort(naturalOrder);
  const named = files.filter(isVideo);
  const programs = await mapAtMost(named, 8, isProgram);
  const videos = named.filter((_, at) => !programs[at]);
  if (videos.length > 0) return videos.map(sourceOfFile);
  // Without any video, each folder's images are one; beside videos they are covers and thumbnails.
  const sequences = await imageSequences(files.filter(isImage));
  if (sequences.length > 0) return sequences;
  refuseOtherImages(files);
  throw new ForeframeError(
    `the folder ${folder} holds no video and no images: give a folder with .mp4, .mkv, .avi, … in it`,
  );
}

/** Whether a file's name is that of a video. */
export function isVideo(path: string): boolean {
  return VIDEO_EXTENSIONS.has(extname(path).toLowerCase());
}

async function imageSequences(files: readonly string[]): Promise<VideoSource[]> {
  const folders = new Map<string, string[]>();
  for (const path of files) {
    const folder = dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  const sources: VideoSource[] = [];
  for (const [name, images] of folders) {
    const [first, second] = images;
    if (first !== undefined && second === undefined) sources.push(await sourceOfImage(first, name));
    else sources.push({ kind: 'images', name, files: images.sort(naturalOrder) });
  }
  return sources;
}

/** `frame_%04d.png`: the files whose number is written so, in the order of the numbers. */
async function numberedImages(pattern: string): Promise<VideoSource> {
  const [before, after] = basename(pattern).split(/%\d*d/) as [string, string];
  const folder = dirname(pattern);
  const names = await readdir(folder).catch(() => []);
  const matching = names
    .filter(
      (name) => name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after),
    )
    .filter((name) => /^\d+$/.test(name.slice(before.length, name.length - after.length)))
    .sort(naturalOrder)
    .map((name) => join(folder, name));
  const files = matching.filter(isImage);
  if (files.length === 0) refuseOtherImages(matching);
  if (files.length === 0) throw new ForeframeError(`no image matches ${pattern}: check the pattern`);
  return { kind: 'images', name: pattern, files };
}

/** TypeScript's files are named as transport streams are, which hold no text. */
export async function isProgram(path: string): Promise<boolean> {
  if (!/\.m?ts$/i.test(path)) return false;
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    // Every packet of a stream holds bytes that no text does.
    return bytesRead > 0 && !/[^\t\n\r -\x7e\x80-\uffff]/.test(buffer.toString('latin1', 0, bytesRead));
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

/** All files below `folder`, hidden ones left out; a folder that several links lead to, or that leads into itself, is read once. */
export async function walk(folder: string, seen = new Set<string>()): Promise<string[]> {
  const place = await realpath(folder).catch(() => folder);
  if (seen.has(place)) return [];
  seen.add(place);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw new ForeframeError(`cannot read the folder ${folder}: ${messageOf(error)}`, { cause: error });
  });
  const [folders, links, files]: [string[], string[], string[]] = [[], [], []];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) folders.push(path);
    else if (entry.isSymbolicLink() && (await isFolder(path))) links.push(path);
    else files.push(path);
  }
  // Folders by their own names first.
  for (const path of [...folders, ...links]) files.push(...(await walk(path, seen)));
  return files;
}

/** A folder, or a link to one. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
