import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { isTable, type Origins } from '../../config/ownKeys.js';
import { folderRows, type Kind } from '../../data/own/folderRows.js';
import type { OwnRows } from '../../data/own/ownRow.js';
import { readCsv } from '../../data/own/readCsv.js';
import { tableRows } from '../../data/own/tableRows.js';
import type { Watching } from '../watching.js';
import { fetchNpmVideos } from './npmVideo.js';
import { readParquetTable } from './parquetTable.js';

/**
 * The clips or images that `data.manifest` or `data.folder` name, with what is known of them.
 * @throws ForeframeError in one line that names file, row and column of what is wrong
 */
export async function ownRows(
  { manifest, folder }: Pick<Origins, 'manifest' | 'folder'>,
  kind: Kind,
  { onNote }: Pick<Watching, 'onNote'> = {},
): Promise<OwnRows> {
  if (manifest === undefined) return folderRows(folder!, kind);
  if (!isTable(manifest))
    throw new UsageError(
      `data.manifest: ${manifest} is no table: name a .csv, .tsv or .parquet file${extname(manifest) === '' ? ', or set data.folder' : ''}`,
    );
  if (!existsSync(manifest)) throw new ForeframeError(`there is no table ${manifest}: check the name`);
  const table = /\.parquet$/i.test(manifest) ? await readParquetTable(manifest) : await readCsv(manifest);
  return tableRows(table, async (path) => (await fetchNpmVideos([path], { onNote }))[0]!);
}
