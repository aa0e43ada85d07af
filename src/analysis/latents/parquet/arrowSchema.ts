import type { KeyValue } from 'hyparquet';
import type { ColumnType, LatentsLayout } from '../latentsSchema.js';
import { storedName } from '../storedNames.js';
import { byte, flatbuffer, type Item, int, short, table, text, vector } from './flatbuffer.js';

// Parquet knows lists, but not that all of them are of one length. Programs that are built on Arrow (pyarrow, pandas, polars) keep
// their own schema in a file's metadata, and honour it when they read: there the layers are lists of a fixed size, which become
// matrices without looking at every row. Numbers below are those of Arrow's Schema.fbs and Message.fbs.

const VERSION_5 = 4;
const HEADER_SCHEMA = 1;
const SINGLE = 1;
const DOUBLE = 2;

/** Type numbers of the union `Type`. */
const INT = 2;
const FLOATING_POINT = 3;
const UTF8 = 5;
const FIXED_SIZE_LIST = 16;

/**
 * The pair of a file's metadata that says of what types its columns are in Arrow.
 * @param metadata of the file: pyarrow shows those of this schema instead of the file's
 */
export function arrowSchema(
  { columns, layers }: LatentsLayout,
  metadata: readonly { readonly key: string; readonly value: string }[],
): KeyValue {
  const fields = [
    ...columns.map(({ name, type }) => field(storedName(name), typeOf(type), type === 'optional')),
    ...layers.map(({ name, width }) => field(storedName(name), listOf(width))),
  ];
  const pairs = metadata.map(({ key, value }) => table(text(key), text(value)));
  const schema = table(undefined, vector(fields), vector(pairs));
  const message = flatbuffer(table(short(VERSION_5), byte(HEADER_SCHEMA), schema));
  // As in a stream of Arrow messages: a mark, the length, the message.
  const start = Buffer.alloc(8, 255);
  start.writeUInt32LE(message.length, 4);
  return { key: 'ARROW:schema', value: Buffer.concat([start, message]).toString('base64') };
}

interface ArrowType {
  readonly number: number;
  readonly table: Item;
  readonly children?: readonly Item[];
}

function typeOf(type: ColumnType): ArrowType {
  if (type === 'text') return { number: UTF8, table: table() };
  if (type === 'whole') return { number: INT, table: table(int(32), byte(1)) };
  return { number: FLOATING_POINT, table: table(short(DOUBLE)) };
}

function listOf(width: number): ArrowType {
  const element = field('element', { number: FLOATING_POINT, table: table(short(SINGLE)) });
  return { number: FIXED_SIZE_LIST, table: table(int(width)), children: [element] };
}

function field(name: string, { number, table: type, children = [] }: ArrowType, nullable = false): Item {
  return table(text(name), byte(nullable ? 1 : 0), byte(number), type, undefined, vector(children));
}
