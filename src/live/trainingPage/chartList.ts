import { element } from '../page/elements.js';
import type { TrainingState } from '../training/trainingState.js';
import { Curves } from './charts.js';
import { figure, labelOf } from './words.js';

interface Listed {
  readonly names: readonly string[];
  readonly curves: Curves;
  readonly keys: readonly HTMLElement[];
}

/** A chart for validation, one for the loss, and a small one for each other figure that the method logs. */
export class ChartList {
  #listed: Listed[] = [];
  #names = '';

  update({ curves, latest, predicts }: TrainingState): void {
    const names = Object.keys(curves);
    // What is logged, and in which order, may be another after a resume.
    if (names.toSorted().join() !== this.#names) {
      this.#names = names.toSorted().join();
      element('charts', HTMLElement).replaceChildren();
      this.#listed = chartsOf(names, predicts).map(({ title, about, all, wide }) =>
        add(title, about, all, wide),
      );
    }
    for (const { names: shown, curves: chart, keys } of this.#listed) {
      chart.show(shown.map((name) => curves[name]!));
      keys.forEach((key, at) => {
        key.textContent = figure(latest[shown[at]!]);
      });
    }
  }
}

function chartsOf(names: readonly string[], predicts: boolean) {
  const validation = names.filter((name) => name.startsWith('validation'));
  const first = names.includes('loss') ? ['loss'] : [];
  const others = names.filter((name) => !validation.includes(name) && name !== 'loss');
  const error = predicts
    ? 'squared error on held-out clips, summed over a frame; copy-last expects no change'
    : 'on held-out samples';
  return [
    ...(validation.length > 0 ? [{ title: 'Validation', about: error, all: validation, wide: true }] : []),
    ...first.map((name) => ({ title: labelOf(name), about: 'of each step', all: [name], wide: true })),
    ...others.map((name) => ({ title: labelOf(name), about: '', all: [name], wide: false })),
  ];
}

/** A chart at the end of the page. @param wide it goes over the whole width */
function add(title: string, about: string, names: readonly string[], wide: boolean): Listed {
  const section = document.createElement('section');
  section.className = wide ? 'chart wide' : 'chart';
  const heading = document.createElement('h2');
  heading.append(`${title} `, Object.assign(document.createElement('small'), { textContent: about }));
  const legend = Object.assign(document.createElement('p'), { className: 'keys' });
  const keys = names.map((name, at) => {
    const key = Object.assign(document.createElement('span'), { className: `key c${at % 4}` });
    const value = document.createElement('span');
    key.append(names.length > 1 ? `${labelOf(name)} ` : 'last ', value);
    legend.append(key, ' ');
    return value;
  });
  const holder = document.createElement('div');
  holder.setAttribute('role', 'img');
  holder.setAttribute('aria-label', `${names.map(labelOf).join(', ')} by steps`);
  section.append(heading, legend, holder);
  element('charts', HTMLElement).append(section);
  return {
    names,
    keys,
    curves: new Curves({ holder, ...(wide ? { height: 216, farApart: 8 } : { height: 136, farApart: 100 }) }),
  };
}
