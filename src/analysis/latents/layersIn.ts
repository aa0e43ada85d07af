import { required } from '../../common/required.js';
import type { LatentMatrix, StoredMetadata } from './latentsFile.js';
import type { ParquetColumn } from './parquet/columns.js';
import { isNumeric } from './parquet/convert.js';
import { ParquetFault } from './parquet/fault.js';
import type { ParquetFile } from './parquet/parquetFile.js';
import { readFlat } from './parquet/readFlat.js';
import { readList } from './parquet/readList.js';

/** Where a file keeps the activations of a layer: as lists, or, number by number, in columns of their own. */
export type LayerSource =
  | {
      readonly kind: 'list';
      readonly column: ParquetColumn;
      readonly width: number;
      readonly shape?: readonly number[];
    }
  | { readonly kind: 'columns'; readonly columns: readonly ParquetColumn[]; readonly width: number };

/** A name that ends in a number: `x0`, `x_0`, `x.0`, or pandas' plain `0`. */
const NUMBERED = /^(.*?)[._]?(\d+)$/;
/** Prefixes of columns that are never activations. */
const BESIDE = /^(label|latent)[._]|^(file|source|split|clip|step|frame|time|seconds)$/;
/** Numbered columns without a name before the number. */
const NAMELESS = 'features';

/**
 * The layers of a file. Without columns of lists, numbered columns of numbers (`x0`, `x1` …) make one.
 * @param metadata of foreframe, where there is such
 */
export function layersIn(file: ParquetFile, metadata: StoredMetadata | undefined): Map<string, LayerSource> {
  const lists = file.columns.filter(({ kind, leaf }) => kind === 'list' && isNumeric(leaf));
  const sources = lists.map((column): [string, LayerSource] => {
    const { name } = column;
    const values = file.valuesOf(column);
    const shape =
      metadata && Object.hasOwn(metadata.layers, name) ? required(metadata.layers, name) : undefined;
    const width =
      shape?.reduce((product, size) => product * size, 1) ?? Math.round(values / (file.rows || 1));
    if (shape && values !== width * file.rows && column.levels.definition === 1)
      throw new ParquetFault(`layer ${name} of it has ${values} activations, not ${file.rows} × ${width}`);
    return [name, { kind: 'list', column, width, shape }];
  });
  return new Map(sources.length > 0 ? sources : numberedLayers(file));
}

/** Numbers that a layer says it has. */
export function activationsIn(file: ParquetFile, source: LayerSource): number {
  return source.kind === 'list' ? file.valuesOf(source.column) : file.rows * source.width;
}

export async function readLayer(file: ParquetFile, source: LayerSource): Promise<LatentMatrix> {
  if (source.kind === 'list') return readList(file, source.column, source.shape && source.width);
  const { columns, width } = source;
  const data = new Float32Array(file.rows * width);
  for (const [c, column] of columns.entries()) {
    const values = await readFlat(file, column);
    for (let row = 0; row < file.rows; row++) data[row * width + c] = Number(values[row]);
  }
  return { rows: file.rows, columns: width, data };
}

function numberedLayers({ columns }: ParquetFile): [string, LayerSource][] {
  const groups = new Map<string, Map<number, ParquetColumn>>();
  for (const column of columns) {
    const [, stem, number] = NUMBERED.exec(column.name) ?? [];
    if (number === undefined || column.kind !== 'flat' || !isNumeric(column.leaf)) continue;
    if (BESIDE.test(column.name)) continue;
    const name = stem || NAMELESS;
    groups.set(name, (groups.get(name) ?? new Map()).set(Number(number), column));
  }
  return [...groups].flatMap(([name, members]): [string, LayerSource][] => {
    const numbers = [...members.keys()].sort((a, b) => a - b);
    const first = numbers[0]!;
    const whole = first <= 1 && numbers.every((number, i) => number === first + i);
    if (numbers.length < 2 || !whole) return [];
    const sorted = numbers.map((number) => required(members, number));
    return [[name, { kind: 'columns', columns: sorted, width: sorted.length }]];
  });
}
