'use strict';
// Small things everybody needs: elements, numbers, float32 out of base64, the palette.

// el('p', {class: 'x', text: '…'}, child, …)
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'text') node.textContent = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

// Four significant digits; whole numbers stay whole, thousands apart by a thin space.
function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  let text;
  if (Number.isInteger(value) || Math.abs(value) >= 1000) text = String(Math.round(value));
  else text = String(Number(value.toPrecision(Math.abs(value) < 1 ? 3 : 4)));
  text = text.replace('-', '−');
  return text.replace(/^(−?)(\d{5,})$/, (_, sign, digits) =>
    sign + digits.replace(/\B(?=(\d{3})+$)/g, ' '));
}

const kPercent = 'share';
// {value: '97.3', unit: '%'}
function withUnit(value, unit) {
  if (unit === kPercent) return {value: number(value === null ? null : value * 100), unit: '%'};
  return {value: number(value), unit: unit === 'count' ? '' : unit};
}
function inWords(value, unit) {
  const w = withUnit(value, unit);
  return w.unit ? `${w.value} ${w.unit}` : w.value;
}

function clock(seconds) {
  const sign = seconds < 0 ? '−' : '';
  const s = Math.abs(seconds);
  const whole = Math.floor(s + 1e-6);
  const two = (n) => String(n).padStart(2, '0');
  const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60;
  return sign + (h > 0 ? `${h}:${two(m)}` : `${m}`) + `:${two(whole % 60)}`;
}
function clockFine(seconds) {
  const tenths = Math.round(seconds * 100) / 100;
  return clock(Math.floor(tenths)) + (tenths - Math.floor(tenths)).toFixed(2).slice(1);
}

const words = (name) => name.replace(/_/g, ' ');

// Float32, little-endian, NaN becoming null: what a plot calls a gap.
function floats(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const out = new Array(bytes.length / 4);
  for (let i = 0; i < out.length; ++i) {
    const v = view.getFloat32(4 * i, true);
    out[i] = Number.isNaN(v) ? null : v;
  }
  return out;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// columns: [{text, n: right-aligned}], rows: arrays of text or nodes.
function table(caption, columns, rows, rowAttributes = () => ({})) {
  return el('table', {},
    el('caption', {class: 'unseen', text: caption}),
    el('thead', {}, el('tr', {}, ...columns.map((c) =>
      el('th', {scope: 'col', class: c.n ? 'n' : null, text: c.text})))),
    el('tbody', {}, ...rows.map((row, r) => el('tr', rowAttributes(r), ...row.map((cell, i) => {
      const node = el(i === 0 ? 'th' : 'td',
        {scope: i === 0 ? 'row' : null, class: columns[i].n ? 'n' : null});
      node.append(cell);
      return node;
    })))));
}
const scrolling = (label, child) =>
  el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label}, child);

function say(text) { document.getElementById('live').textContent = text; }
