import { ForeframeError, UsageError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { decodeMetadata, decodeNames, type LatentRows, type StoredMetadata } from './latentsFile.js';
import { activationsIn, type LayerSource, layersIn, readLayer } from './layersIn.js';
import { ParquetFile } from './parquet/parquetFile.js';
import { isOptional, readFlat } from './parquet/readFlat.js';
import { recognisedNames, storedName } from './storedNames.js';

export interface ReadLatentsOptions {
  /** Layers to read, by the name in the model (`lstm.h`) or in the file (`lstm_h`); all by default. */
  readonly layers?: readonly string[];
  /** Columns beside them to read; all by default. */
  readonly columns?: readonly string[];
}

/**
 * A latents file in memory: `layers` as float32 matrices, whole numbers of up to 32 bits as Int32Array, other numbers as
 * Float64Array, text as text. Truths are 0 and 1, dates and times seconds; whole numbers beyond 2⁵³ are text.
 */
export interface Latents extends LatentRows {
  readonly metadata: StoredMetadata;
}

/** What a latents file says about itself, without its rows. */
export interface LatentsSummary {
  readonly rows: number;
  /** Of a file of another program nothing but its layers and who wrote it (`version`). */
  readonly metadata: StoredMetadata;
  /** Names of the columns beside the layers, in the order of the file. */
  readonly columns: readonly string[];
  /** What columns and layers are called here, by their names in the file where those differ: `lstm.h` of `lstm_h`. */
  readonly stored: Readonly<Record<string, string>>;
  /** Columns that make up a layer number by number (`x0`, `x1` …), by its name. */
  readonly numbered: Readonly<Record<string, readonly string[]>>;
}

/**
 * Read a file of `foreframe extract` (or `LatentsWriter`), or of another program that has activations as lists or as numbered
 * columns, row group by row group, into memory for the asked parts alone.
 * @throws ForeframeError in one line when the file is missing, cut short, damaged, or holds a null where a value is asked for
 * @throws UsageError when it lacks a layer or column, naming those it has
 */
export async function readLatents(path: string, options: ReadLatentsOptions = {}): Promise<Latents> {
  return ParquetFile.use(path, async (stored) => {
    const { file, own, summary, sources } = describe(stored);
    const { rows, metadata } = summary;
    const inMemory = (names?: readonly string[]) => names?.map((name) => nameInMemory(name, summary));
    const layerNames = choose(path, 'layer', inMemory(options.layers), [...sources.keys()]);
    const columnNames = choose(path, 'column', inMemory(options.columns), summary.columns);
    const activations = layerNames.map((name) => activationsIn(file, required(sources, name)));
    file.checkRoom(8 * rows * columnNames.length + 4 * activations.reduce((sum, count) => sum + count, 0));
    const chosen = file.columns.filter(({ name }) => columnNames.includes(name));
    // Files of other programs say nothing of what a null means there; in one of `extract` pandas wrote it for NaN.
    const isOurs = own || Object.keys(summary.stored).length > 0;
    const optional = chosen.filter((column) => isOurs && isOptional(column)).map(({ name }) => name);
    const columns = Object.fromEntries(
      await inTurn(columnNames, async (name) => {
        const column = chosen.find((each) => each.name === name)!;
        return [name, await readFlat(file, column, { optional: optional.includes(name) })] as const;
      }),
    );
    const layers = Object.fromEntries(
      await inTurn(
        layerNames,
        async (name) => [name, await readLayer(file, required(sources, name))] as const,
      ),
    );
    return { rows, metadata, columns, layers, ...(optional.length > 0 && { optional }) };
  });
}

/** @throws ForeframeError as `readLatents` */
export function summariseLatents(path: string): Promise<LatentsSummary> {
  return ParquetFile.use(path, async (file) => describe(file).summary);
}

interface Described {
  /** With the names that columns have in memory. */
  readonly file: ParquetFile;
  readonly own: boolean;
  readonly summary: LatentsSummary;
  readonly sources: Map<string, LayerSource>;
}

function describe(stored: ParquetFile): Described {
  const { path, rows, metadata: footer } = stored;
  const own = decodeMetadata(footer.key_value_metadata);
  const names = own
    ? decodeNames(footer.key_value_metadata)
    : recognisedNames(stored.columns.map(({ name }) => name));
  const file = stored.renamed(names);
  const sources = layersIn(file, own);
  if (!own && sources.size === 0) {
    const by = footer.created_by ? ` (by ${footer.created_by})` : '';
    throw new ForeframeError(
      `${path} is a Parquet file of another program${by}: give a file of \`foreframe extract\`, or one with a column of ` +
        'lists of numbers',
    );
  }
  const shapes = [...sources].map(([name, { width }]) => [name, shapeOf(own, name) ?? [width]] as const);
  const layers = Object.fromEntries(shapes);
  const metadata = own ? { ...own, layers } : foreign(path, footer.created_by, layers);
  const columns = file.columns.filter(({ kind }) => kind === 'flat').map(({ name }) => name);
  const numbered = [...sources].flatMap(([name, source]) =>
    source.kind === 'columns' ? [[name, source.columns.map((column) => column.name)] as const] : [],
  );
  const summary = { rows, metadata, columns, stored: names, numbered: Object.fromEntries(numbered) };
  return { file, own: own !== undefined, summary, sources };
}

/** The name here of a layer or column that may be asked for by its name in the model or by that in the file. */
export function nameInMemory(name: string, { columns, metadata, stored }: LatentsSummary): string {
  const there = (each: string) => columns.includes(each) || Object.hasOwn(metadata.layers, each);
  if (there(name)) return name;
  if (Object.hasOwn(stored, name)) return required(stored, name);
  return there(storedName(name)) ? storedName(name) : name;
}

function shapeOf(metadata: StoredMetadata | undefined, name: string): readonly number[] | undefined {
  return metadata && Object.hasOwn(metadata.layers, name) ? metadata.layers[name] : undefined;
}

/** What is known of a file that foreframe did not write. */
function foreign(
  path: string,
  by: string | undefined,
  layers: Readonly<Record<string, readonly number[]>>,
): StoredMetadata {
  const unknown = { run: '', model: '', config: '', seed: 0, step: 0, weights: '', pool: '' };
  return { version: by ?? '', ...unknown, data: path, split: '', clipLength: 1, times: [], layers };
}

/** One after the other: more would not fit in memory. */
async function inTurn<T>(names: readonly string[], read: (name: string) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const name of names) results.push(await read(name));
  return results;
}

function choose(
  path: string,
  what: string,
  asked: readonly string[] | undefined,
  there: readonly string[],
): readonly string[] {
  const missing = asked?.find((name) => !there.includes(name));
  if (missing === undefined) return asked ?? there;
  throw new UsageError(`${path} has no ${what} ${missing}; it has ${there.join(', ')}`);
}
