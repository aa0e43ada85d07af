import { withoutPasswords } from '../../common/text/withoutPasswords.js';

/** What a line of ffmpeg's log says, as far as it concerns the images. */
export type LogLine =
  | { kind: 'time'; seconds: number | undefined }
  | { kind: 'lost' | 'damage' | 'suspected'; text: string }
  | { kind: 'decoded'; packets: number; frames: number }
  | { kind: 'interrupted' }
  /** The end mark of a JPEG was not found. ffmpeg logs this for small complete images too. */
  | { kind: 'noEndMark' }
  | { kind: 'other' };

/** As the metadata filter prints it, in microseconds. */
const time = /\bpts: *(-?\d+|NOPTS)\b.* pts_time:/;
/** As the expression of `select` prints it, in seconds. */
const printed = /^(?:\[[^\]]*\] )*(-?\d+\.\d{6}|-?nan)$/;
const lost =
  /Error while decoding stream|Error submitting (?:a )?packet to (?:the )?decoder|Error processing packet/;

/** Warnings about whole files: groups that begin in the middle, extra data that cameras write, unusual encoders. */
const harmless =
  /^(co located POCs unavailable|mmco: unref short failure|number of reference frames .* exceeds max|SEI type \d+ |unable to decode APP fields|Application provided invalid, non monotonically)/;
/** Decoders of sound and text, which are opened only to see what they hold. */
const otherStream =
  /\[(?:aac\w*|e?ac3|mp[123]\w*|opus|libopus|vorbis|flac|dca|truehd|mlp|pcm_\w+|adpcm_\w+|wma\w*|amr\w*|alac|cook|speex|ass|ssa|srt|subrip|mov_text|dvd_?sub|dvb_?sub|pgssub|dvb_teletext|libzvbi\w*|cc_dec|webvtt) @ /;
/** Warnings that mean the same as an error: the file is not whole, images known to be broken. */
const warned =
  /\[warning\].*(?:corrupt decoded frame|File ended prematurely|broken or empty index|Truncating packet)/;

/** Logged for a packet that is cut off by the end of the file, but also where transport streams were joined. */
const suspected = /\[warning\].*(?:corrupt input packet|Packet corrupt)/;

/** Understand one line of a log that was asked for with `-loglevel level+verbose` and microsecond timestamps. */
export function readLogLine(line: string): LogLine {
  const seconds = printed.exec(line)?.[1];
  if (seconds) return { kind: 'time', seconds: seconds.endsWith('nan') ? undefined : Number(seconds) };
  const stamp = time.exec(line);
  if (stamp) {
    return { kind: 'time', seconds: stamp[1] === 'NOPTS' ? undefined : Number(stamp[1]) / 1e6 };
  }
  if (/\[(?:error|fatal|panic)\]/.test(line)) {
    const text = plainText(line);
    if (harmless.test(text) || (!lost.test(line) && otherStream.test(line))) return { kind: 'other' };
    return { kind: lost.test(line) ? 'lost' : 'damage', text };
  }
  if (warned.test(line)) {
    return { kind: 'damage', text: plainText(line) };
  }
  if (suspected.test(line)) return { kind: 'suspected', text: plainText(line) };
  if (/\[warning\] EOI missing/.test(line)) return { kind: 'noEndMark' };
  const decoded = /\(video\): (\d+) packets read .*?(\d+) frames decoded/.exec(line);
  if (decoded) return { kind: 'decoded', packets: Number(decoded[1]), frames: Number(decoded[2]) };
  return /Exiting normally, received signal/.test(line) ? { kind: 'interrupted' } : { kind: 'other' };
}

/** Logged after a seek, for images that are shown before the key image and depend on earlier ones. */
const missesReference =
  /\[error\] (?:Missing reference picture|reference picture missing during reorder|Frame num gap|illegal (?:short|long) term buffer)/;

export function isMissingReference(line: string): boolean {
  return missesReference.test(line);
}

/** Whether a line reports damage, or images lost to it. */
export function isDamage(line: string): boolean {
  const { kind } = readLogLine(line);
  return kind === 'damage' || kind === 'lost';
}

/** A log line without its module, address and level, and without passwords. */
export function plainText(line: string): string {
  return withoutPasswords(line)
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
