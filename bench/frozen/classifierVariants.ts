import { required } from '../../src/common/required.js';
import { FEW_CLIPS, type FrozenCase, type Part, SMALL_CLASSIFIER } from './case.js';

/** Ways to learn from few labels that any classifier can be trained by. */
const METHODS: Readonly<Record<string, string>> = {
  supervised: '{name: supervised}',
  'pseudo-label': '{name: pseudo-label, threshold: 0.1}',
  entropy: '{name: entropy}',
  'mean-teacher': '{name: mean-teacher}',
};

const ANSWERS = ['kl', 'entropy', 'consistency', 'classBalance'];
const OF_RENDERINGS = ['reconstruction', 'nonNegativity', 'momentMatching', 'pathNormalization'];

const alone = (objective: string) => `{name: nrm, rendered: 4, objectives: {${objective}: 1}}`;
const PSEUDO = '{name: nrm, rendered: 4, threshold: 0.1, objectives: {pseudoLabel: 1}}';
const SEVERAL =
  '{name: nrm, rendered: 4, objectives: {reconstruction: 1, entropy: 0.2, pathNormalization: 1}}';

/** Losses at once, each of a weight of its own. */
function together(names: readonly string[]): string {
  const weights = names.map((name, index) => `${name}: ${(index + 1) / 4}`).join(', ');
  return `{name: nrm, rendered: 4, threshold: 0.1, objectives: {${weights}}}`;
}

const objectives = (names: readonly string[]) => [
  ...names.map((name): [string, string] => [name, alone(name)]),
  ['pseudoLabel', PSEUDO] as [string, string],
];

const SMALL = [...SMALL_CLASSIFIER, 'training.ramp=0', 'training.schedule={kind: constant}'];
const IMAGES = [...SMALL, 'training.learningRate=0.01'];
const CLIPS = [...SMALL, ...FEW_CLIPS, 'training.learningRate=0.01'];

function nrm(
  name: string,
  method: string,
  { model = '', settings = [] as string[], parts = [] as Part[] } = {},
) {
  const layers = '[{filters: 4, kernel: 5, pool: {size: 4}}, {filters: 6}]';
  const all = [...IMAGES, `model={name: nrm, layers: ${layers}${model}}`, `method=${method}`, ...settings];
  return classify(`nrm/${name}`, 'classify-mnist-100-labels-nrm', all, parts);
}

function dynamic(name: string, method: string, model = '', parts: Part[] = []) {
  const layers = '[{filters: 4, kernel: 5, pool: {size: 4}}, {filters: 6, pool: {}}]';
  const all = [...CLIPS, `model={name: dynamic-nrm, layers: ${layers}${model}}`, `method=${method}`];
  return classify(`dynamic-nrm/${name}`, 'classify-occluded-digits-100-labels', all, parts);
}

function gated(name: string, method: string, parts: Part[] = []) {
  const model = 'model={name: conv-lstm-classifier, filters: [4, 4], channels: 4}';
  const all = [...CLIPS, model, `method=${method}`];
  return classify(`conv-lstm-classifier/${name}`, 'classify-occluded-digits-100-labels', all, parts);
}

function classify(
  name: string,
  pipeline: string,
  settings: readonly string[],
  parts: readonly Part[],
): FrozenCase {
  return { name, command: 'classify', pipeline, settings, parts };
}

const BATCH = ', normalization: batch';

/** Every classifier by every method and every loss, and what else changes a step. */
export const classifierVariants: readonly FrozenCase[] = [
  ...Object.entries(METHODS).map(([name, method]) => nrm(name, method)),
  ...objectives([...ANSWERS, ...OF_RENDERINGS, 'virtualAdversarial']).map(([name, method]) =>
    nrm(`objective-${name}`, method, { parts: name === 'virtualAdversarial' ? ['resume'] : [] }),
  ),
  nrm('everything', together([...ANSWERS, ...OF_RENDERINGS, 'virtualAdversarial', 'pseudoLabel']), {
    parts: ['resume'],
  }),
  nrm('batch', SEVERAL, { model: BATCH }),
  nrm('normalized', SEVERAL, { model: `${BATCH}, rendering: normalized`, parts: ['resume'] }),
  nrm('bare', SEVERAL, { model: `${BATCH}, rendering: bare` }),
  nrm('max-min', SEVERAL, { model: ', maxMin: true' }),
  nrm('signed', '{name: nrm, rendered: 4, inference: signed, objectives: {reconstruction: 1}}'),
  nrm('noisy', '{name: nrm, noise: 0.2, cleanTeacher: true, objectives: {consistency: 10}}'),
  nrm('augmented', required(METHODS, 'mean-teacher'), {
    settings: ['training.augmentation={translate: 2, flip: true}'],
    parts: ['resume'],
  }),
  nrm('labels-first', SEVERAL, {
    settings: ['training.labelsFirst=2', 'training.ramp=4'],
  }),
  nrm('student-tested', required(METHODS, 'mean-teacher'), { settings: ['evaluation.network=student'] }),
  nrm('fashion', required(METHODS, 'supervised'), { settings: ['data.dataset=fashion-mnist'] }),

  ...Object.entries(METHODS).map(([name, method]) =>
    dynamic(`classify-${name}`, method, '', name === 'mean-teacher' ? ['resume'] : []),
  ),
  dynamic('classify-reconstruction', alone('reconstruction')),
  dynamic('classify-prediction', alone('prediction')),
  dynamic('classify-everything', together([...ANSWERS, ...OF_RENDERINGS, 'prediction', 'pseudoLabel'])),
  dynamic('classify-batch', SEVERAL, BATCH, ['resume']),
  dynamic('classify-no-memory', SEVERAL, ', memory: none'),
  dynamic('classify-persistence', SEVERAL, ', memory: persistence'),
  dynamic('classify-units', SEVERAL, ', remembers: units'),

  ...Object.entries(METHODS).map(([name, method]) =>
    gated(name, method, name === 'pseudo-label' ? ['resume'] : []),
  ),
  gated('everything', together([...ANSWERS, 'pseudoLabel'])),
];
