/**
 * The few rules of the protocol-buffer wire format that writing a graph needs: a message is a row of tagged fields, each a
 * varint, four bytes, or bytes with their length in front. TensorFlow's loader and Python are the readers that tests use.
 */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** An integer, a boolean or an enum's number; negative ones take ten bytes as two's complement. */
  int(field: number, value: number | boolean): this {
    return this.#append(varint(field << 3)).#append(varint(Number(value)));
  }

  /** A 32-bit floating-point number. */
  float(field: number, value: number): this {
    return this.#append(varint((field << 3) | 5)).#append(floatBytes([value]));
  }

  /** Text, bytes or a message inside this one. */
  bytes(field: number, value: string | Uint8Array | Message): this {
    const bytes =
      value instanceof Message
        ? value.finish()
        : typeof value === 'string'
          ? new TextEncoder().encode(value)
          : value;
    return this.#append(varint((field << 3) | 2))
      .#append(varint(bytes.length))
      .#append(bytes);
  }

  /** A repeated integer field in its packed form. */
  ints(field: number, values: readonly (number | boolean)[]): this {
    return this.bytes(field, concatenated(values.map((value) => varint(Number(value)))));
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
    return concatenated(this.#parts, this.#length);
  }

  #append(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}

function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function floatBytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}

function concatenated(
  parts: readonly Uint8Array[],
  length = parts.reduce((sum, p) => sum + p.length, 0),
): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
