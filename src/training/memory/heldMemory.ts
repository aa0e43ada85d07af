import { ForeframeError } from '../../common/errors.js';
import { availableMemory, MEMORY_VARIABLE } from '../../common/memory/availableMemory.js';
import { bytesText } from '../../common/memory/bytes.js';

/** So often is looked at what is left. */
const EVERY = 128e6;
/** So much is left to the rest of the process. */
const RESERVE = 256e6;

/**
 * Counts what is held because a setting says so, of data whose length nobody knew beforehand.
 * @param setting its key, such as `data.shuffle`
 * @returns told of each item's bytes when it is held; throws a ForeframeError when memory is nearly full
 */
export function holding(setting: string): (bytes: number) => void {
  let items = 0;
  let held = 0;
  let looked = 0;
  return (bytes) => {
    items++;
    held += bytes;
    if (held - looked < EVERY) return;
    looked = held;
    // What a person says is there does not shrink as it is filled.
    const left = availableMemory() - (process.env[MEMORY_VARIABLE] ? held : 0);
    if (left < RESERVE)
      throw new ForeframeError(
        `${setting}: ${items} are held, which takes ${bytesText(held)}, and ${bytesText(Math.max(0, left))} are free: ` +
          `lower ${setting} to ${Math.max(1, Math.floor(items / 2))} (if that is wrong: ${MEMORY_VARIABLE}=32GB)`,
      );
  };
}
