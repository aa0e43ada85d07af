import { ForeframeError, InterruptedError, UsageError } from './errors.js';

/** An error to be sent to another thread: a plain copy of the error would lose its class and its code. */
export interface ErrorRecord {
  /** Names of its class and of those above it, the nearest first. */
  readonly classes: readonly string[];
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Its other text and number properties: `code`, `exitCode`. */
  readonly own: Readonly<Record<string, string | number | boolean>>;
  readonly cause?: ErrorRecord;
}

interface ErrorClass {
  readonly name: string;
  readonly prototype: Error;
}

/** The error classes that are restored in another thread, by name. */
const classes = new Map<string, ErrorClass>();

/**
 * Registers an error class, so that its errors keep it in another thread. Call it beside the class, in a module that both threads
 * load. In a thread without the class, the error gets the nearest class above it.
 */
export function crossesThreads(...added: readonly ErrorClass[]): void {
  for (const each of added) classes.set(each.name, each);
}

crossesThreads(ForeframeError, UsageError, InterruptedError);
crossesThreads(Error, RangeError, TypeError, SyntaxError, ReferenceError, EvalError, URIError);

/** Causes of causes that cross: they may go round in a circle. */
const MOST_CAUSES = 8;

/** A record of anything that was thrown, to be sent to another thread. */
export function recordError(thrown: unknown, causes = MOST_CAUSES): ErrorRecord {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack, cause } = error;
  const own = Object.entries(error).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  return {
    classes: classNames(error),
    name,
    message,
    stack,
    own: Object.fromEntries(own),
    ...(cause === undefined || causes === 0 ? {} : { cause: recordError(cause, causes - 1) }),
  };
}

function classNames(error: Error): string[] {
  const names: string[] = [];
  for (
    let at = Object.getPrototypeOf(error);
    at instanceof Error || at === Error.prototype;
    at = Object.getPrototypeOf(at)
  )
    names.push(at.constructor.name);
  return names;
}

/** Restores an error of another thread: its class, message, stack, code and causes. */
export function reviveError({ classes: names, name, message, stack, own, cause }: ErrorRecord): Error {
  const error = new Error(message, cause && { cause: reviveError(cause) });
  const known = names.map((each) => classes.get(each)).find((each) => each !== undefined);
  // Made without its constructor, which may need other arguments than a message.
  if (known) Object.setPrototypeOf(error, known.prototype);
  Object.assign(error, own);
  if (error.name !== name)
    Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  error.stack = stack;
  return error;
}
