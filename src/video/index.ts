export { type FoundProgram, ffmpegVersion, findFfmpeg, findFfprobe } from './ffmpegPath.js';
export { type FilmstripOptions, type FilmstripRow, filmstrip, framePng } from './filmstrip.js';
export type { Frame } from './frame.js';
export type { FrameOptions, SkipReport } from './frameOptions.js';
export { readImages } from './imageSequence.js';
export { type ProbeOptions, probeVideo, type VideoInfo } from './probe.js';
export { readFrames } from './readFrames.js';
export { findSources, type VideoSource } from './sources.js';
export { type WriteVideoOptions, writeVideo } from './writeVideo.js';
