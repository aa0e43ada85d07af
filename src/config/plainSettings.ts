import { messageOf, UsageError } from '../common/errors.js';
import { shorten } from '../common/text/shorten.js';

/** Settings as YAML or JSON would hold them: of objects the keys that are their own, of arrays the elements. */
export type Plain = Record<string, unknown>;

/** No schema has such keys; set on an object, they would change the prototype of all objects. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** Limits of a configuration: with YAML's aliases a few lines can stand for millions of values. */
const DEEPEST = 100;
const MOST_VALUES = 1_000_000;

/** Whether `key` is one that must not be written to; it is refused as an unknown key. */
export function isReserved(key: string): boolean {
  return RESERVED.has(key);
}

/**
 * A copy of settings, in which no two places share an object, so that a change of one changes no other.
 * @throws UsageError naming the key of a value that no file could hold (a Map, a class's instance, a getter that throws, an
 * object that holds itself), or a reserved key
 */
export function plainCopy(raw: unknown, origin: string): unknown {
  return new Copier(origin).copy(raw, []);
}

class Copier {
  readonly #origin: string;
  #values = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  copy(value: unknown, place: readonly string[]): unknown {
    if (++this.#values > MOST_VALUES) throw this.#refuse([], 'it holds more values than any configuration');
    if (place.length > DEEPEST) throw this.#refuse(place.slice(0, 3), 'it is nested too deeply');
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return Array.from(value, (each, i) => this.copy(each, [...place, String(i)]));
    if (!isPlain(value)) throw this.#refuse(place, 'it should be a plain object with keys and values');
    const copied: Plain = {};
    for (const key of Object.keys(value)) {
      const at = [...place, key];
      if (isReserved(key)) throw new UsageError(`${this.#origin}: unknown key ${at.join('.')}`);
      copied[key] = this.copy(this.#read(value as Plain, key, at), at);
    }
    return copied;
  }

  #read(object: Plain, key: string, place: readonly string[]): unknown {
    try {
      return object[key];
    } catch (error) {
      throw this.#refuse(place, `it cannot be read (${shorten(messageOf(error), 100)})`);
    }
  }

  #refuse(place: readonly string[], reason: string): UsageError {
    return new UsageError(
      `${this.#origin}: ${place.length > 0 ? `${shorten(place.join('.'), 80)}: ` : ''}${reason}`,
    );
  }
}

/** Whether an object is a literal's, of this or another realm, or has no prototype. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
