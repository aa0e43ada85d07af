import { afterWarmUp, benchFollow } from '../../../bench/speed/followVideos.js';
import { textTable } from '../terminal/terminal.js';
import type { Bench } from './benchOptions.js';

/** `foreframe bench follow [VIDEO]`: embeddings of whole videos, beside prediction. @param make a video, where none is named */
export function followBench(make: (folder: string) => Promise<string>): Bench {
  return async ([file], folder, { set, json, quick }) => {
    const video = file ?? (await make(folder));
    const result = await benchFollow(video, folder, set, quick ? 1 / 6 : 2, (line) => console.error(line));
    if (json) {
      console.log(JSON.stringify(result));
      return;
    }
    const { predict, extract, ratio, processor, resident, frames, seconds } = result;
    const rows = [
      ['predicting, without drawing', predict.toFixed(0), '1.00', processor.predict.toFixed(0), '1.00'],
      [
        ...['extract --every frame', extract.toFixed(0), ratio.toFixed(2)],
        ...[processor.extract.toFixed(0), processor.ratio.toFixed(2)],
      ],
    ];
    console.log(textTable([video, 'frames/s', 'ratio', 'frames per processor second', 'ratio'], rows));
    const { least, middle, earlier, later } = afterWarmUp(resident);
    const mib = (size: number) => size.toFixed(0);
    console.log(
      `${quick ? 'ten minutes' : 'two hours'} at 10 frames/s: ${frames} frames in ${seconds.toFixed(0)} s; resident after the first minute at least ${mib(least)} MiB, ` +
        `median ${mib(middle)}, at most ${mib(earlier)} in the earlier half and ${mib(later)} in the later`,
    );
  };
}
