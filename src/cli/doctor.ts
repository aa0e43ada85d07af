import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { messageOf } from '../common/errors.js';
import { cacheFolder } from '../common/files/cacheFolder.js';
import { entryPath } from '../common/files/entryPath.js';
import { availableMemory, MEMORY_VARIABLE } from '../common/memory/availableMemory.js';
import { bytesText } from '../common/memory/bytes.js';
import { loadTensorFlow, type TensorFlowInfo } from '../tensorflow/backend/backend.js';
import { threadsText } from '../tensorflow/backend/threads.js';
import { findGpu } from '../tensorflow/backend/webgpu/nodeWebGpu.js';
import { findCompiler } from '../tensorflow/install/compiler.js';
import { cpuInfo } from '../tensorflow/install/cpu.js';
import { findPip } from '../tensorflow/install/download/pip.js';
import { nativeInstalls } from '../tensorflow/install/install.js';
import { checkNobodyElseReplaces } from '../tensorflow/install/trust.js';
import { ffmpegVersion, findFfmpeg, findFfprobe } from '../video/ffmpeg/ffmpegPath.js';

/** One line of `foreframe doctor`. */
export interface Check {
  readonly name: string;
  /** False when something is missing that foreframe works without only worse, or not at all. */
  readonly ok: boolean;
  readonly value: string;
  /** What to do about it. */
  readonly fix?: string;
}

export interface DoctorReport {
  readonly checks: readonly Check[];
}

/** Look at everything foreframe stands on. Loads TensorFlow into this process. */
export async function doctorReport(): Promise<DoctorReport> {
  const tensorflow = await loadTensorFlow({ onWarning: () => {} });
  return {
    checks: [
      node(),
      ...tensorFlow(tensorflow),
      await webGpu(),
      precision(),
      compiler(tensorflow),
      await pip(tensorflow),
      program('ffmpeg', ffmpeg),
      program('ffprobe', () => describeProgram(findFfprobe())),
      sharp(),
      cache(),
    ],
  };
}

/** `foreframe doctor [--json]`. */
export async function doctorCommand(options: { readonly json?: boolean } = {}): Promise<void> {
  const report = await doctorReport();
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : renderDoctor(report));
}

/** The report as text: a line per check, its fix below it. */
export function renderDoctor({ checks }: DoctorReport): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, ok, value, fix }) => {
      const line = `${ok ? 'ok     ' : 'missing'}  ${name.padEnd(width)}  ${value}\n`;
      return fix ? `${line}${' '.repeat(width + 11)}fix: ${fix}\n` : line;
    })
    .join('');
}

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 11);
  const value = `${process.versions.node} (${process.platform} ${process.arch})`;
  return { name: 'Node', ok, value, fix: ok ? undefined : 'install Node 20.11 or later' };
}

function tensorFlow(info: TensorFlowInfo): Check[] {
  const native = info.backend === 'tensorflow';
  const value = native
    ? `${info.version}, native`
    : `WebAssembly ${info.version}, many times slower: ${info.reason}`;
  const install = nativeInstalls()[0];
  const deviceNote =
    install?.device === 'gpu' && info.device === 'cpu' ? ' (the CUDA build found no GPU)' : '';
  return [
    { name: 'TensorFlow', ok: native, value, fix: native ? undefined : tensorFlowFix(info) },
    { name: 'device', ok: true, value: `${info.device}${deviceNote}: ${cpuInfo().model}` },
    {
      name: 'threads',
      ok: true,
      value: `${threadsText(info.threads)}, ${availableParallelism()} cores, ${memoryText()}`,
    },
  ];
}

function tensorFlowFix(info: TensorFlowInfo): string | undefined {
  if (info.reason === 'switched off') return 'unset FOREFRAME_NATIVE';
  // The reason says what to do: another set-up would be refused for it as well.
  if (isOpenToOthers()) return undefined;
  return nativeInstalls().length > 0
    ? 'foreframe setup --force'
    : 'foreframe setup (or foreframe setup --from DIRECTORY)';
}

/** Native TensorFlow is there, and not loaded because another user could have written it. */
function isOpenToOthers(): boolean {
  try {
    for (const { folder } of nativeInstalls().slice(0, 1)) checkNobodyElseReplaces(folder);
    return false;
  } catch {
    return true;
  }
}

/** What `--device webgpu` computes on. Whoever does not ask for it lacks nothing. */
async function webGpu(): Promise<Check> {
  try {
    return { name: 'WebGPU', ok: true, value: `${await findGpu()} (--device webgpu)` };
  } catch (error) {
    return { name: 'WebGPU', ok: true, value: `none; ${messageOf(error)}` };
  }
}

function precision(): Check {
  const { bf16, features } = cpuInfo();
  const sets = features.length > 0 ? ` [${features.join(' ')}]` : '';
  const value = bf16 ? `full and fast${sets}` : `full${sets}; fast needs avx512_bf16 or amx_bf16`;
  return { name: 'precision', ok: true, value };
}

/** Compiler and pip are needed by set-up alone: without them a machine that is set up lacks nothing. */
function compiler(info: TensorFlowInfo): Check {
  const found = findCompiler();
  const fix = found
    ? undefined
    : 'Debian, Ubuntu: apt install g++; macOS: xcode-select --install; or set CXX';
  return { name: 'compiler', ok: !!found || isNative(info), value: found?.join(' ') ?? 'none', fix };
}

async function pip(info: TensorFlowInfo): Promise<Check> {
  const found = await findPip();
  const value = found ? `pip ${found.version} (${found.command.join(' ')})` : 'none';
  const fix = found
    ? undefined
    : 'Debian, Ubuntu: apt install python3-pip; or foreframe setup --from DIRECTORY';
  return { name: 'pip', ok: !!found || isNative(info), value, fix };
}

const isNative = (info: TensorFlowInfo) => info.backend === 'tensorflow';

function program(name: string, describe: () => Omit<Check, 'name'>): Check {
  try {
    return { name, ...describe() };
  } catch (error) {
    return {
      name,
      ok: false,
      value: messageOf(error),
      fix: `install ffmpeg, or set ${name.toUpperCase()}_PATH`,
    };
  }
}

function ffmpeg(): Omit<Check, 'name'> {
  const found = findFfmpeg();
  const described = describeProgram(found, ffmpegVersion());
  if (found.origin !== 'bundled') return described;
  return {
    ...described,
    value: `${described.value}: a build of 2018`,
    fix: 'works; for new codecs install ffmpeg 6 or later, or set FFMPEG_PATH',
  };
}

function describeProgram(
  { path, origin }: { path: string; origin: string },
  version = '',
): Omit<Check, 'name'> {
  return { ok: true, value: `${version} ${path} (${origin})`.trim() };
}

function sharp(): Check {
  try {
    const { versions } = createRequire(import.meta.url)('sharp') as { versions: Record<string, string> };
    return { name: 'sharp', ok: true, value: `${versions.sharp ?? '?'} (libvips ${versions.vips ?? '?'})` };
  } catch (error) {
    const value = messageOf(error).trim().split('\n')[0]!;
    return { name: 'sharp', ok: false, value, fix: 'npm install --include=optional sharp' };
  }
}

function memoryText(): string {
  const said = process.env[MEMORY_VARIABLE] ? ` (${MEMORY_VARIABLE} says so)` : '';
  return `${bytesText(availableMemory())} of memory free${said}`;
}

function cache(): Check {
  const folder = cacheFolder();
  return { name: 'cache', ok: true, value: `${folder}, ${(folderSize(folder) / 1e6).toFixed(0)} MB` };
}

function folderSize(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(entryPath(entry)).size, 0);
  } catch {
    return 0;
  }
}
