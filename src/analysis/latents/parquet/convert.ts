import type { SchemaElement } from 'hyparquet';
import { parseFloat16 } from 'hyparquet/src/convert.js';
import { ParquetFault } from './fault.js';

/** Values as they stand in a page. */
export type PhysicalValues =
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | Uint8Array
  | readonly Uint8Array[]
  | readonly bigint[];

/** Values as what they mean. Truths are 0 and 1, dates and times seconds (since 1970 or midnight). */
export type Values =
  | Uint8Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | readonly string[];

type Conversion = (values: PhysicalValues) => Values;

const DAY = 86_400;
/** The day of 1970 in the Julian count, from which INT96 counts. */
const JULIAN_1970 = 2_440_588;

/** How a column's values become what they mean; nothing for a kind that is not read. */
export function conversionOf(leaf: SchemaElement): Conversion | undefined {
  const { type, converted_type: converted, logical_type: logical } = leaf;
  const kind = logical?.type;
  if (converted === 'DECIMAL' || kind === 'DECIMAL') return decimals(leaf);
  if (converted === 'DATE' || kind === 'DATE') return scaled(DAY);
  const unit = logical && 'unit' in logical ? logical.unit : converted?.match(/^TIME.*_(M.*)$/)?.[1];
  if (unit !== undefined) return scaled({ MILLIS: 1e-3, MICROS: 1e-6, NANOS: 1e-9 }[unit as 'MILLIS']);
  const unsigned = converted?.startsWith('UINT_') || (logical?.type === 'INTEGER' && !logical.isSigned);
  if (type === 'INT32')
    return (values) => {
      const { buffer, byteOffset, length } = values as Int32Array;
      return unsigned ? new Uint32Array(buffer, byteOffset, length) : (values as Int32Array);
    };
  if (type === 'INT64')
    return (values) => {
      const { buffer, byteOffset, length } = values as BigInt64Array;
      return unsigned ? new BigUint64Array(buffer, byteOffset, length) : (values as BigInt64Array);
    };
  if (type === 'BOOLEAN' || type === 'FLOAT' || type === 'DOUBLE') return (values) => values as Float64Array;
  if (type === 'INT96') return (values) => Float64Array.from(values as readonly bigint[], secondsOf96);
  if (type === 'FIXED_LEN_BYTE_ARRAY' && kind === 'FLOAT16' && leaf.type_length === 2)
    return (values) => Float64Array.from(values as readonly Uint8Array[], (bytes) => parseFloat16(bytes)!);
  if (type === 'FIXED_LEN_BYTE_ARRAY' && kind === 'UUID')
    return (values) => (values as readonly Uint8Array[]).map((bytes) => Buffer.from(bytes).toString('hex'));
  const texts = [undefined, 'STRING', 'ENUM', 'JSON', 'NULL'];
  if (type === 'BYTE_ARRAY' && texts.includes(kind) && converted !== 'BSON')
    return (values) => textOf(values as readonly Uint8Array[], leaf.name);
  return undefined;
}

/** Whether its values are numbers, as activations have to be. */
export function isNumeric({
  type,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): boolean {
  const ofTime = converted?.match(/^(DATE|TIME|INTERVAL)/) || /^(DATE|TIME)/.test(logical?.type ?? '');
  if (ofTime) return false;
  if (type === 'FIXED_LEN_BYTE_ARRAY') return logical?.type === 'FLOAT16' || converted === 'DECIMAL';
  return type === 'INT32' || type === 'INT64' || type === 'FLOAT' || type === 'DOUBLE';
}

function scaled(factor: number): Conversion {
  // Divided where that is exact: 1,234 ms are 1.234 s.
  const divisor = Math.round(1 / factor);
  const scale = factor < 1 ? (v: number) => v / divisor : (v: number) => v * factor;
  return (values) => Float64Array.from(values as readonly bigint[], (value) => scale(Number(value)));
}

function decimals({ scale = 0 }: SchemaElement): Conversion {
  const divisor = 10 ** scale;
  return (values) =>
    Float64Array.from(values as readonly (bigint | Uint8Array)[], (value) => {
      const whole = value instanceof Uint8Array ? signed(value) : BigInt(value);
      return Number(whole) / divisor;
    });
}

/** Two's complement, most significant byte first. */
function signed(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

function secondsOf96(value: bigint): number {
  const days = Number(value >> 64n) - JULIAN_1970;
  return days * DAY + Number(value & 0xffff_ffff_ffff_ffffn) / 1e9;
}

/** @throws ParquetFault for bytes that are no text: two of them must not become one class */
function textOf(values: readonly Uint8Array[], column: string): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return values.map((bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      throw new ParquetFault(`column ${column} of it holds bytes that are no UTF-8 text`);
    }
  });
}
