import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** README, RESULTS and every page of docs/, by path from the root. */
export const pages: ReadonlyMap<string, string> = new Map(
  [
    'README.md',
    'RESULTS.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join('docs', file)),
  ].map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);

/** Words that are not the field's; DESIGN lists what is said instead. */
export const otherWords =
  /\b(pictures?|told|by hand|mend(s|ing)?|labels alone|none of its own|refused are)\b/i;

/** The code blocks of one language in a page. */
export function codeBlocks(page: string, language: string): string[] {
  const text = pages.get(page)!;
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1]!,
  );
}

/** The lines of a page's shell blocks that call foreframe, without `foreframe`. */
export function commandsIn(page: string): string[] {
  return codeBlocks(page, 'sh').flatMap((block) =>
    [...block.matchAll(/^foreframe (.*)$/gm)].map((match) => match[1]!),
  );
}

/** The words of a shell's line, without a comment at its end. */
export function wordsOf(line: string): string[] {
  const words = line.replace(/\s{2,}\S.*$|\s#.*$/, '').match(/(?:'[^']*'|[^\s'])+/g) ?? [];
  return words.map((word) => word.replaceAll("'", ''));
}
