import { stat } from 'node:fs/promises';
import { required } from '../../common/required.js';

/** Answers kept: training reads the same files pass after pass. */
const KEPT = 1000;

interface NamedFile {
  readonly name: string;
  readonly path: string;
}

/** The answer of `ask` about a file; kept for as long as the file does not change. */
export function keptByFile<S extends NamedFile, O, T>(ask: (source: S, options: O) => Promise<T>) {
  const answers = new Map<string, T>();
  const fresh = async (source: S, options: O, key: string | undefined): Promise<T> => {
    const answer = await ask(source, options);
    if (key === undefined) return answer;
    if (answers.size >= KEPT) answers.clear();
    answers.set(key, answer);
    return answer;
  };
  return {
    async get(source: S, options: O): Promise<T> {
      const key = await keyOf(source);
      return key !== undefined && answers.has(key) ? required(answers, key) : fresh(source, options, key);
    },
    /** Asks again, and keeps the answer. */
    async fresh(source: S, options: O): Promise<T> {
      return fresh(source, options, await keyOf(source));
    },
    async known(source: S): Promise<T | undefined> {
      const key = await keyOf(source);
      return key === undefined ? undefined : answers.get(key);
    },
  };
}

async function keyOf({ path }: NamedFile): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? `${path} ${found.size} ${found.mtimeMs} ${found.ino}` : undefined;
}
