/** Something that frames can be read from; clips never cross from one to the next. */
export type VideoSource =
  /** A video; `format` is ffmpeg's name of its format, where ffmpeg would take it for another. */
  | { readonly kind: 'file'; readonly name: string; readonly path: string; readonly format?: string }
  /** Still images that make one video, in order; `pages` says which of each file, where a file holds several. */
  | {
      readonly kind: 'images';
      readonly name: string;
      readonly files: readonly string[];
      readonly pages?: readonly number[];
    }
  /** An address or device that ffmpeg opens itself, named without its password; `format` is ffmpeg's name of the device. */
  | {
      readonly kind: 'input';
      readonly name: string;
      readonly address: string;
      readonly format?: string;
      /** A pipe: it can be read one time. */
      readonly once?: boolean;
    };
