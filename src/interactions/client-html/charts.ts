// Charts as inline SVG without script, readable in grey and with their figures in words beside. Sizes are
// in units of 1/600 of the width of a page. Pure.
import { type Html, html } from '../../iop/html.ts';

const WIDTH = 600;
const LEFT = 30;
const TOP = 14;
const HEIGHT = 120;
const BOTTOM = TOP + HEIGHT;
const PLOT = WIDTH - LEFT - 10;

/** `title` and `text` are what is read out in its place. */
const svg = (id: string, height: number, title: string, text: string, body: readonly Html[]): Html =>
  html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${title}</title><desc id="${id}-text">${text}</desc>
${body}</svg>`;

const round = (value: number): number => Math.round(value * 10) / 10;
const label = (x: number, y: number, anchor: 'start' | 'middle' | 'end', text: string | number): Html =>
  html`<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${text}</text>`;

/** A scale from 0 up with at most six lines. */
function scale(most: number): { y: (value: number) => number; lines: readonly Html[] } {
  const step = [1, 2, 5, 10, 20, 50, 100].find(one => most / one <= 5) ?? Math.ceil(most / 5);
  const top = Math.max(step, Math.ceil(most / step) * step);
  const y = (value: number): number => round(BOTTOM - (value / top) * HEIGHT);
  const values = Array.from({ length: top / step + 1 }, (_, at) => at * step);
  const lines = values.map(
    value =>
      html`<line x1="${LEFT}" x2="${WIDTH - 10}" y1="${y(value)}" y2="${y(value)}" stroke="#ccc" stroke-width="0.5"/>${label(LEFT - 4, y(value) + 3, 'end', value)}`,
  );
  return { y, lines };
}

export interface Bar {
  label: string;
  value: number;
  /** What was aimed at: a line across the bar. */
  aim: number | undefined;
  /** Drawn hollow: it does not count as a whole. */
  partial: boolean;
}

export function barChart(id: string, title: string, text: string, bars: readonly Bar[]): Html {
  const { y, lines } = scale(Math.max(1, ...bars.map(one => Math.max(one.value, one.aim ?? 0))));
  const wide = PLOT / Math.max(bars.length, 6);
  const every = Math.ceil(bars.length / 20);
  const body = bars.map(({ label: name, value, aim, partial }, at) => {
    const x = LEFT + at * wide;
    const fill = partial ? '#fff' : '#777';
    return html`<rect x="${round(x + wide * 0.2)}" y="${y(value)}" width="${round(wide * 0.6)}" height="${round(BOTTOM - y(value))}" fill="${fill}" stroke="#333" stroke-width="0.8"/>${
      aim === undefined
        ? undefined
        : html`<line x1="${round(x + wide * 0.06)}" x2="${round(x + wide * 0.94)}" y1="${y(aim)}" y2="${y(aim)}" stroke="#000" stroke-width="2"/>`
    }${at % every === 0 ? label(x + wide / 2, BOTTOM + 12, 'middle', name) : undefined}`;
  });
  return svg(id, BOTTOM + 18, title, text, [...lines, ...body]);
}

export interface Point {
  /** Days since the first day of the chart. */
  day: number;
  value: number;
  label: string;
}

/** One line of points, each with its value written to it. */
export function lineChart(
  id: string,
  title: string,
  text: string,
  points: readonly Point[],
  most: number,
): Html {
  const { y, lines } = scale(most);
  const days = Math.max(1, ...points.map(one => one.day));
  const x = (day: number): number => round(LEFT + 20 + (day / days) * (PLOT - 40));
  const path = points.map(one => `${x(one.day)},${y(one.value)}`).join(' ');
  const dots = points.map(
    one =>
      html`<circle cx="${x(one.day)}" cy="${y(one.value)}" r="2.5" fill="#000"/>${label(x(one.day), y(one.value) - 5, 'middle', one.value)}`,
  );
  const ends = [points[0], points.length > 1 ? points.at(-1) : undefined]
    .filter(one => one !== undefined)
    .map(one => label(x(one.day), BOTTOM + 12, 'middle', one.label));
  const line = html`<polyline points="${path}" fill="none" stroke="#333" stroke-width="1.2"/>`;
  return svg(id, BOTTOM + 18, title, text, [...lines, line, ...dots, ...ends]);
}

export interface Mark {
  letter: string;
  /** Drawn with a thick frame. */
  strong: boolean;
  label: string;
}

const IN_A_ROW = 20;
const BOX = 24;
const ROW = 44;

/** A row of boxes with a letter in each. */
export function markChart(id: string, title: string, text: string, marks: readonly Mark[]): Html {
  const boxes = marks.map(({ letter, strong, label: name }, at) => {
    const [x, y] = [LEFT + (at % IN_A_ROW) * (PLOT / IN_A_ROW), Math.floor(at / IN_A_ROW) * ROW + 4];
    return html`<rect x="${round(x)}" y="${y}" width="${BOX}" height="${BOX}" fill="#fff" stroke="#000" stroke-width="${strong ? 2.5 : 0.6}"/>${label(x + BOX / 2, y + 16, 'middle', letter)}${label(x + BOX / 2, y + BOX + 11, 'middle', name)}`;
  });
  return svg(id, Math.ceil(marks.length / IN_A_ROW) * ROW + 4, title, text, boxes);
}
