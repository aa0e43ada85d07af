/**
 * The few rules of the protocol-buffer wire format that writing TensorFlow's files needs: a message is a row of tagged fields, each
 * a varint, four or eight bytes, or bytes with their length in front. TensorFlow's loader and Python are the readers that tests use.
 */
export class Message {
  /** What is whole already; single bytes wait in `#open`: an array for each would take several times as long. */
  readonly #parts: Uint8Array[] = [];
  #open: number[] = [];

  /** An integer, a boolean or an enum's number; negative ones take ten bytes as two's complement. */
  int(field: number, value: number | boolean): this {
    pushVarint(this.#open, field << 3);
    pushVarint(this.#open, Number(value));
    return this;
  }

  /** A 32-bit floating-point number. */
  float(field: number, value: number): this {
    pushVarint(this.#open, (field << 3) | 5);
    return this.#append(floatBytes([value]));
  }

  /** A 64-bit floating-point number. */
  double(field: number, value: number): this {
    pushVarint(this.#open, (field << 3) | 1);
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value, true);
    return this.#append(new Uint8Array(view.buffer));
  }

  /** Text, bytes or a message inside this one. */
  bytes(field: number, value: string | Uint8Array | Message): this {
    const bytes =
      value instanceof Message ? value.finish() : typeof value === 'string' ? encoder.encode(value) : value;
    pushVarint(this.#open, (field << 3) | 2);
    pushVarint(this.#open, bytes.length);
    return this.#append(bytes);
  }

  /** A repeated integer field in its packed form. */
  ints(field: number, values: readonly (number | boolean)[]): this {
    const packed: number[] = [];
    for (const value of values) pushVarint(packed, Number(value));
    return this.bytes(field, Uint8Array.from(packed));
  }

  /** A repeated float field in its packed form. */
  floats(field: number, values: readonly number[]): this {
    return this.bytes(field, floatBytes(values));
  }

  /** A map from text to messages: one little message of key and value for each. */
  map(field: number, entries: Readonly<Record<string, Message>>): this {
    for (const [key, value] of Object.entries(entries))
      this.bytes(field, new Message().bytes(1, key).bytes(2, value));
    return this;
  }

  finish(): Uint8Array {
    this.#close();
    return Buffer.concat(this.#parts);
  }

  #append(bytes: Uint8Array): this {
    if (bytes.length <= SMALL) for (const byte of bytes) this.#open.push(byte);
    else {
      this.#close();
      this.#parts.push(bytes);
    }
    return this;
  }

  #close(): void {
    if (this.#open.length > 0) this.#parts.push(Uint8Array.from(this.#open));
    this.#open = [];
  }
}

const encoder = new TextEncoder();

/** Bytes up to which copying one by one costs less than another array. */
const SMALL = 64;

/** Seven bits at a time, lowest first; the high bit says that more follow. */
function pushVarint(to: number[], value: number): void {
  if (!Number.isInteger(value)) throw new RangeError(`${value} is no whole number`);
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) to.push(Number(rest & 127n) | 128);
    to.push(Number(rest));
  } else {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) to.push((rest % 128) | 128);
    to.push(rest);
  }
}

function floatBytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}
