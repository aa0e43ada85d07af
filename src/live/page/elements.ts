/** The element of the page that has this id and is of this kind. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

export const button = (id: string) => element(id, HTMLButtonElement);
export const canvas = (id: string) => element(id, HTMLCanvasElement);

/** Say something to the person. @param fault whether it is one */
export function say(text: string, fault = false): void {
  const message = element('message', HTMLParagraphElement);
  message.textContent = text;
  message.classList.toggle('fault', fault);
}

/** Draw with the next image of the screen, once, however often it is asked for. */
export function onScreen(draw: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/** A figure of the page. */
export function put(id: string, text: string): void {
  const place = element(id, HTMLElement);
  // What stays the same is not laid out again.
  if (place.textContent !== text) place.textContent = text;
}
