import { createReadStream } from 'node:fs';
import { readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Compiler, compile, requireCompiler } from './compiler.js';

export const QUIET_LIBRARY = 'libforeframe_quiet.so';
/** Identifies the current source in the compiled library. */
const MARK = 'foreframe quiet 2';

/**
 * TensorFlow 2.21 logs through absl, which does not read TF_CPP_MIN_LOG_LEVEL: `oneDNN custom operations are on` and a
 * warning about logging itself would be printed by every run, already while the library loads. The library exports absl's
 * switch; this small library of ours, initialised before all others (`-z initfirst`), sets it as the variable says. Where
 * nothing is said only errors are: a worker thread cannot set a variable that native code would see.
 * @returns the file names to link with: none when the library has no such switch (older ones obey the variable).
 */
export async function buildQuietLibrary(
  compiler: Compiler,
  folder: string,
  framework: string,
): Promise<string[]> {
  const symbol = await findSymbol(join(folder, 'lib', framework), SET_MIN_LOG_LEVEL);
  if (!symbol) return [];
  await compileQuiet(compiler, symbol, join(folder, 'build', 'quiet.cc'), join(folder, 'lib', QUIET_LIBRARY));
  return [QUIET_LIBRARY];
}

/**
 * Replace the quiet library of an install that an older foreframe made, without building anything else. A process that has it loaded
 * keeps the old one. The file keeps its size, which shows that an install is complete.
 * @param size of the file, as the install's manifest says
 */
export async function refreshQuietLibrary(folder: string, framework: string, size: number): Promise<void> {
  const path = join(folder, 'lib', QUIET_LIBRARY);
  const work = `${path}.${process.pid}`;
  try {
    if ((await readFile(path)).includes(MARK)) return;
    const symbol = await findSymbol(join(folder, 'lib', framework), SET_MIN_LOG_LEVEL);
    if (!symbol) return;
    await compileQuiet(requireCompiler(), symbol, `${work}.cc`, work);
    // Bytes after an ELF file's last section are ignored.
    if ((await stat(work)).size > size) return;
    await truncate(work, size);
    await rename(work, path);
  } catch {
    // Without it there are only a few more lines on the terminal.
  } finally {
    await Promise.all([work, `${work}.cc`].map((left) => rm(left, { force: true })));
  }
}

function compileQuiet(compiler: Compiler, symbol: string, source: string, output: string): Promise<void> {
  const flags = ['-shared', '-fPIC', '-Wl,-z,initfirst', `-Wl,-soname,${QUIET_LIBRARY}`];
  return writeFile(source, sourceFor(symbol)).then(() => compile(compiler, [...flags, source, '-o', output]));
}

/** absl's function without the listeners, which are not there yet; its name carries absl's release. */
const SET_MIN_LOG_LEVEL = /_ZN4absl\w{0,40}?log_internal17RawSetMinLogLevelE\w{1,20}?LogSeverityAtLeastE/;

const sourceFor = (symbol: string) => `#include <cstdlib>
extern "C" const char foreframe_mark[] = "${MARK}";
extern "C" void set_min_log_level(int severity) __asm__("${symbol}");
__attribute__((constructor)) static void obey_log_level() {
  const char *level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (!level) set_min_log_level(2);
  else if (level[0] >= '1' && level[0] <= '3') set_min_log_level(level[0] - '0');
}
`;

/** The first name in a library that matches, read as text: no nm or readelf needed. */
async function findSymbol(library: string, name: RegExp): Promise<string | undefined> {
  let rest = '';
  for await (const chunk of createReadStream(library, { encoding: 'latin1', highWaterMark: 1 << 22 })) {
    const found = name.exec(rest + chunk)?.[0];
    if (found) return found;
    rest = (chunk as string).slice(-200);
  }
  return undefined;
}
