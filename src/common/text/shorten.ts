/** One line of at most `most` characters: line breaks become spaces, and what is too long ends in “…”. */
export function shorten(text: string, most: number): string {
  // Cut first: only the beginning of a text of megabytes is processed.
  const line = text
    .slice(0, 2 * most)
    .replace(/\s*[\r\n]\s*/g, ' ')
    .trim();
  return line.length > most || text.length > 2 * most ? `${line.slice(0, most - 1)}…` : line;
}
