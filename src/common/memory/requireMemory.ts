import { constants } from 'node:buffer';
import { getHeapStatistics } from 'node:v8';
import { ForeframeError } from '../errors.js';
import { availableMemory, MEMORY_VARIABLE } from './availableMemory.js';
import { bytesText } from './bytes.js';

/** Something that will be held in memory. */
export interface MemoryPart {
  readonly name: string;
  readonly bytes: number;
  /** It is one array, and no array may be larger than JavaScript allows. */
  readonly array?: boolean;
  /** It is made of JavaScript objects, for which V8 has a limit of its own. */
  readonly heap?: boolean;
}

export interface MemoryNeed {
  /** What needs it, at the beginning of a sentence. */
  readonly what: string;
  readonly parts: readonly MemoryPart[];
  /** What to do about it, from the number of free bytes. */
  readonly advice?: (available: number) => string;
  /** Receives one line when little memory would be left; stderr by default. */
  readonly warn?: (line: string) => void;
  /** Bytes that there are; found by default. */
  readonly available?: number;
}

/** From this share of the memory on, a message says how much will be taken. */
const LITTLE_LEFT = 0.8;
/** Smaller amounts are not checked: measuring the memory would cost more than it is worth. */
const SMALL = 64e6;

/** @throws ForeframeError in one line with the estimate, what there is and what to lower, when it does not fit */
export function requireMemory(need: MemoryNeed): void {
  const bytes = totalOf(need.parts);
  if (bytes < SMALL) return;
  const available = need.available ?? availableMemory();
  const text = needText(need);
  if (!fits(need.parts, available))
    throw new ForeframeError(
      `${text} and ${bytesText(available)} are free: ${need.advice?.(available) ?? 'ask for less'}` +
        (fits(need.parts, Number.MAX_VALUE)
          ? ` (if that is wrong, say so: ${MEMORY_VARIABLE}=${enough(bytes)})`
          : ''),
      { code: 'memory' },
    );
  const { warn = (line: string) => process.stderr.write(`${line}\n`) } = need;
  if (bytes > LITTLE_LEFT * available)
    warn(`warning: ${text}; ${bytesText(available)} are free: close to all of it`);
}

/** A little more than so many bytes, as a person would write it. */
function enough(bytes: number): string {
  return `${Math.ceil((bytes * 1.1) / 1e9)}GB`;
}

/** Whether it fits into so many bytes, and each array into what JavaScript allows. */
export function fits(parts: readonly MemoryPart[], available: number): boolean {
  const arrays = parts.every(({ array, bytes }) => !array || bytes <= constants.MAX_LENGTH);
  const objects = totalOf(parts.filter(({ heap }) => heap));
  const heap = objects === 0 || objects <= getHeapStatistics().heap_size_limit;
  return arrays && heap && totalOf(parts) <= available;
}

/** `balls-pgn needs about 61 GB (activations 48 GB, weights 9.1 GB, …)`, largest first. */
function needText({ what, parts }: MemoryNeed): string {
  const total = totalOf(parts);
  const large = [...parts].sort((a, b) => b.bytes - a.bytes).filter(({ bytes }) => bytes > 0.03 * total);
  const largest = large.slice(0, 4).map(({ name, bytes }) => `${name} ${bytesText(bytes)}`);
  const tooLong = parts.find(({ array, bytes }) => array && bytes > constants.MAX_LENGTH);
  const one = tooLong
    ? `, ${tooLong.name} in one array of more than ${bytesText(constants.MAX_LENGTH)},`
    : '';
  return `${what} needs ${Number.isFinite(total) ? `about ${bytesText(total)} (${largest.join(', ')})` : 'more memory than any machine has'}${one}`;
}

function totalOf(parts: readonly MemoryPart[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}
