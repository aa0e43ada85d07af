// Writes FlatBuffers (flatbuffers.dev/internals), as far as a schema of Arrow needs them. Whatever is referred to comes after
// what refers to it.

/** A field of a table, or an item of a vector. */
export type Item = Scalar | Reference;

interface Scalar {
  readonly bytes: 1 | 2 | 4;
  readonly value: number;
}

/** Something that stands elsewhere; `write` puts it there and gives its position. */
interface Reference {
  readonly write: (out: Bytes) => number;
}

export const byte = (value: number): Item => ({ bytes: 1, value });
export const short = (value: number): Item => ({ bytes: 2, value });
export const int = (value: number): Item => ({ bytes: 4, value });

/** @param fields by their numbers in the schema; those that are left out have their default */
export function table(...fields: readonly (Item | undefined)[]): Item {
  return { write: (out) => writeTable(out, fields) };
}

export function vector(items: readonly Item[]): Item {
  return {
    write: (out) => {
      const at = out.align(4);
      out.append(4, items.length);
      const places = items.map((item) => out.append(4, 'value' in item ? item.value : 0));
      items.forEach((item, i) => {
        refer(out, places[i]!, item);
      });
      return at;
    },
  };
}

export function text(value: string): Item {
  return {
    write: (out) => {
      const letters = Buffer.from(value);
      const at = out.align(4);
      out.append(4, letters.length);
      for (const letter of letters) out.append(1, letter);
      out.append(1, 0);
      return at;
    },
  };
}

/** A whole buffer around its outermost table, padded to eight bytes. */
export function flatbuffer(root: Item): Uint8Array {
  const out = new Bytes();
  refer(out, out.append(4, 0), root);
  out.align(8);
  return out.all();
}

function writeTable(out: Bytes, fields: readonly (Item | undefined)[]): number {
  // Before the table stands where its fields are: the size of both, and the place of each field in the table.
  let size = 4;
  const places = fields.map((field) => {
    if (!field) return 0;
    const bytes = bytesOf(field);
    const place = Math.ceil(size / bytes) * bytes;
    size = place + bytes;
    return place;
  });
  const map = out.align(2);
  for (const value of [4 + 2 * fields.length, size, ...places]) out.append(2, value);
  const at = out.align(4);
  out.append(4, at - map);
  while (out.length < at + size) out.append(1, 0);
  fields.forEach((field, i) => {
    if (field && 'value' in field) out.set(at + places[i]!, field.bytes, field.value);
  });
  fields.forEach((field, i) => {
    if (field) refer(out, at + places[i]!, field);
  });
  return at;
}

function refer(out: Bytes, place: number, item: Item): void {
  if ('write' in item) out.set(place, 4, item.write(out) - place);
}

function bytesOf(item: Item): number {
  return 'value' in item ? item.bytes : 4;
}

/** Bytes that grow at their end; numbers are little-endian. */
class Bytes {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  /** Fill up with zeros to a multiple of `size`. */
  align(size: number): number {
    while (this.length % size !== 0) this.#bytes.push(0);
    return this.length;
  }

  append(bytes: number, value: number): number {
    const at = this.length;
    for (let i = 0; i < bytes; i++) this.#bytes.push(0);
    this.set(at, bytes, value);
    return at;
  }

  set(at: number, bytes: number, value: number): void {
    for (let i = 0; i < bytes; i++) this.#bytes[at + i] = (value >>> (8 * i)) & 255;
  }

  all(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
