import {
  type ClassifierEvaluation,
  readClassifierEvaluation,
} from '../../evaluation/classifierEvaluation.js';
import type { SampleEvaluation } from '../../evaluation/sampleEvaluation.js';
import { RunFolder } from '../../runs/runFolder.js';
import { classificationText, sampleAnswer, sampleText } from '../evaluate/sampleText.js';

/** What runs on images came to. @throws ForeframeError for one that is none, or was not evaluated */
export async function comparedRuns(paths: readonly string[]): Promise<ClassifierEvaluation[]> {
  const found: ClassifierEvaluation[] = [];
  for (const path of paths) found.push(await readClassifierEvaluation(await RunFolder.open(path)));
  return found;
}

/** Print what a training on images came to, and other runs beside it. */
export function printClassified(
  own: SampleEvaluation | undefined,
  others: readonly ClassifierEvaluation[],
  json = false,
): void {
  const all = [...(own ? [own] : []), ...others];
  if (json) console.log(JSON.stringify(others.length > 0 ? all.map(sampleAnswer) : own && sampleAnswer(own)));
  else if (own && others.length === 0) console.log(sampleText(own));
  else console.log(classificationText(all.filter((each) => each.kind === 'classifier')));
}
