/** What a line of ffmpeg's log says, as far as it concerns the pictures. */
export type LogLine =
  | { kind: 'time'; seconds: number | undefined }
  | { kind: 'lost' | 'damage'; text: string }
  | { kind: 'decoded'; frames: number }
  | { kind: 'interrupted' }
  | { kind: 'other' };

/** As the metadata filter prints it, in microseconds. */
const time = /\bpts: *(-?\d+|NOPTS)\b.* pts_time:/;
/** As the expression of `select` prints it, in seconds. */
const printed = /^(?:\[[^\]]*\] )*(-?\d+\.\d{6}|-?nan)$/;
const lost =
  /Error while decoding stream|Error submitting (?:a )?packet to (?:the )?decoder|Error processing packet/;

/** Understand one line of a log that was asked for with `-loglevel level+verbose` and microsecond timestamps. */
export function readLogLine(line: string): LogLine {
  const seconds = printed.exec(line)?.[1];
  if (seconds) return { kind: 'time', seconds: seconds.endsWith('nan') ? undefined : Number(seconds) };
  const stamp = time.exec(line);
  if (stamp) {
    return { kind: 'time', seconds: stamp[1] === 'NOPTS' ? undefined : Number(stamp[1]) / 1e6 };
  }
  if (/\[(?:error|fatal|panic)\]/.test(line)) {
    return { kind: lost.test(line) ? 'lost' : 'damage', text: plainText(line) };
  }
  if (/\[warning\].*corrupt (?:decoded frame|input packet)/.test(line)) {
    return { kind: 'damage', text: plainText(line) };
  }
  const decoded = /\(video\): \d+ packets read .*?(\d+) frames decoded/.exec(line);
  if (decoded) return { kind: 'decoded', frames: Number(decoded[1]) };
  return /Exiting normally, received signal/.test(line) ? { kind: 'interrupted' } : { kind: 'other' };
}

/** Whether a line tells of damage, or of images lost to it. */
export function isDamage(line: string): boolean {
  const { kind } = readLogLine(line);
  return kind === 'damage' || kind === 'lost';
}

/** A log line without its module, address and level. */
export function plainText(line: string): string {
  return line
    .replace(/^(?:\[[^\]]*\] ?)+/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Of the errors that ffmpeg printed before it gave up, the one that says why: the first that is not merely the news
 * that something failed.
 */
export function reasonIn(errors: readonly string[]): string {
  const consequence =
    /^(Error (opening|initializing|splitting|configuring|reinitializing|while opening|while processing)|Conversion failed|Nothing was written|Failed to inject|Invalid argument$|Task finished|Terminating)/;
  return errors.find((text) => !consequence.test(text)) ?? errors[0] ?? 'ffmpeg gave no reason';
}
