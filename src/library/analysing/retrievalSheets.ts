import { RAW_PIXELS } from '../../analysis/battery/runAnalysis.js';
import type { LatentRows } from '../../analysis/latents/latentsFile.js';
import { sampleRows } from '../../analysis/protocols/latentMap.js';
import {
  clipRows,
  labelNames,
  labelRows,
  layerRows,
  rowsAtTime,
  timesOf,
} from '../../analysis/protocols/latentTable.js';
import { nearestRows } from '../../analysis/protocols/retrievalScores.js';
import { retrievalSheet } from '../../report/pages/retrievalSheet.js';
import type { ReportImage } from '../../report/parts/reportData.js';
import type { Frame } from '../../video/index.js';
import type { GatheredTables } from './analysisTables.js';

const QUERIES = 6;
const NEAREST = 6;

/** What is near to some queries in the run's memory and in raw pixels, as images: of new people, or of test clips. */
export async function retrievalSheets(
  { tables, picture }: GatheredTables,
  seed: number,
): Promise<ReportImage[]> {
  const table = tables.views?.test ?? tables.test;
  const rows = rowsAtTime(table, timesOf(table).at(-1)!);
  const queries = sampleRows(rows.length, QUERIES, seed);
  const sources = [Object.keys(table.layers)[0]!, RAW_PIXELS];
  const sheets = await Promise.all(sources.map((source) => sheetOf(table, rows, queries, source, picture)));
  return sheets.filter((sheet) => sheet !== undefined);
}

async function sheetOf(
  table: LatentRows,
  rows: Int32Array,
  queries: Int32Array,
  source: string,
  picture: readonly number[],
): Promise<ReportImage | undefined> {
  const nearest = nearestRows(layerRows(table, source, rows), NEAREST, clipRows(table, rows));
  if (!nearest) return undefined;
  const frames = layerRows(table, RAW_PIXELS, rows);
  const label = labelNames(table).includes('identity') ? labelRows(table, 'identity', rows) : undefined;
  const frameOf = (row: number) =>
    frameFrom(frames.data.subarray(row * frames.columns, (row + 1) * frames.columns), picture);
  return retrievalSheet({
    title: `Nearest by ${source}`,
    caption: label
      ? 'On the left a query, then its nearest images; how many of these show the same person stands before the row.'
      : 'On the left the last frame of a test clip, then those of its nearest clips of other files or groups.',
    rows: Array.from(queries, (query) => {
      const found = [...nearest.subarray(query * NEAREST, (query + 1) * NEAREST)];
      const same = label ? found.filter((row) => label[row] === label[query]).length : 0;
      return {
        label: label ? `${same} of ${NEAREST}` : '',
        query: frameOf(query),
        nearest: found.map(frameOf),
      };
    }),
  });
}

function frameFrom(values: Float32Array | Float64Array, shape: readonly number[]): Frame {
  const [height, width, channels] = shape as [number, number, number];
  return {
    data: Uint8Array.from(values, (value) => Math.round(255 * value)),
    width,
    height,
    channels: channels === 3 ? 3 : 1,
    time: 0,
    index: 0,
    source: 'retrieval',
  };
}
