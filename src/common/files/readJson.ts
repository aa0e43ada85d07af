import type { z } from 'zod';
import { ForeframeError } from '../errors.js';
import { shorten } from '../text/shorten.js';
import { readFileIfThere } from './readFileIfThere.js';

/** The largest JSON file to read: JSON that foreframe writes is far smaller. */
const MOST_BYTES = 1 << 28;

export interface ReadJsonOptions<T> {
  /** What the file has to hold. */
  readonly schema: z.ZodType<T>;
  /** What to do about a file that is damaged, as the end of a sentence. */
  readonly remedy: string;
}

/**
 * What a JSON file holds, checked.
 * @returns nothing where there is no such file
 * @throws ForeframeError in one line that names the file: unreadable, not JSON, or of another shape
 */
export async function readJson<T>(path: string, options: ReadJsonOptions<T>): Promise<T | undefined> {
  const bytes = await readFileIfThere(path, MOST_BYTES);
  if (bytes === undefined) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw damaged(path, bytes.length === 0 ? 'it is empty' : 'it is not JSON, or cut short', options.remedy);
  }
  return checkJson(raw, path, options);
}

/** The same for a value that was read from `path` already. */
export function checkJson<T>(raw: unknown, path: string, { schema, remedy }: ReadJsonOptions<T>): T {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw damaged(path, firstProblem(result.error.issues[0]!), remedy);
}

function damaged(path: string, reason: string, remedy: string): ForeframeError {
  return new ForeframeError(`cannot read ${path}: ${reason}; ${remedy}`);
}

/** The first problem that a schema found, in a phrase. */
export function firstProblem({ path, message }: z.core.$ZodIssue): string {
  const place = path.map(String).join('.');
  return shorten(place ? `${shorten(place, 60)}: ${message}` : message, 160);
}
