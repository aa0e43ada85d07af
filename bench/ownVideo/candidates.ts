/** A pipeline for one's own video that is tried, as it would be written in YAML. */
export interface Candidate {
  readonly name: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly model: Readonly<Record<string, unknown>>;
  readonly method?: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
  /** Where it is for frames of its own; otherwise of those that are asked for. */
  readonly frames?: Frames;
}

/** Frames that a candidate learns from. */
export interface Frames {
  /** Width in pixels. */
  readonly size: number;
  /** Height in pixels where frames are not square. */
  readonly height?: number;
  readonly color: 'grey' | 'rgb';
}

const FRAME_STACK = { name: 'frame-stack', channels: 48, patch: 4 };
const CONV_LSTM = { name: 'conv-lstm', channels: [32, 32], patch: 4 };
const SHARED = { optimizer: { kind: 'adam' }, clipNorm: 1 };
const TRAINING = {
  ...SHARED,
  batch: 8,
  learningRate: 0.001,
  schedule: { kind: 'cosine', final: 0.02, warmup: 0.02 },
};
const ROLLOUT = { name: 'next-frame', rollout: 5 };
const ROLLOUT_2 = { name: 'next-frame', rollout: 2 };
const STRIDE = { stride: 5, shuffle: 512 };

/** The default until now first; the others change one thing or two of `frame-stack-4`. */
export const CANDIDATES: readonly Candidate[] = [
  {
    name: 'conv-lstm-4-default',
    model: CONV_LSTM,
    training: {
      ...SHARED,
      batch: 16,
      learningRate: 0.002,
      schedule: { kind: 'cosine', final: 0.05 },
    },
  },
  { name: 'frame-stack-4', data: STRIDE, model: FRAME_STACK, training: TRAINING },
  { name: 'frame-stack-2', data: STRIDE, model: { ...FRAME_STACK, patch: 2 }, training: TRAINING },
  {
    name: 'frame-stack-8',
    data: STRIDE,
    model: { ...FRAME_STACK, patch: 8, channels: 96 },
    training: TRAINING,
  },
  {
    name: 'frame-stack-4-rollout',
    data: STRIDE,
    model: FRAME_STACK,
    method: ROLLOUT,
    training: TRAINING,
  },
  {
    name: 'frame-stack-4-rollout-2',
    data: STRIDE,
    model: FRAME_STACK,
    method: ROLLOUT_2,
    training: TRAINING,
  },
  {
    name: 'frame-stack-4-rollout-fast',
    data: STRIDE,
    model: FRAME_STACK,
    method: ROLLOUT,
    training: { ...TRAINING, learningRate: 0.002 },
  },
  {
    name: 'conv-lstm-4-rollout',
    data: STRIDE,
    model: CONV_LSTM,
    method: ROLLOUT,
    training: TRAINING,
  },
  { name: 'frame-stack-4-stride-1', data: { ...STRIDE, stride: 1 }, model: FRAME_STACK, training: TRAINING },
  {
    name: 'frame-stack-4-fast',
    data: STRIDE,
    model: FRAME_STACK,
    training: { ...TRAINING, learningRate: 0.002 },
  },
  { name: 'frame-stack-4-batch-4', data: STRIDE, model: FRAME_STACK, training: { ...TRAINING, batch: 4 } },
  {
    name: 'frame-stack-4-narrow',
    data: STRIDE,
    model: { ...FRAME_STACK, channels: 32 },
    training: TRAINING,
  },
  {
    name: 'frame-stack-4-rollout-2-apart',
    model: FRAME_STACK,
    method: ROLLOUT_2,
    training: TRAINING,
  },
  { name: 'conv-lstm-4', data: STRIDE, model: CONV_LSTM, training: TRAINING },
];
