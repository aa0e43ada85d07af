import { noNativeWarning } from '../tensorflow/backend/nativeWarning.js';
import { type SetupOptions, setUpIfNeeded, setUpNative } from '../tensorflow/install/setup.js';
import type { OnSetupProgress, SetupProgress } from '../tensorflow/install/setupProgress.js';

export interface SetupCommandOptions extends Omit<SetupOptions, 'onProgress'> {
  /** Quiet when an install is there; one line of warning instead of an error when none can be made. */
  readonly ifNeeded?: boolean;
  readonly json?: boolean;
  /** With `ifNeeded`: say nothing when it fails, because the command that follows will. */
  readonly quiet?: boolean;
}

/** `foreframe setup [--from DIR] [--gpu] [--force] [--if-needed] [--json]`. */
export async function setupCommand(options: SetupCommandOptions = {}): Promise<void> {
  const { ifNeeded, json, quiet, ...setup } = options;
  const start = performance.now();
  const onProgress = setupReporter(process.stderr);
  if (ifNeeded) {
    const { reason } = await setUpIfNeeded({ ...setup, onProgress });
    if (reason && !quiet) process.stderr.write(`${noNativeWarning(reason)}\n`);
    return;
  }
  const install = await setUpNative({ ...setup, onProgress });
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...install, seconds })}\n`
      : `TensorFlow ${install.version} (${install.device}) is ready in ${install.folder} (${seconds.toFixed(1)} s)\n`,
  );
}

const PHASES: Readonly<Record<SetupProgress['phase'], string>> = {
  wait: 'waiting',
  copy: 'copying',
  download: 'downloading',
  unpack: 'unpacking',
  compile: 'compiling',
  check: 'checking',
  note: 'note',
};

/** Progress as one line that is rewritten on a terminal, and as a line per phase and per 5 seconds elsewhere. */
export function setupReporter(stream: NodeJS.WriteStream): OnSetupProgress {
  let phase = '';
  let last = 0;
  let open = false;
  return (progress) => {
    const now = performance.now();
    const key = `${progress.phase} ${progress.message}`;
    const fresh = key !== phase;
    if (!fresh && now - last < (stream.isTTY ? 100 : 5000)) return;
    if (open && fresh) stream.write('\n');
    phase = key;
    last = now;
    const line = `  ${PHASES[progress.phase]}: ${progress.message}${amount(progress)}`;
    open = stream.isTTY === true;
    stream.write(open ? `\r${line}\x1b[K` : `${line}\n`);
  };
}

function amount({ done, total }: SetupProgress): string {
  if (done === undefined) return '';
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  return total === undefined
    ? ` ${megabytes(done)} MB`
    : ` ${megabytes(done)} of ${megabytes(total)} MB (${Math.min(100, Math.floor((100 * done) / total))} %)`;
}
