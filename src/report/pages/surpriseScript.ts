/** What the page of a watched video can do: go to a frame, and show which one is seen. Plain code for the browser, as it is. */
export const SURPRISE_SCRIPT = `
'use strict';
const video = document.getElementById('video');
const course = document.getElementById('course');
const now = document.getElementById('now');
const clock = document.getElementById('clock');
const frames = Number(course.dataset.frames);
const rate = Number(course.dataset.rate);
const show = () => {
  const share = Math.min(1, (video.currentTime * rate) / Math.max(1, frames - 1));
  now.style.left = 100 * share + '%';
  clock.textContent = 'frame ' + Math.min(frames - 1, Math.floor(video.currentTime * rate + 1e-3));
};
// The middle of a frame: its border belongs to two.
const go = (frame) => { video.pause(); video.currentTime = (frame + 0.5) / rate; };
if (video) {
  now.style.display = 'block';
  for (const name of ['timeupdate', 'seeked', 'loadedmetadata']) video.addEventListener(name, show);
  course.addEventListener('click', (event) => {
    const box = course.getBoundingClientRect();
    go(Math.round(((event.clientX - box.left) / box.width) * (frames - 1)));
  });
  for (const button of document.querySelectorAll('[data-frame]'))
    button.addEventListener('click', () => {
      go(Number(button.dataset.frame));
      video.scrollIntoView({ block: 'nearest' });
    });
}
`;

/** Its own rules, on top of every page's. */
export const SURPRISE_STYLE = `
#video { width: 100%; margin-bottom: .6rem; background: #161616; }
#course { position: relative; background: var(--panel); border-radius: 4px; overflow: hidden; }
#course[data-rate] { cursor: pointer; }
#course svg { display: block; width: 100%; height: 9rem; }
#course .scores { fill: var(--series-1); stroke: var(--series-1); stroke-width: 1.2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
#course .event { fill: var(--series-2); opacity: .3; }
#course .usual { stroke: var(--line); vector-effect: non-scaling-stroke; }
#course .threshold { stroke: var(--quiet); stroke-dasharray: 5 4; vector-effect: non-scaling-stroke; }
#now { display: none; position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: var(--ink); pointer-events: none; }
.ends { display: flex; justify-content: space-between; margin: .2rem 0 0; font-size: .85rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
.events { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: 1rem; }
.events button { display: flex; flex-direction: column; justify-content: flex-start; align-items: stretch; font: inherit; color: inherit; text-align: left; padding: .6rem; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
.events button:not(:disabled) { cursor: pointer; }
.events button:not(:disabled):hover, .events button:focus-visible { border-color: var(--series-1); }
.events img { display: block; width: 100%; height: auto; border-radius: 4px; margin-bottom: .4rem; }
.events span { display: block; font-size: .88rem; color: var(--quiet); }
@media print { #video { display: none; } }
`;
