import { type FilmstripRow, filmstrip } from '../../video/index.js';
import type { ReportImage } from '../parts/reportData.js';

/** Columns that can be read on a phone. */
const NARROW = 5;

/** Rows of frames under the names of their columns; on a narrow screen the first few columns. */
export async function sheet(
  title: string,
  caption: string,
  rows: readonly FilmstripRow[],
  columns: readonly string[],
): Promise<ReportImage> {
  const image = await filmstrip(rows, { columns });
  if (columns.length <= NARROW) return { title, caption, image };
  const first = rows.map((row) => ({ ...row, frames: row.frames.slice(0, NARROW) }));
  return { title, caption, image, narrow: await filmstrip(first, { columns: columns.slice(0, NARROW) }) };
}
