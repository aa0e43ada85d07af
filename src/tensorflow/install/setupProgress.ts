/** One progress event of set-up. */
export interface SetupProgress {
  readonly phase: 'wait' | 'copy' | 'download' | 'unpack' | 'compile' | 'check' | 'note';
  readonly message: string;
  /** Bytes, where they are known. */
  readonly done?: number;
  readonly total?: number;
}

export type OnSetupProgress = (progress: SetupProgress) => void;
