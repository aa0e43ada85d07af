import type { RunAnalysis } from '../../analysis/battery/runAnalysis.js';
import type { Table } from '../parts/reportData.js';
import { drawnOver } from './drawnOver.js';

/** What was watched, which latents were read, how settings were chosen, and what the intervals mean. */
export function methodTable(analysis: RunAnalysis): Table {
  const { settings, trainClips, testClips, leftOut, run, sources, widths, step, regression, labels } =
    analysis;
  const rows = [
    ['run', run],
    ['weights', `those with the smallest validation error, after ${step} training steps`],
    ['data', `${settings.dataset}, frames of ${settings.frame}`],
    [
      'clips',
      `${trainClips} to train the probes; ${testClips} to test them, on which neither the model nor a probe was trained; ` +
        `${settings.steps} frames each`,
    ],
    ['latents', sources.map((source, i) => `${source} (${widths[i]} numbers)`).join('; ')],
    ...(regression.length > 0
      ? [
          [
            'regression',
            'ridge; the penalty of each latent variable by leave-one-out error on training clips',
          ],
        ]
      : []),
    ...(labels.length > 0
      ? [
          [
            'classes',
            'linear SVM; C by 5-fold cross-validation on training clips, for few labels on validation clips',
          ],
        ]
      : []),
    ...(analysis.identification.length > 0 ? [['identification', identificationText(analysis)]] : []),
    ['intervals', `95 %, by 1,000 bootstrap draws over ${drawnOver(analysis)}`],
    ['seed of the draws', String(settings.seed)],
    ...leftOut.map((sentence) => ['left out', sentence]),
  ];
  return { caption: 'How it was measured', columns: ['What', 'Value'], rows };
}

function identificationText({ settings, identification }: RunAnalysis): string {
  const { turn, draws } = settings;
  const motion = turn === 0 ? 'standing still' : `turning by ${turn}° a frame`;
  return (
    `clips of ${identification[0]!.people} people whom no training clip shows, ${motion}, ending at 12 angles from −82.5° to 82.5°. ` +
    `A linear SVM learns all people from some of the angles and is tested on the other angles. The angles are drawn ${draws} times, ` +
    'the same for all latents; C was chosen on other people'
  );
}
