import { type Frame, filmstrip } from '../../video/index.js';
import type { ReportImage } from '../parts/reportData.js';

/** Some queries and what was found for them, as images. */
export interface RetrievalSheet {
  readonly title: string;
  readonly caption: string;
  /** A query, and its nearest in order. */
  readonly rows: readonly {
    readonly label: string;
    readonly query: Frame;
    readonly nearest: readonly Frame[];
  }[];
}

/** The query on the left, then its nearest, a row each. */
export async function retrievalSheet({ title, caption, rows }: RetrievalSheet): Promise<ReportImage> {
  const strips = rows.map(({ label, query, nearest }) => ({
    label,
    frames: [query, gapLike(query), ...nearest],
  }));
  const tallest = Math.max(...rows.map(({ query }) => query.height));
  const scale = Math.max(1, Math.floor(72 / tallest));
  return { title, caption, image: await filmstrip(strips, { scale }) };
}

/** A white frame that separates the query from the results. */
function gapLike(frame: Frame): Frame {
  const data = new Uint8Array(frame.data.length).fill(255);
  const width = Math.ceil(frame.width / 4);
  return { ...frame, width, data: data.subarray(0, width * frame.height * frame.channels) };
}
