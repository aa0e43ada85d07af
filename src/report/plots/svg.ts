import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

export type AddElement = (name: string, attributes: Record<string, string | number>, text?: string) => void;

/** A drawing as one stand-alone SVG element, with a description in words. @param more puts elements on top */
export function drawSvg(
  options: Plot.PlotOptions,
  description: string,
  more: (add: AddElement) => void,
): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document,
    style: { fontSize: '12.5px', fontFamily: 'system-ui, sans-serif' },
    ...options,
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', description);
  const add: AddElement = (name, attributes, text = '') => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.textContent = text;
    svg.appendChild(element);
  };
  more(add);
  return svg.outerHTML;
}
