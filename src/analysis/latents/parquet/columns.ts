import { type FileMetaData, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet';
import { ParquetFault } from './fault.js';

/** A column as a reader of tables sees it: plain values, or a list of values in every row. */
export interface ParquetColumn {
  readonly name: string;
  /** `other`: structures, maps and lists of lists, which are not read. */
  readonly kind: 'flat' | 'list' | 'other';
  /** Its place among the column chunks of a row group. */
  readonly chunk: number;
  /** Type of its values. */
  readonly leaf: SchemaElement;
  readonly path: readonly string[];
  readonly levels: Levels;
}

/** How Parquet says which values are there: definition levels up to `definition`, repetition levels up to `repetition`. */
export interface Levels {
  readonly definition: number;
  readonly repetition: number;
  /** Definition level from which on a list has an item, if only null. */
  readonly item: number;
}

/** @throws ParquetFault for a schema that contradicts itself */
export function columnsOf(metadata: FileMetaData): ParquetColumn[] {
  const { schema } = metadata;
  for (const { num_children: children = 0 } of schema)
    if (children < 0 || children >= schema.length) throw new ParquetFault('its schema contradicts itself');
  const root = parquetSchema(metadata);
  if (root.count !== schema.length) throw new ParquetFault('its schema contradicts itself');
  const columns: ParquetColumn[] = [];
  let chunk = 0;
  for (const child of root.children) {
    columns.push(columnOf(child, chunk));
    chunk += leavesOf(child);
  }
  checkOnce(columns);
  return columns;
}

/** @throws ParquetFault for two columns of one name */
export function checkOnce(columns: readonly ParquetColumn[]): void {
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) throw new ParquetFault(`it has two columns ${name}`);
    names.add(name);
  }
}

function leavesOf({ children }: SchemaTree): number {
  return children.length === 0 ? 1 : children.reduce((sum, child) => sum + leavesOf(child), 0);
}

function columnOf(top: SchemaTree, chunk: number): ParquetColumn {
  let definition = 0;
  let repetition = 0;
  let item = 0;
  let node = top;
  for (;;) {
    const { repetition_type: repeats } = node.element;
    if (repeats !== 'REQUIRED') definition++;
    if (repeats === 'REPEATED') {
      repetition++;
      item = definition;
    }
    if (node.children.length !== 1) break;
    node = node.children[0]!;
  }
  const { element: leaf, path, children } = node;
  if (typeof top.element.name !== 'string') throw new ParquetFault('a column of it has no name');
  if (children.length === 0 && !leaf.type)
    throw new ParquetFault(`column ${top.element.name} of it has no type`);
  const kind = children.length > 0 || repetition > 1 ? 'other' : repetition === 1 ? 'list' : 'flat';
  // A structure of one member is no plain column.
  const nested = kind === 'flat' && node !== top;
  const levels = { definition, repetition, item };
  return { name: top.element.name, kind: nested ? 'other' : kind, chunk, leaf, path, levels };
}
