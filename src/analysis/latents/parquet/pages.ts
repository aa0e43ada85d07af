import type { ColumnMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { crc32 } from '../../../common/crc32.js';
import { decompress } from './codecs.js';
import type { ParquetColumn } from './columns.js';
import { conversionOf, type Values } from './convert.js';
import { decodePlaces, decodeValues, type PageBytes } from './encodings.js';
import { ParquetFault } from './fault.js';
import { decodeRuns } from './runs.js';
import { checkStruct } from './thrift.js';

/** The remaining memory that reading a file may take. */
export interface Room {
  left: number;
}

/** What a page holds. */
export interface Page {
  /** Values and nulls together. */
  readonly count: number;
  /** For each of them; none in a column that is required. */
  readonly definition?: Uint32Array;
  /** For each of them; none in a flat column. */
  readonly repetition?: Uint32Array;
  /** The values alone. */
  readonly values: Values;
}

/**
 * The pages of a column chunk, one after the other, every size compared with what is there.
 * @param room bytes that pages may hold without their compression; theirs are taken from it
 * @throws ParquetFault when they hold more or fewer values than the chunk says, or contradict themselves
 */
export function* pagesOf(
  bytes: Uint8Array,
  { num_values: stated, codec }: ColumnMetaData,
  column: ParquetColumn,
  room: Room,
): Generator<Page> {
  const total = Number(stated);
  const convert = conversionOf(column.leaf);
  if (!convert) throw new ParquetFault(`column ${column.name} of it holds values of a kind that is not read`);
  let dictionary: Values | undefined;
  for (let at = 0, done = 0; done < total; ) {
    if (at >= bytes.length)
      throw new ParquetFault(`column ${column.name} of it has ${done} of ${total} values`);
    const start = checkStruct(bytes, at);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const header = parquetHeader({ view, offset: at });
    const body = bodyOf(bytes, start, header, room);
    at = start + body.length;
    if (header.type === 'INDEX_PAGE') continue;
    if (header.type === 'DICTIONARY_PAGE') {
      const { num_values: count = -1 } = header.dictionary_page_header ?? {};
      const page = decompress(body, header.uncompressed_page_size, codec);
      dictionary = convert(decodeValues({ bytes: page, from: 0 }, 'PLAIN', counted(count), column.leaf));
      continue;
    }
    const data = header.data_page_header ?? header.data_page_header_v2;
    if (!data) throw new ParquetFault('a page has no header');
    if (counted(data.num_values) > total - done)
      throw new ParquetFault(`column ${column.name} of it has more than its ${total} values`);
    const levelled = header.data_page_header
      ? levelsV1(decompress(body, header.uncompressed_page_size, codec), data.num_values, column)
      : levelsV2(body, header, codec, column);
    const { page, there, ...levels } = levelled;
    const values = data.encoding?.endsWith('_DICTIONARY')
      ? lookUp(dictionary, page, there)
      : convert(decodeValues(page, data.encoding, there, column.leaf));
    done += data.num_values;
    yield { count: data.num_values, ...levels, values };
  }
}

/** The bytes of a page as they stand in the file, once its sizes can be true. */
function bodyOf(bytes: Uint8Array, start: number, header: PageHeader, room: Room): Uint8Array {
  const { compressed_page_size: size, uncompressed_page_size: whole, crc } = header;
  if (!(size >= 0 && start + size <= bytes.length))
    throw new ParquetFault('a page is longer than its column');
  if (!(whole >= 0 && whole <= room.left))
    throw new ParquetFault(
      `its pages say that they hold far more than a file of its size, one of them ${whole} bytes`,
    );
  room.left -= whole;
  const body = bytes.subarray(start, start + size);
  if (crc !== undefined && crc32(body) !== crc >>> 0) throw new ParquetFault('a page has another checksum');
  return body;
}

interface Levelled {
  readonly definition?: Uint32Array;
  readonly repetition?: Uint32Array;
  /** Values that are not null. */
  readonly there: number;
  readonly page: PageBytes;
}

function levelsV1(bytes: Uint8Array, count: number, { levels }: ParquetColumn): Levelled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let from = 0;
  const next = (highest: number) => {
    if (highest === 0) return undefined;
    const end = from + 4 + view.getUint32(from, true);
    const decoded = decodeRuns(bytes, from + 4, end, widthOf(highest), count);
    from = end;
    return decoded;
  };
  const repetition = next(levels.repetition);
  const definition = next(levels.definition);
  const there = countThere(definition, repetition, levels, count);
  return { definition, repetition, there, page: { bytes, from } };
}

/** Levels are never compressed here. */
function levelsV2(
  body: Uint8Array,
  { uncompressed_page_size: whole, data_page_header_v2: header }: PageHeader,
  codec: ColumnMetaData['codec'],
  { levels }: ParquetColumn,
): Levelled {
  const { num_values: count, num_nulls: nulls, is_compressed: packed } = header!;
  const [repeats, defines] = [header!.repetition_levels_byte_length, header!.definition_levels_byte_length];
  const from = repeats + defines;
  if (!(repeats >= 0 && defines >= 0 && from <= Math.min(body.length, whole)))
    throw new ParquetFault('the levels of a page are longer than the page');
  const repetition =
    levels.repetition > 0 ? decodeRuns(body, 0, repeats, widthOf(levels.repetition), count) : undefined;
  const definition =
    levels.definition > 0 ? decodeRuns(body, repeats, from, widthOf(levels.definition), count) : undefined;
  const there = countThere(definition, repetition, levels, count);
  if (count - there !== nulls)
    throw new ParquetFault(`a page says that it has ${nulls} nulls, not ${count - there}`);
  const bytes = decompress(body.subarray(from), whole - from, packed === false ? 'UNCOMPRESSED' : codec);
  return { definition, repetition, there, page: { bytes, from: 0 } };
}

function countThere(
  definition: Uint32Array | undefined,
  repetition: Uint32Array | undefined,
  levels: ParquetColumn['levels'],
  count: number,
): number {
  for (const level of repetition ?? [])
    if (level > levels.repetition) throw new ParquetFault('a page has levels that its column does not have');
  if (!definition) return count;
  let there = 0;
  for (const level of definition) {
    if (level > levels.definition) throw new ParquetFault('a page has levels that its column does not have');
    if (level === levels.definition) there++;
  }
  return there;
}

function lookUp(dictionary: Values | undefined, page: PageBytes, count: number): Values {
  if (!dictionary) throw new ParquetFault('a page names values of a dictionary that is not there');
  const places = decodePlaces(page, count, dictionary.length);
  if (Array.isArray(dictionary)) return Array.from(places, (place) => dictionary[place] as string);
  const from = dictionary as Float64Array;
  const values = new (from.constructor as Float64ArrayConstructor)(count);
  for (let i = 0; i < count; i++) values[i] = from[places[i]!]!;
  return values;
}

function widthOf(highest: number): number {
  return 32 - Math.clz32(highest);
}

function counted(count: number): number {
  if (!(Number.isInteger(count) && count >= 0)) throw new ParquetFault('a page has fewer than no values');
  return count;
}
