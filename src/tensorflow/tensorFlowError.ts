import { ForeframeError, messageOf } from '../common/errors.js';

/** What the binding raises when an op fails; the rest of the message says where in the graph. */
const STATUS = /^(?:Invalid TF_Status: \d+\s+Message:|Session fail to run with error:) ([^\n]*)/;

/** Run `body` so that an op that TensorFlow refuses is a ForeframeError of one line that names the entry. */
export function namingEntry<T>(entry: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const [, message] = STATUS.exec(messageOf(error)) ?? [];
    if (message === undefined) throw error;
    throw new ForeframeError(`entry ${entry}: ${message.replace(/\s*\[\[.*$/, '')}`, { cause: error });
  }
}
