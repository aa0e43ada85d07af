// Reads the schema of Arrow that a Parquet file keeps, from Arrow's Schema.fbs and FlatBuffers' description alone.

/** A column as Arrow knows it. */
export interface ArrowField {
  readonly name: string;
  readonly nullable: boolean;
  /** Number of the union `Type`: 2 whole numbers, 3 floating point, 5 text, 16 lists of a fixed size. */
  readonly type: number;
  /** The type's first number: bits, precision, or the size of a list. */
  readonly first: number;
  readonly children: readonly ArrowField[];
}

export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** @param value of `ARROW:schema`, base64 */
export function readArrowSchema(value: string): ArrowSchema {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.readUInt32LE(0) !== 0xffffffff || bytes.readUInt32LE(4) !== bytes.length - 8)
    throw new Error('no message');
  const buffer = bytes.subarray(8);
  const message = follow(buffer, 0);
  if (buffer.length % 8 !== 0 || number(message, 1, 1) !== 1) throw new Error('no schema');
  const schema = child(message, 2)!;
  const pairs = list(schema, 2).map((pair) => [textOf(pair, 0), textOf(pair, 1)]);
  return { fields: list(schema, 1).map(fieldOf), metadata: Object.fromEntries(pairs) };
}

interface Table {
  readonly buffer: Buffer;
  readonly at: number;
}

function fieldOf(field: Table): ArrowField {
  const type = number(field, 2, 1);
  const first = number(child(field, 3)!, 0, type === 3 ? 2 : 4);
  const children = list(field, 5).map(fieldOf);
  return { name: textOf(field, 0), nullable: number(field, 1, 1) === 1, type, first, children };
}

function follow(buffer: Buffer, place: number): Table {
  // Offsets stand at multiples of their size.
  if (place % 4 !== 0) throw new Error(`an offset at ${place}`);
  return { buffer, at: place + buffer.readUInt32LE(place) };
}

/** Where a field of a table stands. */
function placeOf({ buffer, at }: Table, field: number): number | undefined {
  const map = at - buffer.readInt32LE(at);
  const size = buffer.readUInt16LE(map);
  const offset = 4 + 2 * field < size ? buffer.readUInt16LE(map + 4 + 2 * field) : 0;
  return offset === 0 ? undefined : at + offset;
}

function number(table: Table, field: number, size: number): number {
  const place = placeOf(table, field);
  if (place !== undefined && place % size !== 0) throw new Error(`a number at ${place}`);
  return place === undefined ? 0 : table.buffer.readUIntLE(place, size);
}

function child(table: Table, field: number): Table | undefined {
  const place = placeOf(table, field);
  return place === undefined ? undefined : follow(table.buffer, place);
}

function list(table: Table, field: number): Table[] {
  const found = child(table, field);
  if (!found) return [];
  const { buffer, at } = found;
  return Array.from({ length: buffer.readUInt32LE(at) }, (_, i) => follow(buffer, at + 4 + 4 * i));
}

function textOf(table: Table, field: number): string {
  const { buffer, at } = child(table, field)!;
  return buffer.toString('utf8', at + 4, at + 4 + buffer.readUInt32LE(at));
}
