import { ForeframeError, messageOf } from '../../common/errors.js';

// TensorFlow, its binding and tfjs report errors only as text. The text is interpreted here, and nowhere else.

/** What the binding raises when an op fails; the rest of the message says where in the graph. */
const STATUS = /^(?:Invalid TF_Status: \d+\s+Message:|Session fail to run with error:) ([^\n]*)/;

/** Errors that depend on values: TensorFlow's own, and tfjs-node's check of the indices of a gather. */
const OF_VALUES = /^(Invalid TF_Status|GatherV2: the index)/;

const UNCONNECTED = /^Cannot find a connection/;

const DISK_FULL = /No space left on device|disk quota exceeded/i;

/** Runs `body`; an op that TensorFlow refuses becomes a ForeframeError of one line that names the entry. */
export function namingEntry<T>(entry: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const [, message] = STATUS.exec(messageOf(error)) ?? [];
    if (message === undefined) throw error;
    throw new ForeframeError(`entry ${entry}: ${message.replace(/\s*\[\[.*$/, '')}`, { cause: error });
  }
}

/** Whether an op refused the values of its inputs; other values may work. */
export function refusesValues(error: unknown): boolean {
  return !(error instanceof ForeframeError) && OF_VALUES.test(messageOf(error));
}

/** Whether tfjs found no way from a loss to the variables. */
export function isUnconnected(error: unknown): boolean {
  return !(error instanceof ForeframeError) && UNCONNECTED.test(messageOf(error));
}

/** Runs `body`; TensorFlow's error about a full disk becomes an error with Node's code, `ENOSPC`. */
export function namingFullDisk<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!DISK_FULL.test(messageOf(error))) throw error;
    throw Object.assign(new Error('no space left on device', { cause: error }), { code: 'ENOSPC' });
  }
}
