import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { decodeNames } from '../../src/analysis/latents/latentsFile.js';
import { digestOfNumbers, type Facts, type Json } from './facts.js';

/** Of a file of latents: shape, a checksum of all numbers and the first of them for each layer; one checksum for the rest. */
export async function latentsFacts(path: string): Promise<Facts> {
  const file = await asyncBufferFromFile(path);
  const rows = await parquetReadObjects({ file });
  // Facts have the names of layers in the model.
  const inMemory = decodeNames((await parquetMetadataAsync(file)).key_value_metadata);
  const names = Object.keys(rows[0] ?? {});
  const facts: Facts = { 'latents.rows': rows.length };
  const others: number[] = [];
  for (const name of names) {
    const values = rows.map((row) => row[name] as unknown);
    if (Array.isArray(values[0])) {
      const flat = (values as unknown[]).flat(8) as number[];
      const [first = 0, second = 0] = flat;
      const kept: Json = [
        `${rows.length}x${flat.length / rows.length}`,
        digestOfNumbers(flat),
        first,
        second,
      ];
      facts[`latents.${inMemory[name] ?? name}`] = kept;
    } else if (typeof values[0] === 'number') others.push(...(values as number[]));
  }
  facts['latents.columns'] = digestOfNumbers(others);
  return facts;
}
