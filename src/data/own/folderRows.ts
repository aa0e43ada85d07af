import { readdir, realpath } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { FILES_AT_ONCE, mapAtMost } from '../../common/mapAtMost.js';
import type { Split } from '../../stream/frameSource.js';
import { findSources, type VideoSource } from '../../video/index.js';
import { imagesIn } from '../../video/sources/imagesIn.js';
import { naturalOrder } from '../../video/sources/naturalOrder.js';
import { isFolder, isProgram, isVideo } from '../../video/sources/sources.js';
import { sameText } from './oddNames.js';
import type { OwnRow, OwnRows } from './ownRow.js';
import { realFile } from './sharedFrames.js';

/** Folders that part a set before its classes do, by what they are often called. */
const SPLIT_FOLDERS: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
  testing: 'test',
};

/** Each video on its own, or each image on its own. */
export type Kind = 'videos' | 'images';

/**
 * What a folder holds that has a folder for each class (`videos/dog/1.mp4`), or for each split and in those for each class
 * (`images/train/dog/1.png`). A folder without other folders holds videos or images without a class.
 * @throws ForeframeError in one line when there is no such folder, one of its classes is empty, or a file lies beside the classes
 */
export async function folderRows(folder: string, kind: Kind): Promise<OwnRows> {
  const folders = await foldersIn(folder);
  const parted = folders.length > 0 && folders.every((name) => name.toLowerCase() in SPLIT_FOLDERS);
  const rows: OwnRow[] = [];
  if (parted)
    for (const name of folders)
      rows.push(...(await classesIn(folder, name, kind, SPLIT_FOLDERS[name.toLowerCase()])));
  else rows.push(...(await classesIn(folder, '', kind, undefined)));
  return { origin: folder, rows, grouped: false };
}

/** Whether all that a folder holds lies in folders, two or more of them, each with a video or an image: as classes do. */
export async function hasClassFolders(folder: string): Promise<boolean> {
  const folders = await foldersIn(folder).catch(() => []);
  if (folders.length < 2) return false;
  const beside = await filesBeside(folder).catch(() => ['unknown']);
  if (beside.length > 0) return false;
  const holds = (name: string) =>
    findSources([join(folder, name)]).then(
      () => true,
      () => false,
    );
  return (await Promise.all(folders.map(holds))).every(Boolean);
}

async function classesIn(
  root: string,
  below: string,
  kind: Kind,
  split: Split | undefined,
): Promise<OwnRow[]> {
  const folder = join(root, below);
  const classes = await foldersIn(folder);
  if (classes.length === 0) return rowsIn(root, folder, kind, { split });
  const [stray] = await filesBeside(folder);
  if (stray !== undefined)
    throw new ForeframeError(
      `${join(folder, stray)} lies beside the folders of the classes: move it into one of ${classes.slice(0, 10).join(', ')}`,
    );
  const rows: OwnRow[] = [];
  for (const label of classes)
    rows.push(...(await rowsIn(root, join(folder, label), kind, { label, split })));
  return rows;
}

async function rowsIn(
  root: string,
  folder: string,
  kind: Kind,
  { label, split }: { readonly label?: string; readonly split?: Split },
): Promise<OwnRow[]> {
  const sources: readonly VideoSource[] =
    kind === 'images' ? await imagesIn(folder) : await findSources([folder]);
  return mapAtMost(sources, FILES_AT_ONCE, async (source) => {
    const file = relative(root, source.kind === 'file' ? source.path : source.name);
    return {
      source,
      file: await realFile(source),
      label: sameText(label ?? ''),
      group: file,
      split,
      columns: { file, ...(label !== undefined && { label: sameText(label) }), group: file },
      fault: (_, what) => new ForeframeError(`${source.name}: ${what}`),
    };
  });
}

/** Folders and links to folders. @throws ForeframeError for a link that leads back to what holds it: its class would be all classes */
async function foldersIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await entriesIn(folder)) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory() && !(entry.isSymbolicLink() && (await isFolder(path)))) continue;
    const back = relative(await realpath(path), await realpath(folder));
    if (entry.isSymbolicLink() && !back.startsWith('..'))
      throw new ForeframeError(`${path} is a link that leads back to the folder which holds it: remove it`);
    names.push(entry.name);
  }
  return names.sort(naturalOrder);
}

/** Videos and images that lie in a folder itself. */
async function filesBeside(folder: string): Promise<string[]> {
  const files = (await entriesIn(folder)).flatMap((entry) => (entry.isDirectory() ? [] : entry.name));
  const named = files.filter((name) => isVideo(name) || /\.(png|jpe?g|webp|avif|tiff?)$/i.test(name));
  const programs = await Promise.all(named.map((name) => isProgram(join(folder, name))));
  return named.filter((_, at) => !programs[at]);
}

async function entriesIn(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    const said =
      error.code === 'ENOENT'
        ? `there is no folder ${folder}: check the name`
        : error.code === 'ENOTDIR'
          ? `${folder} is no folder: name one that holds a folder for each class, or, of a table, say data.manifest`
          : `cannot read the folder ${folder}: ${messageOf(error)}`;
    throw new ForeframeError(said, { cause: error });
  });
  return entries.filter(({ name }) => !name.startsWith('.'));
}

/** What a set is called in one line for people. */
export function nameOfOwn(origin: string): string {
  return basename(origin) || origin;
}
