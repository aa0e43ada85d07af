/** Widths, in rem, below which a table may turn its rows into lists: a phone has 22.4, the page 57.5. */
const STEPS = [22, 28, 34, 40, 48, 57, 80];
/** Room for one letter and around one cell, in rem, as the style sheet sets tables that have little room. */
const USUAL = { letter: 0.54, padding: 0.65 };
/** The same for tables of many columns, such as of which class was taken for which. */
const MANY = { letter: 0.47, padding: 0.3 };
const MANY_COLUMNS = 9;

/** The classes of a table by the room that its cells need. @param rows of cells as HTML, the head first */
export function stackingClass(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]!.map((_, at) => Math.max(...rows.map((row) => longestWord(row[at] ?? ''))));
  const many = columns.length >= MANY_COLUMNS;
  const { letter, padding } = many ? MANY : USUAL;
  const needed = columns.reduce((sum, letters) => sum + letters * letter + padding, 0);
  return `${many ? 'many ' : ''}needs-${STEPS.find((step) => step >= needed) ?? STEPS.at(-1)}`;
}

/** Letters of the longest piece that stays on one line; longer words than this are broken. */
function longestWord(html: string): number {
  const text = html
    .replace(/<span class="unseen">.*?<\/span>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&[^;]+;/g, '&');
  return Math.min(16, Math.max(...text.split(/[ \n-]/).map((word) => [...word].length)));
}

/** Style rules that turn the rows of a table into lists where it has less room than it needs. */
export const STACKING_STYLE = STEPS.map((step) => {
  const of = (selector: string) => `.needs-${step} ${selector}`;
  return `@container (max-width: ${step - 0.01}rem) {
${of('thead')} { display: none; }
${of('table')}, ${of('caption')}, ${of('tbody')}, ${of('tr')}, ${of('tbody th')}, ${of('td')} { display: block; width: auto; }
${of('tr')} { border-bottom: 1px solid var(--line); padding: .3rem 0; }
${of('tbody th')} { font-weight: 600; white-space: normal; }
${of('tbody th')}, ${of('td')} { border: 0; padding: .1rem .2rem; }
${of('td[data-name]')} { display: flex; justify-content: space-between; gap: 1rem; white-space: normal; text-align: right; }
${of('td[data-name]')}::before { content: attr(data-name); color: var(--quiet); text-align: left; }
}`;
}).join('\n');
