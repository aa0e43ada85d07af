import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { naturalOrder } from './naturalOrder.js';

/** Whether a name asks for a search: it holds `*`, `?`, `[…]` or `{a,b}`. */
export function isGlob(pattern: string): boolean {
  return /[*?]|\[.+\]|\{.+,.*\}/.test(pattern);
}

/**
 * The files that match `pattern`, sorted. `*` and `?` stay within a name, `**` spans folders, `[ab]` and `[!ab]` are one
 * character, `{a,b}` alternatives. Hidden names match only a pattern that begins with a dot. (Node 20 has no glob of its own.)
 */
export async function glob(pattern: string): Promise<string[]> {
  const found = new Set<string>();
  for (const each of alternatives(pattern.replaceAll('\\', process.platform === 'win32' ? '/' : '\\'))) {
    const parts = each.split('/');
    const rooted = parts[0] === '' || /^[A-Za-z]:$/.test(parts[0]!);
    const base = rooted ? `${parts.shift()}/` : '';
    for await (const path of matches(
      base,
      parts.filter((part) => part !== ''),
    ))
      found.add(path);
  }
  return [...found].sort(naturalOrder);
}

/** Every pattern that `{a,b}` stands for. */
export function alternatives(pattern: string): string[] {
  const braces = /\{([^{}]*,[^{}]*)\}/.exec(pattern);
  if (!braces) return [pattern];
  const [before, after] = [pattern.slice(0, braces.index), pattern.slice(braces.index + braces[0].length)];
  return [...new Set(braces[1]!.split(',').flatMap((choice) => alternatives(before + choice + after)))];
}

/** Whether one name matches one pattern without slashes. */
export function matchesName(name: string, pattern: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let expression = '';
  for (const token of pattern.match(/\[!?[^\]]+\]|[\s\S]/g) ?? []) {
    if (token === '*') expression += '.*';
    else if (token === '?') expression += '.';
    else if (token.length > 1)
      expression += `[${token.slice(1, -1).replace(/^!/, '^').replace(/[\\[]/g, '\\$&')}]`;
    else expression += token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  try {
    return new RegExp(`^${expression}$`, 's').test(name);
  } catch {
    // A range such as [z-a] matches nothing.
    return false;
  }
}

async function* matches(folder: string, parts: readonly string[]): AsyncGenerator<string> {
  const [part, ...rest] = parts;
  if (part === undefined) return;
  if (part !== '**' && !isGlob(part)) {
    const path = join(folder, part);
    if (rest.length > 0) yield* matches(path, rest);
    else if ((await kindOf(path)) === 'file') yield path;
    return;
  }
  if (part === '**') yield* matches(folder, rest.length > 0 ? rest : ['*']);
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    // Links to folders are not followed by `**`: they may lead round in a circle.
    if (part === '**') {
      if (entry.isDirectory() && !entry.name.startsWith('.')) yield* matches(path, parts);
    } else if (matchesName(entry.name, part)) {
      if (rest.length > 0) yield* matches(path, rest);
      else if ((await kindOf(path)) === 'file') yield path;
    }
  }
}

async function entriesOf(folder: string) {
  return readdir(folder || '.', { withFileTypes: true }).catch(() => []);
}

async function kindOf(path: string): Promise<'file' | 'other'> {
  const found = await stat(path).catch(() => undefined);
  return found && !found.isDirectory() ? 'file' : 'other';
}
