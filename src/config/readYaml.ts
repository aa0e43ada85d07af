import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Document, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { messageOf, UsageError } from '../common/errors.js';
import { readingReason } from '../common/files/readFileIfThere.js';
import { shorten } from '../common/text/shorten.js';
import { type Plain, plainCopy } from './plainSettings.js';

/** More than any pipeline with a list of thousands of videos; a video that stands in a pipeline's place is not read whole. */
const MOST_BYTES = 1 << 22;

/**
 * The keys and values of a YAML file.
 * @throws UsageError in one line that names the file: missing, a folder, no text, no YAML, no table of keys
 */
export async function readYaml(path: string): Promise<Plain> {
  const text = textOf(await readSome(path), path);
  let raw: unknown;
  try {
    raw = plainCopy(parseYaml(text), path);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${path} is not YAML: ${messageOf(error)}`);
  }
  if (raw !== null && typeof raw === 'object' && !Array.isArray(raw)) return raw as Plain;
  throw new UsageError(`${path} is not a pipeline: it should hold keys such as data, model, training`);
}

/**
 * What a YAML text stands for, as plain values. What the parser only warns of (an unknown tag, a key that is a list) is an error
 * too: guessed settings would train something else than intended.
 * @throws Error of one line with the place in the text
 */
export function parseYaml(text: string): unknown {
  try {
    const lines = new LineCounter();
    // Its own search for keys that stand there twice takes the square of their number.
    const options = { logLevel: 'error', prettyErrors: false, uniqueKeys: false, stringKeys: true } as const;
    const document = parseDocument(text, { ...options, lineCounter: lines });
    const wrong = [...document.errors, ...document.warnings][0];
    if (wrong?.code === 'MULTIPLE_DOCS') throw new Error('it holds multiple documents: leave one');
    if (wrong) throw new Error(`${shorten(wrong.message, 150)}${placeText(lines, wrong.pos[0])}`);
    checkKeys(document, lines);
    return document.toJS();
  } catch (error) {
    const reason = messageOf(error);
    // The parser calls itself for what is inside, and makes its own error of a stack that is full.
    throw new Error(/call stack/.test(reason) ? 'it is nested too deeply' : shorten(reason, 200));
  }
}

function checkKeys(document: Document, lines: LineCounter): void {
  visit(document, (_, node) => {
    if (!isMap(node)) return;
    const seen = new Set<unknown>();
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      // `{name:pgn}` is one long key without a value.
      const [, name, meant] = /^(\w+):(\S+)$/.exec(String(key.value)) ?? [];
      if (node.flow && !value && name !== undefined)
        throw new Error(`a space is missing after a colon: write ${shorten(`${name}: ${meant}`, 60)}`);
      if (seen.has(key.value))
        throw new Error(
          `the key ${shorten(String(key.value), 60)} stands there twice${placeText(lines, key.range?.[0])}`,
        );
      seen.add(key.value);
    }
  });
}

function placeText(lines: LineCounter, offset: number | undefined): string {
  if (offset === undefined) return '';
  const { line, col } = lines.linePos(offset);
  return ` at line ${line}, column ${col}`;
}

/** At most a byte more than may be: enough to see that it is too much. Pipes (`<(…)`) have no length to ask for. */
async function readSome(path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    if ((await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    for await (const part of createReadStream(path, { end: MOST_BYTES })) parts.push(part as Buffer);
  } catch (error) {
    throw new UsageError(`cannot read pipeline ${shorten(path, 200)}: ${readingReason(error)}`);
  }
  return Buffer.concat(parts);
}

function textOf(bytes: Buffer, path: string): string {
  try {
    if (bytes.length > MOST_BYTES) throw new Error('it is too large');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // YAML allows no control characters but tab and line breaks; a NUL is also what text saved as UTF-16 looks like.
    if (/[^\P{Cc}\t\n\r]/u.test(text)) throw new Error('it holds bytes that no text has');
    return text;
  } catch {
    throw new UsageError(
      `${path} is no pipeline: it is not YAML, or not saved as UTF-8; a pipeline is a short text with keys such as data, model, training`,
    );
  }
}
