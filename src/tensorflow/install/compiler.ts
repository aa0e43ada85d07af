import { ForeframeError } from '../../common/errors.js';
import { findOnPath, lastError, runCommand } from './command.js';

/** A C++ compiler and the arguments that `$CXX` gives it. */
export type Compiler = readonly [string, ...string[]];

/** `$CXX` or the first C++ compiler on PATH, with its own arguments; undefined when there is none. */
export function findCompiler(): readonly string[] | undefined {
  const named = process.env.CXX?.trim().split(/\s+/) ?? [];
  if (named[0] && findOnPath(named[0])) return named;
  const found = ['c++', 'g++', 'clang++'].find((program) => findOnPath(program));
  return found ? [found] : undefined;
}

/** The compiler, or one line that says how to get one. */
export function requireCompiler(): Compiler {
  const [program, ...first] = findCompiler() ?? [];
  if (program) return [program, ...first];
  throw new ForeframeError(
    'no C++ compiler: install one (Debian, Ubuntu: apt install g++; macOS: xcode-select --install) or set CXX',
  );
}

/** @throws ForeframeError with the compiler's own last error line. */
export async function compile([program, ...first]: Compiler, args: readonly string[]): Promise<void> {
  const result = await runCommand(program, [...first, ...args]);
  if (result.status === 0) return;
  throw new ForeframeError(`${program} could not build the TensorFlow binding: ${lastError(result.output)}`);
}
