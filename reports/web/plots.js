'use strict';
// uPlot with what it lacks: a name and a summary for those who do not see it, a cursor for those
// who do not point, the same data as a table, and colours that follow the theme.

const plots = [];

const axisFont = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';

function axis(label, more = {}) {
  return {
    label, labelFont: `600 ${axisFont}`, font: axisFont, labelSize: 22, labelGap: 0,
    stroke: () => colour('--ink-2'), grid: {stroke: () => colour('--grid'), width: 1},
    ticks: {stroke: () => colour('--grid'), width: 1, size: 5},
    values: (u, ticks) => ticks.map((t) => (t === null ? '' : number(t))), ...more,
  };
}
const kSteps = [.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const timeAxis = () => axis('time of the run (min:s)', {size: 32, incrs: kSteps, values: (u, ticks) => ticks.map((t) =>
  (ticks.length > 1 && ticks[1] - ticks[0] < 1 ? clockFine(t) : clock(t)))});

// Bands and marks behind the lines. what: {bands: [{from, to, colour, label}], marks: [{at, colour, top}]}
function backdrop(what) {
  return {hooks: {drawClear: (u) => {
    const {ctx, bbox} = u;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const b of what().bands || []) {
      const from = u.valToPos(b.from, 'x', true), to = u.valToPos(b.to, 'x', true);
      if (to < bbox.left || from > bbox.left + bbox.width) continue;
      ctx.fillStyle = colour(b.colour);
      ctx.fillRect(from, bbox.top, Math.max(to - from, ratio), bbox.height);
      if (b.label && to - from > 9 * b.label.length * ratio * .72) {
        ctx.fillStyle = colour('--ink-2');
        ctx.font = `${11 * ratio}px ${axisFont.slice(5)}`;
        ctx.textBaseline = 'top';
        ctx.textAlign = 'left';
        ctx.fillText(b.label, Math.max(from, bbox.left) + 5 * ratio, bbox.top + 4 * ratio);
      }
    }
    for (const m of what().marks || []) {
      const x = u.valToPos(m.at, 'x', true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = colour(m.colour);
      ctx.lineWidth = (m.long ? 1 : 2) * ratio;
      ctx.setLineDash(m.long ? [3 * ratio, 3 * ratio] : []);
      ctx.beginPath();
      const height = m.long ? bbox.height : 14 * ratio;
      const y = m.top ? bbox.top + 20 * ratio : bbox.top + bbox.height - height;
      ctx.moveTo(x, y);
      ctx.lineTo(x, m.top ? y + height : bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }}};
}

// A line that stays when the pointer leaves: the keyboard's cursor.
class Plot {
  // spec: {label, unit, height, x: 'time' | axis, y: axis, series: [...], data: [...], bands,
  //        backdrop, xText: v => text, describe: () => text}
  constructor(spec) {
    this.spec = spec;
    this.node = el('div', {class: 'plot', tabindex: '0', role: 'application',
      'aria-roledescription': 'plot', 'aria-label': `${spec.label}. ${spec.describe()} ` +
      'Arrow keys read values, plus and minus zoom, 0 shows everything.'});
    this.node.addEventListener('keydown', (e) => this.key(e));
    this.index = -1;
    plots.push(this);
  }

  draw() {
    const zoom = this.u ? {...this.u.scales.x} : null;
    if (this.u) this.u.destroy();
    const {spec} = this;
    this.u = new uPlot({
      width: Math.max(260, this.node.clientWidth), height: spec.height || 300,
      padding: [10, 22, 0, 0],
      scales: {x: {time: false, ...(spec.xScale || {})}, y: spec.yScale || {}},
      axes: [spec.x, spec.y], bands: spec.bands,
      series: [{label: spec.xName || 'time', value: (u, v) => (v === null ? '–' : spec.xText(v))},
        ...spec.series],
      cursor: {drag: {x: true, y: false}, points: {size: 6}},
      legend: {live: spec.live !== false},
      plugins: spec.backdrop ? [backdrop(spec.backdrop)] : [],
    }, spec.data, this.node);
    this.node.querySelector('canvas').setAttribute('aria-hidden', 'true');
    // uPlot's legend is a table of layout, toggled by pointer: give each entry a button's manners.
    for (const entry of this.node.querySelectorAll('.u-series th')) {
      if (entry.closest('tr') === this.node.querySelector('.u-series')) continue;
      entry.tabIndex = 0;
      entry.setAttribute('role', 'button');
      entry.addEventListener('keydown', (e) => {
        if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); e.stopPropagation(); entry.click(); }
      });
    }
    if (zoom && this.keepZoom && zoom.min !== null) this.u.setScale('x', zoom);
    this.keepZoom = true;
  }

  setData(data) {
    this.spec.data = data;
    this.keepZoom = false;
    this.index = -1;
    if (this.u) this.draw();
  }

  zoom(from, to) { this.u.setScale('x', {min: from, max: to}); }
  reset() {
    const xs = this.spec.data[0];
    const {min, max} = this.spec.xScale?.range ? {min: this.spec.xScale.range[0], max: this.spec.xScale.range[1]}
      : {min: xs[0], max: xs[xs.length - 1]};
    this.zoom(min, max);
  }

  key(e) {
    if (e.target !== this.node) return;
    const {min, max} = this.u.scales.x;
    const span = max - min;
    const step = {ArrowRight: 1, ArrowLeft: -1, PageUp: 20, PageDown: -20}[e.key];
    if (step) this.read(step);
    else if (e.key === '+' || e.key === '=') this.zoom(min + span / 4, max - span / 4);
    else if (e.key === '-') this.zoom(min - span / 2, max + span / 2);
    else if (e.key === '0') this.reset();
    else return;
    e.preventDefault();
  }

  // Moves the cursor by about half a percent of what is seen, and says what stands there.
  read(step) {
    const xs = this.spec.data[0];
    const {min, max} = this.u.scales.x;
    const first = xs.findIndex((x) => x >= min);
    let last = xs.length - 1;
    while (last > 0 && xs[last] > max) --last;
    const stride = Math.max(1, Math.round((last - first) / 200));
    const start = this.index < first || this.index > last ? first - stride * Math.sign(step) : this.index;
    this.index = Math.min(last, Math.max(first, start + step * stride));
    const i = this.index;
    const shown = this.u.series.findIndex((s, k) => k > 0 && s.show && this.spec.data[k][i] !== null);
    const y = shown > 0 ? this.u.valToPos(this.spec.data[shown][i], 'y') : 10;
    this.u.setCursor({left: this.u.valToPos(xs[i], 'x'), top: y});
    say([`${this.spec.xText(xs[i])}:`, ...this.u.series.slice(1).map((s, k) =>
      (s.show ? `${s.label} ${number(this.spec.data[k + 1][i])}` : '')).filter(Boolean),
    this.spec.unit].join(' '));
  }

  // The same numbers to read: at most `rows` of them, evenly taken.
  asTable(rows = 120) {
    const details = el('details', {}, el('summary', {text: 'Data as a table'}));
    details.addEventListener('toggle', () => {
      if (!details.open) return;
      details.querySelector('.scroll')?.remove();
      const {data, series} = this.spec;
      const every = Math.max(1, Math.ceil(data[0].length / rows));
      const picked = data[0].map((_, i) => i).filter((i) => i % every === 0);
      details.append(scrolling(this.spec.label, table(this.spec.label,
        [{text: this.spec.xName || 'time'}, ...series.map((s) => ({text: `${s.label} (${this.spec.unit})`, n: true}))],
        picked.map((i) => [this.spec.xText(data[0][i]), ...series.map((_, k) => number(data[k + 1][i]))]))));
    });
    return details;
  }
}

function drawAll() { for (const p of plots) p.draw(); }

let widthSeen = 0;
addEventListener('resize', () => {
  if (innerWidth === widthSeen) return;
  widthSeen = innerWidth;
  for (const p of plots) p.u?.setSize({width: Math.max(260, p.node.clientWidth), height: p.spec.height || 300});
});
