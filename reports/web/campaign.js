'use strict';
// What a campaign of attacks found: one page a campaign, and one that lists several.

const kVerdictPill = {'found': 'bad', 'not found': 'good', 'control broken': 'quiet', 'control quiet': 'quiet', 'control failed': 'bad'};
const kVerdictWords = {'found': 'attack succeeds', 'not found': 'not found', 'control broken': 'broken, as it must be',
  'control quiet': 'quiet, as stated', 'control failed': 'control failed'};
const verdictPill = (v) => el('span', {class: `pill ${kVerdictPill[v]}`, text: kVerdictWords[v]});
const attacked = (c) => c.variants.filter((v) => v.role !== 'no_attack');
const shareText = (x) => `${number(100 * x)} %`;
const ofSeeds = (level) => `${level.successes} of ${level.seeds}`;
const between = ([lo, hi]) => `${shareText(lo)} to ${shareText(hi)}`;

function campaignHero({campaign: c, result}) {
  const failed = c.suite ? c.rows.some((r) => !r.controls_hold) : !c.controls_hold;
  const found = c.suite ? c.rows.some((r) => r.found) : c.variants.some((v) => v.verdict === 'found');
  const pill = failed ? ['bad', 'A control failed: nothing here counts'] : found ? ['bad', 'An attack succeeds'] : ['good', 'No attack found'];
  const facts = c.suite ? [c.about] : [c.row && `row ${c.row} of the catalogue`, `severity ${c.severity}`, ...c.taxonomy];
  return el('div', {class: 'hero'}, el('span', {class: `pill ${pill[0]}`, text: pill[1]}),
    el('h1', {text: words(result.provenance.scenario.replace(/-/g, ' '))}),
    el('p', {text: c.suite ? '' : c.about}), el('p', {text: facts.filter(Boolean).join(' · ')}));
}

// Several campaigns: one line each.
function suiteSection({campaign: c}) {
  if (!c || !c.suite) return null;
  const cell = (r, role) => el('div', {class: 'text'}, ...r.variants.filter((v) => v.role === role).map((v) =>
    el('div', {}, el('b', {text: `${v.name}: `}), verdictPill(v.verdict), el('span', {text: ` ${v.words}${v.tally ? `; ${v.tally}` : ''}`}))));
  const rows = c.rows.map((r) => [r.row, el('a', {href: r.page, text: r.name}),
    el('div', {}, cell(r, 'must_break'), r.forbidden ? el('div', {class: 'text', text: `Cannot succeed: ${r.forbidden}`}) : null),
    cell(r, 'measured'), cell(r, 'no_attack')]);
  for (const u of c.uncovered) rows.push([u.row, '–', el('div', {class: 'text', text: u.why}), '', '']);
  return section('suite', 'Rows of the catalogue', 'What the best attack that was met does to a system without the defence, and with it. Every count is of fresh seeds, none of the search’s.',
    el('div', {class: 'card'}, scrolling('Campaigns', table('Campaigns', [{text: 'row'}, {text: 'campaign'}, {text: 'undefended, or too weak on purpose'},
      {text: 'defended'}, {text: 'without attack'}], rows))));
}

function campaignSection({campaign: c}) {
  if (!c || c.suite) return null;
  const facts = [['Scenario', c.scenario], ['Success', el('code', {text: c.success})],
    ['Targets', c.attacks.map((a) => `${words(a.kind)}${/token|api/.test(a.kind) ? '' : ` on ${a.device}, ${words(a.sensor)}`}, ${number(a.start_s)} s to ${a.stop_s > 0 ? `${number(a.stop_s)} s` : 'the end'}`).join('; ')],
    ['Attacker knows', c.knowledge], ['Effort', `${c.effort.path} (${c.effort.unit})`], ['Taxonomy', c.taxonomy.join(', ')]];
  return section('campaign', 'What was asked', null, el('div', {class: 'card'},
    c.forbidden ? el('p', {class: 'notice', text: `Cannot succeed: ${c.forbidden}`}) : null,
    el('dl', {class: 'facts'}, ...facts.filter(([, v]) => v).flatMap(([k, v]) => [el('dt', {text: k}), el('dd', {}, v)]))));
}

function frontierSection({campaign: c}) {
  if (!c || c.suite) return null;
  const shown = attacked(c);
  const efforts = [...new Set(shown.flatMap((v) => v.frontier.map((l) => l.effort)))].sort((a, b) => a - b);
  if (efforts.length < 2) return null;
  const data = [efforts], series = [], bands = [];
  shown.forEach((v, k) => {
    const at = (get) => efforts.map((e) => { const l = v.frontier.find((x) => x.effort === e); return l ? 100 * get(l) : null; });
    const ink = () => colour(`--s${k % 6}`);
    data.push(at((l) => l.successes / l.seeds), at((l) => l.interval[1]), at((l) => l.interval[0]));
    series.push({label: v.name, stroke: ink, width: 2, points: {size: 7}, spanGaps: true},
      {label: 'at most', stroke: () => ink() + '55', width: .75, points: {show: false}, spanGaps: true},
      {label: 'at least', stroke: () => ink() + '55', width: .75, points: {show: false}, spanGaps: true});
    bands.push({series: [3 * k + 2, 3 * k + 3], fill: () => ink() + '22'});
  });
  const plot = new Plot({label: 'Success by effort', unit: '%', xName: 'effort', xText: (v) => `${number(v)} ${c.effort.unit}`, data, series, bands,
    x: axis(`effort (${c.effort.unit})`, {size: 40}), y: axis('attacks that succeed (%)', {size: 54}),
    xScale: c.effort.log ? {distr: 3} : {}, yScale: {range: [0, 100]},
    describe: () => shown.map((v) => `${v.name}: ${v.words}.`).join(' ')});
  return section('frontier', 'Effort and success',
    `Share of fresh seeds on which the best attack succeeds, with exact intervals that hold together at ${shareText(c.level)} for each system.`,
    el('div', {class: 'card'}, plotTools(plot), plot.node, plot.asTable()));
}

function costCell(cost) {
  if (!cost || cost.value === null) return '–';
  if (cost.difference === null) return inWords(cost.value, cost.unit);
  const w = withUnit(cost.difference, cost.unit);
  const sign = cost.difference > 0 ? '+' : '';
  const range = cost.interval ? ` (${cost.interval.map((x) => withUnit(x, cost.unit).value).join(' to ')})` : '';
  return `${sign}${w.value}${range}${w.unit ? ` ${w.unit}` : ''}`;
}

function defencesSection({campaign: c}) {
  if (!c || c.suite) return null;
  const rows = c.variants.map((v) => {
    const last = v.frontier[v.frontier.length - 1];
    return [v.name, verdictPill(v.verdict), v.naive ? `${ofSeeds(v.naive)}, ${between(v.naive.interval)}` : '–',
      `${ofSeeds(last)}, ${between(last.interval)}`, v.smallest_effort === null ? '–' : `${number(v.smallest_effort)} ${c.effort.unit}`,
      v.role === 'no_attack' ? '–' : `${v.points_successful} of ${v.points}`,
      el('div', {class: 'text'}, ...[v.words, v.tally?.words, ...v.set].filter(Boolean).map((t) => el('div', {text: t})))];
  });
  return section('defences', 'Systems under attack',
    'Naive: the attack that is best against the undefended system. Adaptive: searched anew by an attacker who knows this one; at the whole budget, on fresh seeds.',
    el('div', {class: 'card'}, scrolling('Systems', table('Systems', [{text: 'system'}, {text: 'verdict'}, {text: 'naive', n: true}, {text: 'adaptive', n: true},
      {text: 'smallest effort', n: true}, {text: 'points that succeeded', n: true}, {text: 'in words'}], rows))));
}

function costsSection({campaign: c}) {
  if (!c || c.suite) return null;
  const charged = c.variants.filter((v) => v.costs.length > 0);
  if (charged.length === 0) return null;
  const rows = charged[0].costs.map((m, i) => [el('code', {text: m.metric}), ...charged.map((v) => costCell(v.costs[i]))]);
  return section('costs', 'What defences cost', `On clean data, nobody attacking. ${charged[0].name}: the mean. The others: their difference from it on the same seeds, with 95 % intervals.`,
    el('div', {class: 'card'}, scrolling('Costs', table('Costs', [{text: 'metric'}, ...charged.map((v) => ({text: v.name, n: true}))], rows))));
}

// Who noticed: a detector's hits against false alarms, and what each stage did.
function detectionSection({campaign: c}) {
  if (!c || c.suite || !c.detection) return null;
  const {detectors, systems} = c.detection;
  const cards = [];
  if (detectors.length > 0) {
    const at = detectors[0].roc.map((p) => p.false_alarms), data = [at], series = [], bands = [];
    detectors.forEach((d, k) => {
      const ink = () => colour(`--s${k % 6}`);
      const edge = (i) => d.roc.map((p) => (p.interval ? 100 * p.interval[i] : null));
      data.push(d.roc.map((p) => 100 * p.hits), edge(1), edge(0));
      series.push({label: d.name, stroke: ink, width: 2, points: {size: 6}},
        {label: 'at most', stroke: () => ink() + '55', width: .75, points: {show: false}},
        {label: 'at least', stroke: () => ink() + '55', width: .75, points: {show: false}});
      bands.push({series: [3 * k + 2, 3 * k + 3], fill: () => ink() + '18'});
    });
    const plot = new Plot({label: 'Hits by false alarms', unit: '%', xName: 'false alarms', xText: shareText, data, series, bands,
      x: axis('share of clean windows that ring', {size: 40}), y: axis('windows under attack that ring (%)', {size: 54}),
      xScale: {distr: 3}, yScale: {range: [0, 100]},
      describe: () => detectors.map((d) => `${d.name}: area ${number(d.area)}.`).join(' ')});
    const rows = detectors.map((d) => [d.name, number(d.area) + (d.area_interval ? `, ${d.area_interval.map(number).join(' to ')}` : ''),
      `${d.noticed} of ${d.attacks}, ${between(d.noticed_interval)}`,
      d.delay_s === null ? '–' : `${number(d.delay_s)} s${d.delay_interval_s ? `, ${d.delay_interval_s.map(number).join(' to ')}` : ''}`,
      `${d.clean_alarms} in ${number(d.clean_h)} h, ${d.alarms_per_h.map(number).join(' to ')} an hour`]);
    cards.push(el('div', {class: 'card'}, plotTools(plot), plot.node, plot.asTable(), scrolling('Detectors', table('Detectors', [{text: 'detector'},
      {text: 'area under the curve', n: true}, {text: 'attacks noticed', n: true}, {text: 'delay', n: true}, {text: 'false alarms', n: true}], rows))));
  }
  const stages = [...new Set(systems.flatMap((s) => s.stages.map((x) => x.stage)))];
  const cell = (s, stage) => {
    const x = s.stages.find((y) => y.stage === stage);
    return x ? [x.stopped === null ? null : shareText(x.stopped), x.should ? 'expected' : null].filter(Boolean).join(', ') : '–';
  };
  cards.push(el('div', {class: 'card'}, scrolling('Stages', table('Stages', [{text: 'system'}, ...stages.map((s) => ({text: s, n: true}))],
    systems.map((s) => [s.name, ...stages.map((stage) => cell(s, stage))])))));
  return section('detection', 'Who noticed', `${attacked(c)[0].name}, the phone’s guard on, on seeds of their own; clean life is other people’s. Intervals (95 %) are over people. Below: the share of attacks at which each stage refused something or rang, and which one the catalogue expects to.`, ...cards);
}

function attacksSection({campaign: c}) {
  if (!c || c.suite) return null;
  const rows = attacked(c).map((v) => [v.name, el('div', {class: 'text'}, ...(v.example ? v.example.set : [...v.set, ...v.attack]).map((s) => el('div', {}, el('code', {text: s})))),
    v.example ? String(v.example.seed) : '–',
    v.example ? v.example.cost.map((x) => `${words(x.name)} ${number(x.value)} ${x.unit}`).join(', ') : '–',
    v.blind ? `${shareText(v.blind.probability)}, ${between(v.blind.interval)}` : '–',
    v.example ? el('code', {text: v.example.replay}) : '–']);
  return section('attacks', 'Best attacks', 'As small as they stay a success on that seed: what need not be chosen is left as it was, and the effort is bisected. The command exits with 0 while the attack still does this.',
    el('div', {class: 'card'}, scrolling('Attacks', table('Attacks', [{text: 'system'}, {text: 'what is set'}, {text: 'seed', n: true}, {text: 'costs', n: false},
      {text: 'picked blindly, succeeds'}, {text: 'again'}], rows))));
}

function waveformSection({campaign: c}) {
  if (!c || !c.waveform) return null;
  const w = c.waveform;
  const data = [floats(w.t), floats(w.seen), floats(w.truth)];
  const plot = new Plot({label: 'What the pipeline saw', unit: w.unit, xText: clockFine, data, x: timeAxis(), y: axis(`${w.name} (${w.unit})`, {size: 60}),
    series: [{label: 'as the pipeline saw it', stroke: () => colour('--s1'), width: 1.5, points: {show: false}},
      {label: 'truth', stroke: () => colour('--s0'), width: 3, alpha: .6, points: {show: false}}],
    backdrop: () => ({bands: [...w.exercising.map(([from, to, label]) => ({from, to, label, colour: '--fill-band'}))],
      marks: [...w.shown.map((at) => ({at, colour: '--bad', top: true})), ...w.attack.map((at) => ({at, colour: '--ink-2', long: true}))]}),
    describe: () => `${w.shown.length} repetitions shown in this stretch.`});
  return section('waveform', 'The attack’s waveform, and what the pipeline believed',
    `${c.shown.variant}, seed ${c.shown.seed}. Red bands: taken for an exercise. Red ticks: repetitions shown. Dashed: begin and end of the attack.`,
    el('div', {class: 'card'}, plotTools(plot), plot.node, plot.asTable()));
}
