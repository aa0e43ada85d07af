import { escapeHtml } from './escape.js';
import { formatColumn } from './numbers.js';
import type { BestRule, Cell, Score, Table } from './reportData.js';
import { stackingClass } from './tableWidth.js';

/** A number with its deviation or range, as text. */
const SCORE = /^−?\d[\d.]*(\u00a0±\u00a0| \()/;

/**
 * A table as HTML. Numbers that are compared have the same digits and are aligned to the right; the best ones are bold. On a
 * screen that is too narrow for all columns, each row becomes a list of names and values.
 */
export function renderTable(table: Table): string {
  const { columns } = table;
  const rows = wholeRows(table);
  const cells = renderedCells(rows, table);
  const numeric = columns.map((_, at) => rows.some((row) => isNumber(row[at]!)));
  const head = columns.map(
    (name, at) => `<th scope="col"${classOf(numeric[at] ? 'number' : '')}>${escapeHtml(name)}</th>`,
  );
  const body = cells.map((row) => {
    const tags = row.map((cell, at) => {
      if (at === 0 && !numeric[0]) return `<th scope="row">${cell}</th>`;
      const kind = numeric[at] ? 'number' : SCORE.test(cell) ? 'score' : '';
      const name = columns[at] ? ` data-name="${escapeHtml(columns[at])}"` : '';
      return `<td${classOf(kind)}${name}>${cell}</td>`;
    });
    return `<tr>${tags.join('')}</tr>`;
  });
  const stacks = stackingClass([columns.map(escapeHtml), ...cells]);
  return `<div class="table ${stacks}"><table>
<caption>${escapeHtml(table.caption)}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>${table.note ? `<p class="note">${escapeHtml(table.note)}</p>` : ''}</div>`;
}

/**
 * The rows, each with a cell for every column.
 * @throws Error for a row with more cells than there are columns: what is printed would stand below the wrong names
 */
export function wholeRows({ caption, columns, rows }: Table): Cell[][] {
  return rows.map((row) => {
    if (row.length > columns.length)
      throw new Error(`table "${caption}": a row of ${row.length} cells for ${columns.length} columns`);
    return columns.map((_, at) => row[at] ?? '');
  });
}

function renderedCells(rows: readonly (readonly Cell[])[], { columns, alike, best }: Table): string[][] {
  const rule = (at: number) => best?.find((each) => each.at === at);
  if (alike === 'rows') return rows.map((row, at) => renderAlike(row, rule(at)));
  const byColumn = columns.map((_, at) =>
    renderAlike(
      rows.map((row) => row[at]!),
      rule(at),
    ),
  );
  return rows.map((_, row) => byColumn.map((cells) => cells[row]!));
}

/** Numbers of one kind, and text among them, as HTML. A number that reads like the best one counts as best too. */
function renderAlike(cells: readonly Cell[], rule?: BestRule): string[] {
  const numbers = cells.filter(isNumber).map(numberOf);
  const texts = formatColumn(numbers);
  const best = rule && bestOf(numbers, rule);
  const bestText = best === undefined ? undefined : texts[numbers.indexOf(best)];
  let next = 0;
  return cells.map((cell) => {
    if (!isNumber(cell)) return unbroken(escapeHtml(cell));
    const text = texts[next++]!;
    const shown = text === bestText ? `<strong>${text}<span class="unseen"> (best)</span></strong>` : text;
    const deviation = typeof cell === 'number' ? undefined : cell.deviation;
    return deviation === undefined
      ? shown
      : `<span>${shown} <span class="deviation">±\u00a0${Number(deviation.toPrecision(2))}</span></span>`;
  });
}

/** A score stays beside its deviation, and the ends of a range together, however narrow the column is. */
function unbroken(text: string): string {
  return text.replace(/(\d) (±|…) (?=[−\d])/g, '$1\u00a0$2\u00a0');
}

function bestOf(numbers: readonly number[], rule: BestRule): number | undefined {
  const compared = numbers.filter((value) => !Number.isNaN(value));
  if (compared.length < 2) return undefined;
  return rule.is === 'lowest' ? Math.min(...compared) : Math.max(...compared);
}

function classOf(name: string): string {
  return name ? ` class="${name}"` : '';
}

function isNumber(cell: Cell): cell is number | Score {
  return typeof cell !== 'string';
}

function numberOf(cell: number | Score): number {
  return typeof cell === 'number' ? cell : cell.value;
}
