'use strict';
// Puts the page together, and keeps the theme and the place in it.

const DATA = JSON.parse(document.getElementById('data').textContent);

const kNames = {leakage: 'Leaks', experiment: 'Experiment', suite: 'Rows', campaign: 'Campaign', frontier: 'Frontier', defences: 'Systems', costs: 'Costs', attacks: 'Attacks',
  waveform: 'Waveform', numbers: 'Numbers', books: 'Books', signals: 'Signals', timing: 'Timing', link: 'Link', lag: 'Lag',
  classes: 'Classes', captures: 'Captures', tables: 'Tables', metrics: 'Metrics', provenance: 'Run again'};

function build() {
  const content = document.getElementById('content');
  content.append(DATA.campaign ? campaignHero(DATA) : heroSection(DATA));
  const nav = document.getElementById('nav');
  for (const make of [leakageSection, experimentSection, suiteSection, campaignSection, frontierSection, defencesSection, costsSection, detectionSection, attacksSection, waveformSection, headlineSection, booksSection, signalsSection, timingSection, linkSection, lagSection,
    classesSection, capturesSection, othersSection, metricsSection, provenanceSection]) {
    const node = make(DATA);
    if (!node) continue;
    content.append(node);
    nav.append(el('a', {href: `#${node.id}`, text: kNames[node.id]}));
  }
  document.getElementById('foot').textContent =
    `Gauntlet ${DATA.result.provenance.version}. This file is complete: it loads nothing and sends nothing.`;
  drawAll();
}

const kThemes = ['auto', 'light', 'dark'];
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
let theme = 'auto';

function applyTheme() {
  const dark = theme === 'dark' || (theme === 'auto' && prefersDark.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  const button = document.getElementById('theme');
  button.textContent = theme[0].toUpperCase() + theme.slice(1);
  button.setAttribute('aria-label', `Colour theme: ${theme}`);
  // uPlot keeps the colours of legends and points: draw again.
  for (const p of plots) if (p.u) p.draw();
}

document.getElementById('theme').addEventListener('click', () => {
  theme = kThemes[(kThemes.indexOf(theme) + 1) % kThemes.length];
  applyTheme();
});
prefersDark.addEventListener('change', applyTheme);

function markPlace() {
  const links = [...document.querySelectorAll('nav a')];
  const sections = links.map((a) => document.querySelector(a.hash));
  const atEnd = innerHeight + scrollY >= document.body.scrollHeight - 4;
  let here = -1;
  sections.forEach((s, i) => { if (s.getBoundingClientRect().top < 140) here = i; });
  if (atEnd) here = sections.length - 1;
  links.forEach((a, i) => {
    if (i === here && a.getAttribute('aria-current') !== 'true') a.parentNode.scrollLeft = a.offsetLeft - 80;
    a.setAttribute('aria-current', String(i === here));
  });
}
addEventListener('scroll', markPlace, {passive: true});

applyTheme();
build();
markPlace();
document.documentElement.dataset.ready = 'true';
