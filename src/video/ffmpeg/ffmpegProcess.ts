import type { ChildProcess } from 'node:child_process';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { findFfmpeg } from './ffmpegPath.js';

// Its types leave out that there may be no error.
type Answer<T> = (error: Error | null, data: T) => void;

/** How an ffmpeg ended: with an exit code, or killed by a signal. */
export interface FfmpegExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Whether ffmpeg was ended by a signal that stops the whole program: Ctrl-C, a request to end, a closed terminal. */
export function isStop(signal: NodeJS.Signals | null): boolean {
  return signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP';
}

/** A running ffmpeg. */
export interface FfmpegProcess {
  readonly pid: number;
  /** Its standard output; pausing it makes ffmpeg wait. */
  readonly output: Readable;
  /** Its standard input. */
  readonly input: Writable;
  /** Resolves when it has exited and every line of its log has been delivered. */
  readonly exited: Promise<FfmpegExit>;
  /** Kill it if it still runs, and wait until it is gone. */
  kill(): Promise<void>;
}

export interface FfmpegCommand {
  readonly inputOptions: readonly string[];
  readonly input: string;
  readonly outputOptions: readonly string[];
  /** A file; without it the output goes to `FfmpegProcess.output`. */
  readonly outputFile?: string;
  readonly onLine: (line: string) => void;
}

// The archived fluent-ffmpeg keeps its child process in this property without declaring it.
type RunningCommand = ffmpeg.FfmpegCommand & { ffmpegProc?: ChildProcess };

/**
 * Start ffmpeg. Lines of its log come as `[module @ address] [level] text`.
 * @throws ForeframeError when it cannot be started.
 */
export function startFfmpeg(options: FfmpegCommand): Promise<FfmpegProcess> {
  const { path } = findFfmpeg();
  // Never emits 'close': fluent-ffmpeg would take it for a vanished reader and kill an ffmpeg that is about to end by itself.
  const output = new PassThrough({ emitClose: false, highWaterMark: 1 << 18 });
  const command: RunningCommand = ffmpeg();
  command.setFfmpegPath(path);
  trustCapabilities(command);
  command
    .input(options.input)
    .inputOptions(
      '-hide_banner',
      '-nostdin',
      '-nostats',
      '-loglevel',
      'level+verbose',
      ...options.inputOptions,
    )
    .outputOptions('-y', ...options.outputOptions);
  if (options.outputFile === undefined) command.output(output);
  else command.output(options.outputFile);
  command.on('stderr', options.onLine);

  return new Promise((resolve, reject) => {
    command.on('start', () => {
      const child = command.ffmpegProc;
      // Without a pid the spawn has failed; its 'error' follows.
      if (child?.pid === undefined || !child.stdin) return;
      // Writing to an ffmpeg that has stopped reading fails; its exit code and log say why.
      child.stdin.on('error', () => {});
      const exited = exitOf(child);
      const kill = async () => {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
        await exited;
      };
      resolve({ pid: child.pid, output, input: child.stdin, exited, kill });
    });
    // After a start this settles nothing any more: fluent-ffmpeg reports an end before the process is gone when its
    // output is closed, so the process itself is watched.
    command.on('error', (error) => {
      reject(
        new ForeframeError(`ffmpeg (${path}) could not be started: ${messageOf(error)}`, { cause: error }),
      );
    });
    command.run();
  });
}

/** Resolves when the process is gone and its log has been read to the end. */
async function exitOf(child: ChildProcess): Promise<FfmpegExit> {
  const logRead = new Promise<void>((done) => (child.stderr ? child.stderr.once('close', done) : done()));
  const exit = await new Promise<FfmpegExit>((done) =>
    child.once('exit', (code, signal) => done({ code, signal })),
  );
  await logRead;
  return exit;
}

/**
 * Answer fluent-ffmpeg's questions about formats and encoders with yes. It would spawn ffmpeg twice to ask, and it
 * misreads the list of FFmpeg 7 and later, where devices such as `lavfi` carry one more flag; ffmpeg itself says
 * clearly enough what it lacks.
 */
function trustCapabilities(command: ffmpeg.FfmpegCommand): void {
  const format = { description: '', canDemux: true, canMux: true };
  const everything: ffmpeg.Formats = new Proxy({}, { has: () => true, get: () => format });
  command.availableFormats = (callback) => (callback as Answer<ffmpeg.Formats>)(null, everything);
  command.availableEncoders = (callback) => (callback as Answer<ffmpeg.Encoders>)(null, {});
}
