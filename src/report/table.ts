import { escapeHtml } from './escape.js';
import { formatColumn } from './numbers.js';
import type { BestRule, Table } from './reportData.js';

/** A number with its deviation or range. */
const SCORE = /^−?\d[\d.]*(\u00a0±\u00a0| \()/;

/** A table as HTML: numbers with the same digits down a column and set to the right, the best ones in bold. */
export function renderTable(table: Table): string {
  const columns = table.columns.map((name, at) => {
    const cells = table.rows.map((row) => row[at] ?? '');
    const rule = table.best?.find(({ column }) => column === at);
    return { name, numeric: cells.some(isNumber), cells: renderCells(cells, rule) };
  });
  const head = columns.map(
    ({ name, numeric }) => `<th scope="col"${align(numeric)}>${escapeHtml(name)}</th>`,
  );
  const body = table.rows.map((_, row) => {
    const cells = columns.map(({ numeric, cells }, column) =>
      column === 0 && !numeric
        ? `<th scope="row">${cells[row]}</th>`
        : `<td${align(numeric) || (SCORE.test(cells[row]!) ? ' class="score"' : '')}>${cells[row]}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="table"><table>
<caption>${escapeHtml(table.caption)}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>${table.note ? `<p class="note">${escapeHtml(table.note)}</p>` : ''}</div>`;
}

/** Cells of one column as HTML. What reads the same as the best number is as good. */
function renderCells(cells: readonly (string | number)[], rule?: BestRule): string[] {
  const numbers = cells.filter(isNumber);
  const texts = formatColumn(numbers);
  const best = rule && bestOf(numbers, rule);
  const bestText = best === undefined ? undefined : texts[numbers.indexOf(best)];
  let next = 0;
  return cells.map((cell) => {
    if (!isNumber(cell)) return unbroken(escapeHtml(cell));
    const text = texts[next++]!;
    return text === bestText ? `<strong>${text}<span class="unseen"> (best)</span></strong>` : text;
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

function align(numeric: boolean): string {
  return numeric ? ' class="number"' : '';
}

function isNumber(cell: string | number): cell is number {
  return typeof cell === 'number';
}
