import { formatColumn } from '../../report/parts/numbers.js';
import type { Cell, Table } from '../../report/parts/reportData.js';
import { wholeRows } from '../../report/parts/table.js';
import { textTable } from './terminal.js';

/** A table of a page as text: numbers of a column with the same digits, and its note below. */
export function plainTable(table: Table): string {
  const { caption, columns, note } = table;
  const rows = wholeRows(table);
  const texts = columns.map((_, at) => columnTexts(rows.map((row) => row[at]!)));
  const cells = rows.map((_, row) => texts.map((column) => column[row]!));
  return [caption, textTable(columns, cells), ...(note ? [note] : [])].join('\n');
}

function columnTexts(cells: readonly Cell[]): string[] {
  const numberOf = (cell: Exclude<Cell, string>) => (typeof cell === 'number' ? cell : cell.value);
  const numbers = formatColumn(cells.flatMap((cell) => (typeof cell === 'string' ? [] : [numberOf(cell)])));
  let next = 0;
  return cells.map((cell) => {
    if (typeof cell === 'string') return cell;
    const text = numbers[next++]!;
    const deviation = typeof cell === 'number' ? undefined : cell.deviation;
    return deviation === undefined ? text : `${text} ± ${Number(deviation.toPrecision(2))}`;
  });
}
