import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

export interface CpuInfo {
  readonly model: string;
  /** Whether bf16 arithmetic is in hardware: without it oneDNN's bf16 mode would only lose precision. */
  readonly bf16: boolean;
  /** Whether TensorFlow uses oneDNN here by itself: on x86 processors with VNNI or more. */
  readonly vnni: boolean;
  /** The instruction sets that matter here, for `doctor`. */
  readonly features: readonly string[];
}

const INTERESTING = ['avx2', 'avx512f', 'avx512_bf16', 'amx_bf16', 'asimd', 'bf16'];

/** What this processor can do. Flags are read from /proc/cpuinfo; elsewhere none are reported. */
export function cpuInfo(cpuinfo = readCpuinfo()): CpuInfo {
  const flags = new Set((/^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? '').split(/\s+/));
  const features = INTERESTING.filter((flag) => flags.has(flag));
  const bf16 = features.some((flag) => flag === 'avx512_bf16' || flag === 'amx_bf16' || flag === 'bf16');
  const vnni = bf16 || ['avx512_vnni', 'avx_vnni'].some((flag) => flags.has(flag));
  return { model: cpus()[0]?.model.trim() ?? 'unknown', bf16, vnni, features };
}

function readCpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
