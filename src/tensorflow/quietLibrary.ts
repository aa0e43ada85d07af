import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Compiler, compile } from './compiler.js';

const NAME = 'libforeframe_quiet.so';

/**
 * TensorFlow 2.21 logs through absl, which does not read TF_CPP_MIN_LOG_LEVEL: `oneDNN custom operations are on` and a
 * warning about logging itself would greet every run, already while the library loads. The library exports absl's
 * switch; this small library of ours, initialised before all others (`-z initfirst`), sets it as the variable says.
 * @returns the file names to link with: none when the library has no such switch (older ones obey the variable).
 */
export async function buildQuietLibrary(
  compiler: Compiler,
  folder: string,
  framework: string,
): Promise<string[]> {
  const symbol = await findSymbol(join(folder, 'lib', framework), SET_MIN_LOG_LEVEL);
  if (!symbol) return [];
  const source = join(folder, 'build', 'quiet.cc');
  await writeFile(source, sourceFor(symbol));
  const output = join(folder, 'lib', NAME);
  await compile(compiler, [
    '-shared',
    '-fPIC',
    '-Wl,-z,initfirst',
    `-Wl,-soname,${NAME}`,
    source,
    '-o',
    output,
  ]);
  return [NAME];
}

/** absl's function without the listeners, which are not there yet; its name carries absl's release. */
const SET_MIN_LOG_LEVEL = /_ZN4absl\w{0,40}?log_internal17RawSetMinLogLevelE\w{1,20}?LogSeverityAtLeastE/;

const sourceFor = (symbol: string) => `#include <cstdlib>
extern "C" void set_min_log_level(int severity) __asm__("${symbol}");
__attribute__((constructor)) static void obey_log_level() {
  const char *level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level && level[0] >= '1' && level[0] <= '3') set_min_log_level(level[0] - '0');
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
