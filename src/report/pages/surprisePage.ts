import { EVENT_WORDS, type SurpriseEvent, type TimelineBin } from '../../surprise/index.js';
import { timeStamp } from '../frames/predictionPanels.js';
import { escapeHtml } from '../parts/escape.js';
import { renderFigure } from '../parts/media.js';
import { formatNumber } from '../parts/numbers.js';
import { renderPage, type Section } from './page.js';
import { courseSvg } from './surpriseCourse.js';
import { SURPRISE_SCRIPT, SURPRISE_STYLE } from './surpriseScript.js';

/** An event with the image of its peak: truth, prediction and map side by side. */
export interface ShownEvent {
  readonly event: SurpriseEvent;
  /** A PNG's bytes. */
  readonly image: Uint8Array;
}

/** All that the page of a watched video shows. Every string is plain text. */
export interface SurprisePageData {
  readonly title: string;
  readonly subtitle: string;
  readonly frames: number;
  readonly threshold: number;
  readonly bins: readonly TimelineBin[];
  /** In the order in which they began. */
  readonly events: readonly ShownEvent[];
  /** How many events there were: the page of a long one shows those of the highest scores. */
  readonly count: number;
  /** Truth, prediction and map of every frame, beside the page; frame n is at n / rate seconds. */
  readonly video?: { readonly file: string; readonly rate: number };
  /** What the page rests on. */
  readonly facts: readonly string[];
}

/** A page with the course of surprise under the video: a click on an event, or anywhere on the course, goes there. */
export function renderSurprise(data: SurprisePageData): string {
  const { title, subtitle, facts } = data;
  return renderPage({
    title,
    subtitle,
    summary: summaryOf(data),
    facts,
    sections: [
      { title: 'Course', contents: [`<style>${SURPRISE_STYLE}</style>`, course(data)] },
      eventsSection(data),
    ],
    script: SURPRISE_SCRIPT,
  });
}

function summaryOf({ events, count, frames, threshold }: SurprisePageData): string[] {
  const highest = events.reduce<SurpriseEvent | undefined>(
    (best, { event }) => (best && Math.abs(best.score) >= Math.abs(event.score) ? best : event),
    undefined,
  );
  const found = `${count === 0 ? 'No event' : count === 1 ? 'One event' : `${count} events`} in ${frames.toLocaleString('en-US')} frames.`;
  if (!highest) return [found, `No frame was ${threshold} robust deviations away from what is usual.`];
  return [
    found,
    `The most surprising moment is at ${timeStamp(highest.peak.time)}: score ${highest.score.toFixed(1)}, where events begin at ${threshold}.`,
  ];
}

function course({ bins, frames, events, threshold, video }: SurprisePageData): string {
  const svg = courseSvg({ bins, frames, events: events.map(({ event }) => event), threshold });
  const [first, last] = [bins[0]?.time ?? 0, bins.at(-1)?.time ?? 0];
  const rate = video ? ` data-rate="${video.rate}"` : '';
  const player = video
    ? `<video id="video" src="./${encodeURIComponent(video.file)}" controls muted playsinline preload="auto" aria-label="Truth, prediction and map of surprise"></video>\n`
    : '';
  const content =
    `${player}<div id="course" data-frames="${frames}"${rate}>${svg}<i id="now"></i></div>\n` +
    `<p class="ends"><span>${timeStamp(first)}</span><span id="clock"></span><span>${timeStamp(last)}</span></p>`;
  const caption =
    'The score of each frame: robust deviations of its prediction error above what is usual. The dashed line is where events ' +
    `begin; shaded stretches are events.${video ? ' Click anywhere to go there.' : ' A live input leaves no video: see the images below.'}`;
  return renderFigure('How surprising each moment is', caption, content);
}

function eventsSection({ events, count, video }: SurprisePageData): Section {
  const more =
    count > events.length
      ? [
          `<p class="note">The ${events.length} of the highest scores are shown; events.csv has all ${count}.</p>`,
        ]
      : [];
  const cards = events.map((each) => card(each, video?.rate));
  return {
    title: 'Events',
    contents: cards.length > 0 ? [...more, `<div class="events">\n${cards.join('\n')}\n</div>`] : [],
  };
}

/** How an error compares, in words: errors themselves are numbers with many zeros. */
function besideUsual(error: number, usual: number): string {
  if (!(usual > 0)) return 'the usual error is none';
  const times = error / usual;
  return times >= 1
    ? `${formatNumber(times)} times the usual error`
    : `${formatNumber(100 * times)} % of the usual error`;
}

function card({ event, image }: ShownEvent, rate: number | undefined): string {
  const { number, of, start, end, peak, score, error, usual } = event;
  const words = `${timeStamp(start.time)} to ${timeStamp(end.time)}`;
  const src = `data:image/png;base64,${Buffer.from(image).toString('base64')}`;
  const inside =
    `<img src="${src}" alt="${escapeHtml(`Truth, prediction and map at ${timeStamp(peak.time)}`)}">` +
    `<strong>${number}. ${escapeHtml(EVENT_WORDS[of])}</strong> <span>${words}; peak ${timeStamp(peak.time)}, score ${score.toFixed(1)}; ` +
    `${escapeHtml(besideUsual(error, usual))}</span>`;
  const at = rate === undefined ? '' : ` data-frame="${peak.frame}"`;
  return `<button type="button" id="event-${number}"${at}${rate === undefined ? ' disabled' : ''}>${inside}</button>`;
}
