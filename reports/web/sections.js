'use strict';
// One function a section: data in, element out, or null when there is nothing to show.

function section(id, title, lead, ...children) {
  return el('section', {id, 'aria-labelledby': `${id}-title`},
    el('header', {}, el('h2', {id: `${id}-title`, text: title}), lead ? el('p', {text: lead}) : null),
    ...children);
}

function heroSection({result, run}) {
  const p = result.provenance;
  const failed = result.failures.length > 0;
  const seeds = p.seeds.length;
  const facts = [];
  if (seeds > 0) facts.push(seeds === 1 ? `seed ${p.seeds[0]}` : `${seeds} seeds, ${p.seeds[0]} to ${p.seeds[seeds - 1]}`);
  if (p.duration_s > 0) facts.push(`${clock(p.duration_s)} simulated`);
  if (p.version) facts.push(`version ${p.version}`);
  if (run && seeds > 1) facts.push(`signals of seed ${run.seed}`);
  const books = result.metrics['samples.produced'];
  return el('div', {class: 'hero'},
    failed ? el('span', {class: 'pill bad', text: 'Run failed'})
      : books ? el('span', {class: 'pill good', text: 'Books balance'}) : null,
    el('h1', {text: words(p.scenario)}),
    el('p', {text: facts.join(' · ')}),
    failed ? el('div', {class: 'notice', role: 'alert'}, 'Nothing below counts: ',
      el('ul', {}, ...result.failures.map((f) => el('li', {text: f})))) : null);
}

const kHeadlines = [
  {name: 'timing.error_ms.p50', title: 'Timing error, median', more: ['timing.error_ms.p95', '95th percentile']},
  {name: 'timing.drift_s_per_h', title: 'Timing drift', more: ['timing.bias_ms', 'bias']},
  {name: 'lag.display_ms.p50', title: 'Repetition shown after', more: ['lag.display_ms.p95', '95th percentile']},
  {name: 'lag.within_250ms', title: 'Shown within 250 ms', more: ['lag.within_750ms', 'within 750 ms']},
  {name: 'reps.exact', title: 'Sets counted exactly', more: ['reps.within1', 'within one']},
  {name: 'f1.macro', title: 'Macro-F1 of windows', more: ['f1.macro_no_null', 'without NULL']},
  {name: 'link.bytes_per_s', title: 'On the link', more: ['link.backlog_ms.max', 'longest wait']},
  {name: 'privacy.m0.violations', title: 'Identifiers out of place', more: ['authz.refused', 'requests refused']},
  {name: 'reps.spoofed', title: 'Repetitions nobody did', more: ['reps.spoofed_share', 'of all shown'], only: (m) => m.value > 0},
  {name: 'replay.loss_s_per_h.floor20', title: 'Lost by flooring to 20 ms', more: ['replay.packets', 'packets']},
  {name: 'replay.loss_s_per_h.nominal', title: 'Lost by believing 50 Hz', more: ['replay.duplicates', 'duplicates']},
  {name: 'replay.loss_s_per_h.aligned', title: 'Lost by the aligned decoder', more: ['replay.gaps', 'gaps']},
];

function rangeText(metric, seeds) {
  if (metric.value === null) return metric.reason || 'not measured';
  if (metric.ci95) {
    const [lo, hi] = metric.ci95.map((v) => withUnit(v, metric.unit).value);
    if (lo === hi && seeds > 1) return `the same in all ${seeds} seeds`;
    return `95 %: ${lo} to ${hi}` + (seeds > 1 ? `, ${seeds} seeds` : '');
  }
  return `${number(metric.n)} ${metric.n === 1 ? 'observation' : 'observations'}`;
}

function headlineSection({result}) {
  const cards = [];
  for (const h of kHeadlines) {
    const m = result.metrics[h.name];
    if (!m || (h.only && !h.only(m))) continue;
    const big = withUnit(m.value, m.unit);
    const other = result.metrics[h.more[0]];
    cards.push(el('div', {class: 'card number', 'data-metric': h.name},
      el('dt', {text: h.title}),
      el('dd', {class: 'big' + (m.value === null ? ' missing' : '')}, big.value, el('small', {text: m.value === null ? '' : big.unit})),
      el('dd', {class: 'range', text: rangeText(m, m.per_seed.length)}),
      other ? el('dd', {class: 'more'}, el('span', {text: h.more[1]}), el('b', {text: inWords(other.value, other.unit)})) : null));
  }
  if (cards.length === 0) return null;
  return section('numbers', 'Headline numbers', null, el('dl', {class: 'numbers'}, ...cards));
}

function booksSection({result}) {
  const value = (name) => result.metrics[name]?.value ?? null;
  const produced = value('samples.produced');
  if (!produced) return null;
  const rows = [['delivered', value('samples.delivered'), '--s0']];
  const palette = ['--s1', '--s2', '--s3', '--s4', '--s5'];
  const prefix = 'samples.dropped.';
  Object.keys(result.metrics).filter((n) => n.startsWith(prefix)).forEach((n, i) =>
    rows.push([words(n.slice(prefix.length)), value(n), palette[i % palette.length]]));
  const share = (n) => `${number(100 * n / produced)} %`;
  const apart = ['samples.filled', 'samples.duplicates', 'samples.accepted_twice', 'samples.invented', 'samples.foreign_accepted']
    .filter((n) => value(n) !== null)
    .map((n) => [words(n.slice(8)), number(value(n)), el('span', {class: 'text', text: DATA.definitions[n]?.text || ''})]);
  const mean = result.provenance.seeds.length > 1 ? ', mean per seed' : '';
  return section('books', 'Where every sample went',
    'Whatever a sensor took was accepted by the pipeline or lost somewhere, for a reason. The books balance to the sample.',
    el('div', {class: 'split'},
      el('div', {class: 'card'},
        el('p', {class: 'balance'}, el('b', {text: number(produced)}), el('span', {text: `produced${mean} =`}),
          el('b', {text: number(value('samples.delivered'))}), el('span', {text: 'delivered +'}),
          el('b', {text: number(value('samples.dropped'))}), el('span', {text: 'dropped'})),
        el('div', {class: 'flow', 'aria-hidden': 'true'}, ...rows.map(([, n, c]) =>
          el('i', {style: `flex: ${Math.max(n, 0)} 0 0; background: var(${c})`}))),
        table('Samples by where they ended', [{text: 'ended'}, {text: 'samples', n: true}, {text: 'share', n: true}],
          rows.map(([name, n, c]) => [el('span', {}, el('i', {class: 'key', style: `background: var(${c})`}), name), number(n), share(n)]))),
      el('div', {class: 'card'}, el('h3', {text: 'Counted apart'}),
        table('Counted apart from the books', [{text: 'kind'}, {text: 'n', n: true}, {text: 'meaning'}], apart))));
}

const kAxes = ['x', 'y', 'z'];

function signalsSection({run}) {
  if (!run || run.signals.length === 0) return null;
  const state = {signal: 0, set: -1};
  const whole = (k) => { const o = run.signals[k].overview; return [floats(o.t), ...o.series.map(floats)]; };
  const detail = (k, s) => {
    const d = run.signals[k].details[s];
    return d && [floats(d.t).map((t) => t + d.from), ...d.series.map(floats)];
  };
  const lines = () => [...kAxes.map((a) => ({label: a, stroke: () => colour(`--${a}`), width: 1.5})),
    ...kAxes.map((a) => ({label: `true ${a}`, stroke: () => colour(`--${a}`), width: 6, alpha: .28, show: false}))];
  const scenery = () => {
    const near = state.set >= 0;
    const marks = [];
    for (const s of near ? run.sets.slice(state.set, state.set + 1) : []) {
      for (const t of s.completed) marks.push({at: t, colour: '--band-line', long: true});
      for (const t of s.shown) marks.push({at: t, colour: '--bad', top: true});
      if (s.announced !== null) marks.push({at: s.announced, colour: '--accent'});
    }
    for (const t of run.spoofed) marks.push({at: t, colour: '--bad', top: true});
    return {
      bands: [...run.sets.map((s) => ({from: s.begin, to: s.end, colour: '--band', label: words(s.exercise)})),
        ...run.signals[state.signal].filled.map(([from, to]) => ({from, to: to + .02, colour: '--fill-band'}))],
      marks,
    };
  };
  const plot = new Plot({
    label: 'Fused signal with the truth', unit: run.signals[0].unit, height: 360, x: timeAxis(),
    y: axis(`(${run.signals[0].unit})`, {size: 54}), series: lines(), data: whole(0), backdrop: scenery, xText: clockFine,
    describe: () => `${run.sets.length} sets in ${clock(run.duration_s)}.`,
  });
  const note = el('p', {class: 'hint'});
  const picker = el('select', {id: 'set-picker', onchange: () => show(state.signal, Number(picker.value))},
    el('option', {value: '-1', text: 'the whole run'}),
    ...run.sets.map((s, i) => el('option', {value: i, text: `${i + 1}. ${words(s.exercise)}, ${clock(s.begin)}`})));
  const tabs = el('div', {class: 'tools', role: 'tablist', 'aria-label': 'Signal', style: 'margin: 0'},
    ...run.signals.map((s, k) => el('button', {type: 'button', role: 'tab', text: s.name, 'aria-selected': k === 0, onclick: () => show(k, state.set)})));
  const before = el('button', {type: 'button', text: '‹', 'aria-label': 'Set before', onclick: () => show(state.signal, state.set - 1)});
  const next = el('button', {type: 'button', text: '›', 'aria-label': 'Next set', onclick: () => show(state.signal, state.set + 1)});
  const sets = scrolling('Sets', table('Sets: done and shown', [{text: 'set'}, {text: 'begin'}, {text: 'done', n: true}, {text: 'shown', n: true}, {text: 'lag', n: true}],
    run.sets.map((s, i) => [el('button', {type: 'button', text: words(s.exercise)}), clock(s.begin), number(s.completed.length), number(s.shown.length),
      s.lag_ms.length ? `${number(Math.round(median(s.lag_ms)))} ms` : '–']),
    (i) => ({class: 'pick', 'data-set': i, onclick: () => show(state.signal, i)})));

  function show(signal, set) {
    state.signal = signal;
    state.set = Math.max(-1, Math.min(run.sets.length - 1, set));
    const s = run.signals[signal];
    const close = state.set >= 0 ? detail(signal, state.set) : null;
    plot.spec.unit = s.unit;
    plot.spec.y = axis(`${s.name.split(' ').pop() === 'gyroscope' ? 'angular rate' : 'specific force'} (${s.unit})`, {size: 54});
    plot.spec.label = `${s.name}, fused, with the truth`;
    plot.spec.series.forEach((line, i) => { if (i >= 3) line.show = close !== null; });
    plot.setData(close || whole(signal));
    if (state.set >= 0 && !close && plot.u) plot.zoom(run.sets[state.set].begin - 3, run.sets[state.set].end + 3);
    note.textContent = state.set < 0
      ? 'Bands: true sets. Red bands: rows invented to fill a gap. Drag to zoom, double-click to see everything. Pick a set to see it at full rate, with the truth.'
      : (close ? 'Thin: as fused. Broad and pale: the noiseless truth. Dashed verticals: repetitions completed. Red ticks above: repetitions shown. Green tick below: set announced.'
        : 'This set is not kept at full rate, to keep the report small: minimum and maximum only.');
    picker.value = String(state.set);
    before.disabled = state.set < 0;
    next.disabled = state.set >= run.sets.length - 1;
    [...tabs.children].forEach((b, k) => b.setAttribute('aria-selected', k === signal));
    for (const row of sets.querySelectorAll('tr.pick')) row.classList.toggle('picked', Number(row.dataset.set) === state.set);
  }
  const node = section('signals', 'Signals and the truth',
    'What classifiers saw: the fused, regular signal. The truth it is held against is what a perfect sensor would have said.',
    el('div', {class: 'split'},
      el('div', {class: 'card'},
        el('div', {class: 'tools'}, tabs,
          el('span', {class: 'tools', style: 'margin: 0'}, el('label', {for: 'set-picker', text: 'Show'}), picker, before, next,
            el('button', {type: 'button', text: 'Reset zoom', onclick: () => plot.reset()}))),
        plot.node, note, plot.asTable()),
      el('div', {class: 'card tall'}, el('h3', {text: 'Sets'}), sets)));
  show(0, -1);
  return node;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function timingSection({run}) {
  if (!run || run.timing.streams.length === 0) return null;
  const {streams} = run.timing;
  const data = [floats(run.timing.t)];
  const series = [], bands = [];
  streams.forEach((s, k) => {
    data.push(floats(s.max), floats(s.min));
    const line = {stroke: () => colour(`--s${k % 6}`), width: .75, points: {show: false}};
    series.push({...line, label: `${s.name} max`}, {...line, label: 'min'});
    bands.push({series: [2 * k + 1, 2 * k + 2], fill: () => colour(`--s${k % 6}`) + '40'});
  });
  const plot = new Plot({
    label: 'Timing error over time', unit: 'ms', x: timeAxis(), y: axis('estimated − true (ms)', {size: 60}), series, bands, data, xText: clock,
    describe: () => streams.map((s) => `${s.name}: median ${number(s.p50_ms)} ms, 95th percentile ${number(s.p95_ms)} ms.`).join(' '),
  });
  return section('timing', 'Timing error over time',
    'When the pipeline believes a sample was taken, less when it was. A slope is drift; a constant is a delay that one-way estimators cannot see.',
    el('div', {class: 'split'},
      el('div', {class: 'card'}, plotTools(plot), plot.node, plot.asTable()),
      el('div', {class: 'card'}, el('h3', {text: 'Streams'}),
        scrolling('Streams', table('Timing by stream', [{text: 'stream'}, {text: 'true rate', n: true}, {text: 'p50', n: true}, {text: 'p95', n: true}],
          streams.map((s) => [s.name, `${number(s.true_rate_hz)} Hz`, `${number(s.p50_ms)} ms`, `${number(s.p95_ms)} ms`]))))));
}

const plotTools = (plot) => el('div', {class: 'tools'}, el('span', {class: 'hint', style: 'margin: 0', text: 'Drag to zoom.'}),
  el('button', {type: 'button', class: 'push', text: 'Reset zoom', onclick: () => plot.reset()}));

function linkSection({run}) {
  if (!run || !run.backlog.some((b) => b.ms.length > 0)) return null;
  const longest = run.backlog.reduce((a, b) => (b.ms.length > a.ms.length ? b : a));
  const xs = floats(longest.ms).map((_, i) => i * longest.step_s);
  const data = [xs, ...run.backlog.map((b) => { const v = floats(b.ms); return xs.map((_, i) => v[i] ?? null); })];
  const plot = new Plot({
    label: 'Backlog on the link', unit: 'ms', x: timeAxis(), y: axis('age of the oldest waiting byte (ms)', {size: 60}), xText: clock, data,
    series: run.backlog.map((b, k) => ({label: b.name, stroke: () => colour(`--s${k % 6}`), width: 1.5, fill: () => colour(`--s${k % 6}`) + '1f'})),
    describe: () => run.backlog.map((b) => `${b.name}: at most ${number(b.max_ms)} ms.`).join(' '),
    yScale: {range: (u, lo, hi) => [0, Math.max(10, hi * 1.08)]},
    backdrop: () => ({bands: run.sets.map((s) => ({from: s.begin, to: s.end, colour: '--band'}))}),
  });
  return section('link', 'Backlog on the link', 'How long the oldest byte had been waiting in the wearable. Bands: true sets.',
    el('div', {class: 'split'},
      el('div', {class: 'card'}, plotTools(plot), plot.node, plot.asTable()),
      el('div', {class: 'card'}, el('h3', {text: 'Links'}),
        scrolling('Links', table('Links', [{text: 'device'}, {text: 'rate', n: true}, {text: 'longest wait', n: true}, {text: 'most waiting', n: true}],
          run.backlog.map((b) => [b.name, `${number(b.seconds > 0 ? b.bytes / b.seconds : null)} B/s`, `${number(b.max_ms)} ms`, `${number(b.max_bytes)} B`]))))));
}

function lagSection({run, result}) {
  if (!run || run.lags.counts.length === 0) return null;
  const {bin_ms: bin, from_ms: from, counts} = run.lags;
  const total = counts.reduce((a, b) => a + b, 0);
  const data = [counts.map((_, i) => from + (i + .5) * bin), counts];
  const plot = new Plot({
    label: 'Lag of shown repetitions', unit: 'repetitions', xName: 'lag', xText: (v) => `${number(v - bin / 2)} to ${number(v + bin / 2)} ms`,
    x: axis('shown after completion (ms)', {size: 32}), y: axis(`repetitions per ${bin} ms`, {size: 54}), data,
    xScale: {range: [from, from + counts.length * bin]}, yScale: {range: (u, lo, hi) => [0, Math.max(1, hi * 1.1)]},
    series: [{label: 'repetitions', stroke: () => colour('--s0'), fill: () => colour('--s0') + '88', width: 1, points: {show: false}, paths: uPlot.paths.bars({size: [.92, 60], gap: 1})}],
    backdrop: () => ({marks: [100, 250, 750].map((at) => ({at, colour: '--bad', long: true}))}),
    describe: () => `${total} repetitions.`,
  });
  const within = ['lag.within_100ms', 'lag.within_250ms', 'lag.within_750ms'];
  const rows = within.filter((n) => result.metrics[n]).map((n) => [`within ${n.match(/\d+/)[0]} ms`, inWords(result.metrics[n].value, 'share')]);
  for (const [name, label] of [['lag.display_ms.p50', 'median'], ['lag.display_ms.p95', '95th percentile'], ['reps.matched_share', 'shown at all'],
    ['lag.detection_ms.p50', 'set announced, median'], ['sets.detected_share', 'sets announced']]) {
    const m = result.metrics[name];
    if (m) rows.push([label, inWords(m.value, m.unit)]);
  }
  return section('lag', 'Lag of what the user sees', 'From the instant a repetition was complete to the instant it was shown. Dashed: 100, 250 and 750 ms.',
    el('div', {class: 'split'},
      el('div', {class: 'card'}, plotTools(plot), plot.node, plot.asTable()),
      el('div', {class: 'card'}, el('h3', {text: result.provenance.seeds.length > 1 ? 'Over all seeds' : 'This run'}),
        table('Lag', [{text: ''}, {text: 'value', n: true}], rows))));
}

function classesSection({result}) {
  const t = result.tables.confusion;
  if (!t) return null;
  const classes = t.columns.slice(1, -1);
  const body = t.rows.map((row, r) => {
    const counts = row.slice(1, -1);
    const sum = counts.reduce((a, b) => a + b, 0);
    return el('tr', {}, el('th', {scope: 'row', text: words(row[0])}), ...counts.map((n, c) => {
      const share = sum > 0 ? n / sum : 0;
      const heat = r === c ? '--heat' : '--heat-off';
      return el('td', {class: n === 0 ? 'zero' : null, style: n > 0 ? `background: rgba(var(${heat}), ${(.08 + .5 * share).toFixed(3)})` : null,
        title: `${words(row[0])} called ${words(classes[c])}: ${n} of ${sum}`, text: number(n)});
    }), el('td', {class: 'edge', text: number(row[row.length - 1])}));
  });
  const split = result.provenance.split;
  return section('classes', 'What was called what',
    `Windows by what they were (rows) and what they were called (columns).${split ? ` Split: ${split}.` : ''}`,
    el('div', {class: 'card'}, scrolling('Confusion matrix', el('table', {class: 'matrix'}, el('caption', {class: 'unseen', text: 'Confusion matrix'}),
      el('thead', {}, el('tr', {}, el('th', {scope: 'col', text: 'truth'}), ...classes.map((c) => el('th', {scope: 'col', text: words(c)})),
        el('th', {scope: 'col', text: 'F1'}))), el('tbody', {}, ...body)))));
}

function plainTable(name, t) {
  const numeric = t.columns.map((_, i) => t.rows.length > 0 && t.rows.every((r) => typeof r[i] === 'number'));
  return scrolling(words(name), table(words(name), t.columns.map((c, i) => ({text: words(c), n: numeric[i]})),
    t.rows.map((r) => r.map((c) => (typeof c === 'number' ? number(c) : c)))));
}

function capturesSection({result}) {
  const names = Object.keys(result.tables).filter((n) => n.startsWith('replay'));
  if (names.length === 0) return null;
  return section('captures', 'Real captures, replayed', 'Recordings of real devices, decoded by the same code; losses against the packets’ own clock.',
    ...names.map((n) => el('div', {class: 'card', style: 'margin-bottom: 1rem'}, names.length > 1 ? el('h3', {text: words(n.replace(/^replay\.?/, '') || 'replay')}) : null,
      plainTable(n, result.tables[n]))));
}

// One plot a measure, what is swept from left to right in equal steps: its values seldom are equal.
function experimentPlots(t, key) {
  const at = Object.fromEntries(t.columns.map((c, i) => [c, i]));
  const rows = t.rows.filter((r) => r[at.key] === key);
  const values = [...new Set(rows.map((r) => r[at.value]))];
  const unit = rows[0][at['key unit']];
  const ids = [...new Set(rows.map((r) => r[at.id]))];
  const name = words(key.split('.').pop());
  const label = (v) => (typeof v === 'number' ? number(v) : String(v));
  const bounded = (v) => (typeof v === 'number' ? v : null);
  return ids.map((id, k) => {
    const points = values.map((v) => rows.find((r) => r[at.id] === id && r[at.value] === v));
    const measure = points[0][at.measure], of = points[0][at.unit];
    const column = (c) => points.map((p) => bounded(p[at[c]]));
    const line = {stroke: () => colour(`--s${k % 6}`)};
    const series = [{...line, label: 'upper', width: .75, points: {show: false}}, {...line, label: 'lower', width: .75, points: {show: false}},
      {...line, label: 'measured', width: 2, points: {show: true, size: 7}}];
    const data = [values.map((_, i) => i), column('hi'), column('lo'), column('result')];
    if (column('baseline').some((v) => v !== null)) {
      series.push({label: 'baseline', stroke: () => colour('--ink-2'), dash: [6, 5], width: 1.5, points: {show: false}});
      data.push(column('baseline'));
    }
    const plot = new Plot({
      label: measure, unit: of, height: 260, xName: name, data, series,
      x: axis(`${name} (${unit})`, {size: 32, splits: () => values.map((_, i) => i), values: (u, s) => s.map((i) => (values[i] === undefined ? '' : label(values[i])))}),
      y: axis(of, {size: 60}), xScale: {range: [-.2, values.length - .8]},
      bands: [{series: [1, 2], fill: () => colour(`--s${k % 6}`) + '30'}],
      xText: (i) => `${label(values[Math.round(i)])} ${unit}`,
      describe: () => points.map((p) => `${label(p[at.value])} ${unit}: ${number(p[at.result])}`).join(', ') + '.',
    });
    return el('div', {class: 'card experiment', 'data-measure': id}, el('h3', {text: measure}), plot.node, plot.asTable());
  });
}

// What leaks against what it costs: a point a value, joined in the order of the cost.
function tradeOffs(t, key) {
  const at = Object.fromEntries(t.columns.map((c, i) => [c, i]));
  const rows = t.rows.filter((r) => r[at.key] === key);
  const is = (r, cost) => (r[at.verdict] === 'a cost or a use') === cost;
  const leak = rows.find((r) => is(r, false));
  const costs = [...new Set(rows.filter((r) => is(r, true)).map((r) => r[at.id]))];
  if (!leak) return [];
  return costs.map((cost) => {
    const points = rows.filter((r) => r[at.id] === cost).map((r) => ({value: r[at.value], x: r[at.result],
      row: rows.find((l) => l[at.id] === leak[at.id] && l[at.value] === r[at.value])})).sort((a, b) => a.x - b.x);
    const of = rows.find((r) => r[at.id] === cost);
    const column = (c) => points.map((p) => (typeof p.row[at[c]] === 'number' ? p.row[at[c]] : null));
    const xs = points.map((p) => p.x), wide = (xs[xs.length - 1] - xs[0]) || Math.abs(xs[0]) || 1;
    const line = {stroke: () => colour('--accent')};
    const plot = new Plot({
      label: `${leak[at.measure]}, against ${of[at.measure]}`, unit: leak[at.unit], height: 260, xName: of[at.measure],
      data: [xs, column('hi'), column('lo'), column('result')],
      series: [{...line, label: 'upper', width: .75, points: {show: false}}, {...line, label: 'lower', width: .75, points: {show: false}},
        {...line, label: 'measured', width: 2, points: {show: true, size: 7}}],
      x: axis(`${of[at.measure]} (${of[at.unit]})`, {size: 32}), y: axis(leak[at.unit], {size: 60}),
      xScale: {range: [xs[0] - .05 * wide, xs[xs.length - 1] + .05 * wide]},
      bands: [{series: [1, 2], fill: () => colour('--accent') + '30'}],
      xText: (x) => `${number(x)} ${of[at.unit]}`,
      describe: () => points.map((p) => `${p.value}: ${number(p.x)} ${of[at.unit]}, ${number(p.row[at.result])}`).join('; ') + '.',
    });
    return el('div', {class: 'card experiment', 'data-trade-off': cost}, el('h3', {text: `${leak[at.measure]}, against ${of[at.measure]}`}), plot.node, plot.asTable());
  });
}

function experimentSection({result}) {
  const t = result.tables.experiment;
  if (!t || t.rows.length === 0) return null;
  const [about, change] = result.tables['experiment, in words'].rows[0];
  const keys = [...new Set(t.rows.map((r) => r[t.columns.indexOf('key')]))];
  return section('experiment', 'What leaks, and what it costs', about,
    el('div', {class: 'card', style: 'margin-bottom: 1rem'}, el('h3', {text: 'What one would change'}), el('p', {class: 'change', text: change})),
    ...keys.flatMap((key) => [el('h3', {text: words(key)}),
      el('div', {class: 'plots'}, ...experimentPlots(t, key), ...tradeOffs(t, key))]),
    el('div', {class: 'card', style: 'margin-top: 1rem'}, el('h3', {text: 'Every point'}), plainTable('Every point', t)));
}

// Adversary by metric: what was found, against what is had anyway and what was planted to be found.
function leakageSection({result}) {
  const names = Object.keys(result.tables).filter((n) => n.startsWith('leakage'));
  if (names.length === 0) return null;
  const pill = (v) => el('span', {class: `pill ${v === 'leaks' ? 'bad' : v === 'inconclusive' ? 'quiet' : 'good'}`, text: v});
  const columns = ['adversary', 'metric', 'what', {text: 'measured', n: true}, {text: 'baseline', n: true}, 'planted leak', 'verdict', 'what one would change'];
  return section('leakage', 'What leaks',
    'Intervals are of 95 %, over people. A leak lies above its baseline with all of its interval. What does not is bounded only where a planted leak was found in the same way.',
    ...names.map((n) => {
      const t = result.tables[n];
      const of = (r, c) => r[t.columns.indexOf(c)];
      return el('div', {class: 'card', style: 'margin-bottom: 1rem'}, names.length > 1 ? el('h3', {text: words(n.replace(/^leakage: /, ''))}) : null,
        scrolling(words(n), table(words(n), columns.map((c) => (c.text ? c : {text: c})), t.rows.map((r) => [
          of(r, 'adversary'), of(r, 'metric'), of(r, 'what'),
          el('div', {}, el('b', {text: `${number(of(r, 'value'))} ${of(r, 'unit')}`}), el('div', {text: of(r, 'interval 95 %')})),
          el('div', {}, el('b', {text: number(of(r, 'baseline'))}), el('div', {text: of(r, 'baseline is')})),
          of(r, 'planted leak'), pill(of(r, 'verdict')), of(r, 'what one would change')]))));
    }));
}

function othersSection({result}) {
  const names = Object.keys(result.tables).filter((n) => n !== 'confusion' && !n.startsWith('replay') && !n.startsWith('experiment') && !n.startsWith('leakage'));
  if (names.length === 0) return null;
  const titles = {canaries: 'Identifiers found, and where'};
  return section('tables', 'Further tables', null, ...names.map((n) =>
    el('div', {class: 'card', style: 'margin-bottom: 1rem'}, el('h3', {text: titles[n] || words(n)}), plainTable(n, result.tables[n]))));
}

function metricsSection({result, definitions}) {
  const names = Object.keys(result.metrics);
  if (names.length === 0) return null;
  const rows = names.map((n) => {
    const m = result.metrics[n];
    const interval = m.ci95 ? m.ci95.map((v) => number(v)).join(' to ') : '–';
    return [el('code', {text: n}), number(m.value), m.unit, interval, number(m.n),
      el('div', {class: 'text', text: (definitions[n]?.text || '') + (m.value === null ? ` Not measured: ${m.reason}.` : '')})];
  });
  const body = table('Every metric', [{text: 'name'}, {text: 'value', n: true}, {text: 'unit'}, {text: '95 % interval', n: true}, {text: 'n', n: true}, {text: 'meaning'}],
    rows, (r) => ({'data-name': names[r]}));
  const count = el('span', {class: 'hint', style: 'margin: 0', 'aria-live': 'polite', text: `${names.length} metrics`});
  const filter = el('input', {type: 'search', id: 'filter', placeholder: 'timing, reps, …', oninput: () => {
    let shown = 0;
    for (const row of body.tBodies[0].rows) {
      row.hidden = !row.textContent.toLowerCase().includes(filter.value.toLowerCase());
      shown += !row.hidden;
    }
    count.textContent = `${shown} of ${names.length} metrics`;
  }});
  return section('metrics', 'Every metric', null, el('div', {class: 'card'},
    el('div', {class: 'tools'}, el('label', {}, 'Filter', filter), count), scrolling('Every metric', body)));
}

function provenanceSection({result}) {
  const p = result.provenance;
  const facts = [['scenario', p.scenario], ['scenario SHA-256', p.scenario_sha256], ['seeds', p.seeds.join(', ')], ['version', p.version],
    ['commit', p.git_commit], ['compiler', p.compiler], ['split', p.split], ['result schema', String(result.schema)]].filter(([, v]) => v);
  const copy = el('button', {type: 'button', text: 'Copy', onclick: async () => {
    try { await navigator.clipboard.writeText(p.command); say('Copied'); copy.textContent = 'Copied'; } catch { copy.textContent = 'Select and copy'; }
  }});
  return section('provenance', 'How to run it again', 'The same seed gives the same bytes, whatever the number of threads or the kind of build.',
    el('div', {class: 'card'},
      p.command ? el('div', {class: 'command'}, el('code', {text: p.command}), copy) : null,
      el('dl', {class: 'facts'}, ...facts.flatMap(([k, v]) => [el('dt', {text: k}), el('dd', {class: /SHA|commit/.test(k) ? 'mono' : null, text: v})])),
      p.scenario_text ? el('details', {}, el('summary', {text: 'The scenario as it ran'}), el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Scenario'}, el('pre', {text: p.scenario_text}))) : null));
}
