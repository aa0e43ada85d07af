import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedDocs } from '../../src/cli/docs/generatedDocs.js';
import { otherWords, pages, root } from './pages.js';

/** A heading as GitHub names it in an address. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(path: string): string[] {
  return [...pages.get(path)!.matchAll(/^#+ (.*)$/gm)].map((match) => anchor(match[1]!));
}

/** A page without its code: what a reader reads. */
function proseOf(text: string): string {
  return text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '');
}

describe('the pages', () => {
  it.each([...generatedDocs().keys()])('docs/%s is what the code would write: npm run docs', (name) => {
    expect(pages.get(join('docs', name))).toBe(generatedDocs().get(name));
  });

  it('hold no settings page that the code would not write', () => {
    const there = [...pages.keys()].filter((path) => path.startsWith('docs/settings/'));
    const written = [...generatedDocs().keys()].map((name) => join('docs', name));
    expect(there.filter((path) => !written.includes(path))).toEqual([]);
    expect(there.length).toBeGreaterThan(4);
  });

  it('link to pages and headings that are there', () => {
    const broken: string[] = [];
    let links = 0;
    for (const [path, text] of pages)
      for (const [, target] of text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target!)) continue;
        links++;
        const [file = '', heading] = target!.split('#');
        const to = file === '' ? path : join(dirname(path), file);
        const isThere = existsSync(join(root, to));
        if (!isThere || (heading && pages.has(to) && !anchorsOf(to).includes(heading)))
          broken.push(`${path}: ${target}`);
      }
    expect(broken).toEqual([]);
    expect(links).toBeGreaterThan(50);
  });

  it('can all be reached from the README', () => {
    const reached = new Set<string>();
    const visit = (path: string) => {
      if (reached.has(path) || !pages.has(path)) return;
      reached.add(path);
      for (const [, target] of pages.get(path)!.matchAll(/\]\(([^)\s#]+)[^)]*\)/g))
        visit(join(dirname(path), target!));
    };
    visit('README.md');
    expect([...pages.keys()].filter((path) => !reached.has(path))).toEqual([]);
  });

  it("are in the field's words", () => {
    const found = [...pages].flatMap(([path, text]) => {
      const match = otherWords.exec(proseOf(text));
      return match ? [`${path}: ${match[0]}`] : [];
    });
    expect(found).toEqual([]);
  });
});

describe('the README', () => {
  it('has fewer than 900 words', () => {
    const words = pages
      .get('README.md')!
      .split(/\s+/)
      .filter((word) => word !== '');
    expect(words.length).toBeLessThan(900);
    expect(words.length).toBeGreaterThan(300);
  });

  it('begins with a moving image of less than 400 kB', () => {
    const image = /!\[[^\]]+\]\(([^)]+)\)/.exec(pages.get('README.md')!.slice(0, 200))?.[1];
    expect(statSync(join(root, image!)).size).toBeLessThan(400_000);
  });
});

describe('a page of results', () => {
  const results = [...pages].filter(([path]) => path.startsWith('docs/results/'));

  it.each(results)('%s asks, shows one table, answers, and says how to measure it', (_, text) => {
    expect(text).toMatch(/^# .+\n\n\*\*Question\.\*\* /);
    expect(text.match(/^\|[-|]+\|$/gm)).toHaveLength(1);
    expect(text.match(/^\*\*Answer\.\*\* /gm)).toHaveLength(1);
    expect(text).toMatch(/^```sh\n[\s\S]*^foreframe /m);
  });

  it('is in the index', () => {
    for (const [path] of results) expect(pages.get('RESULTS.md')).toContain(`](${path})`);
    expect(results.length).toBeGreaterThan(10);
  });
});
