// Bars over the last day, one for each half hour.
import { clockTime } from "./clock.js";
import { h } from "./dom.js";
import { number } from "./words.js";

const WIDTH = 480;
const HEIGHT = 72;

export function dayChart(title, tone, day, values) {
  const total = values.reduce((sum, value) => sum + value, 0);
  const most = Math.max(...values);
  const busiest = clockTime(day.start_ms + values.indexOf(most) * day.step_ms, false);
  const summary = total ? `${title} in the last 24 hours: ${number(total)}. Most in half an hour: ${number(most)}, from ${busiest} on.` : `${title} in the last 24 hours: none.`;
  return h(
    "figure",
    { class: `chart ${tone}` },
    h("figcaption", {}, h("span", {}, title), h("strong", {}, number(total))),
    h(
      "svg:svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": summary },
      h("svg:line", { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5, class: "axis" }),
      values.map((value, step) => bar(day, value, step, values.length, most)),
    ),
    h(
      "p",
      { class: "scale", "aria-hidden": "true" },
      [0, values.length / 2, values.length - 1].map((step) =>
        h("span", {}, step === values.length - 1 ? "now" : clockTime(day.start_ms + step * day.step_ms, false)),
      ),
    ),
  );
}

function bar(day, value, step, steps, most) {
  if (!value) return null;
  const width = WIDTH / steps;
  const height = Math.max(2, (value / most) * (HEIGHT - 4));
  const from = clockTime(day.start_ms + step * day.step_ms, false);
  return h(
    "svg:rect",
    { x: step * width + 1, y: HEIGHT - height, width: width - 2, height, rx: 1.5 },
    h("svg:title", {}, `${number(value)} from ${from} on`),
  );
}
