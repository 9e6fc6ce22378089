// Opens a report in Chromium, without a network, and uses it as a person would: reads it, zooms,
// picks a set, filters, changes the theme, narrows the window, and works it by keyboard.
//   node report_browser_test.mjs WRITE_REPORT [SCREENSHOT_FOLDER]
// Exit code 77: skipped, with the word why.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, mkdirSync, rmSync, statSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const skip = (why) => { console.log(`skipped: ${why}`); process.exit(77); };

const web = fileURLToPath(new URL('../../../reports/web/', import.meta.url));
const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!browserPath) skip('no Chromium');
if (!existsSync(join(web, 'node_modules/playwright-core'))) skip('no playwright-core (npm ci in reports/web)');
const {chromium} = createRequire(join(web, 'package.json'))('playwright-core');

const [, , writeReport, pictures] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'gauntlet-report-'));
const file = join(folder, 'report.html');
execFileSync(writeReport, [file, '5', '24']);
assert.ok(statSync(file).size < 5_000_000, `the report has ${statSync(file).size} bytes`);
if (pictures) mkdirSync(pictures, {recursive: true});

const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
  executablePath: browserPath, headless: true, viewport: {width: 1360, height: 900}, colorScheme: 'light', reducedMotion: 'reduce',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const troubles = [];
let failed = false;
try {
  const page = context.pages()[0] || await context.newPage();
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) troubles.push(`console: ${m.text()}`); });
  page.on('pageerror', (e) => troubles.push(`page: ${e.message}`));
  page.on('request', (r) => {
    if (!/^(data|blob):/.test(r.url()) && r.url() !== pathToFileURL(file).href) troubles.push(`request: ${r.url()}`);
  });
  const shoot = async (name, options = {}) => {
    if (pictures) await page.screenshot({path: join(pictures, `${name}.png`), ...options});
  };
  const began = Date.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-ready="true"]');
  console.log(`ready after ${Date.now() - began} ms, ${statSync(file).size} bytes`);

  const inPage = (f, argument) => page.evaluate(f, argument);
  const until = async (condition) => {
    for (let tries = 0; tries < 100; ++tries) {
      if (await condition()) return;
      await page.waitForTimeout(50);
    }
    assert.fail(`never came true: ${condition}`);
  };
  const range = (k) => inPage((i) => ({...plots[i].u.scales.x}), k);

  // Everything is there, and every plot has units on both axes and a table beside it.
  const ids = await inPage(() => [...document.querySelectorAll('main section')].map((s) => s.id));
  assert.deepEqual(ids, ['numbers', 'books', 'signals', 'timing', 'link', 'lag', 'classes', 'captures', 'tables', 'metrics', 'provenance']);
  const labels = await inPage(() => plots.map((p) => [p.spec.x.label, p.spec.y.label]));
  assert.equal(labels.length, 4);
  for (const [x, y] of labels) assert.match(`${x} ${y}`, /\((min:s|ms|m\/s²)\).*(\(.*\)|per \d+ ms)/);
  for (const id of ['signals', 'timing', 'link', 'lag', 'classes']) {
    assert.ok(await page.locator(`#${id} table:visible`).count() > 0, `${id} has no table`);
  }
  assert.match(await page.locator('[data-metric="timing.error_ms.p50"]').innerText(), /ms[\s\S]*95 %:.*5 seeds/);
  assert.match(await page.locator('.pill').innerText(), /Books balance/);
  await shoot('1-top');
  if (pictures) {
    for (const id of ids) await page.locator(`#${id}`).screenshot({path: join(pictures, `2-${id}.png`)});
  }

  // Zoom by dragging, reset by the button.
  const all = await range(0);
  await page.locator('#signals .plot').scrollIntoViewIfNeeded();
  const box = await page.locator('#signals .u-over').boundingBox();
  await page.mouse.move(box.x + box.width * .3, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * .5, box.y + 90, {steps: 6});
  await page.mouse.up();
  const zoomed = await range(0);
  assert.ok(Math.abs((zoomed.max - zoomed.min) / (all.max - all.min) - .2) < .02, 'dragging zooms to what was dragged over');
  await page.locator('#signals').getByRole('button', {name: 'Reset zoom'}).click();
  assert.deepEqual(await range(0), all);

  // A set at full rate, with the truth; the next one; another signal.
  await page.locator('#signals tr[data-set="2"] button').click();
  const close = await range(0);
  assert.ok(close.max - close.min < 60, 'a set is shown close');
  assert.ok(await inPage(() => plots[0].u.series[4].show), 'the truth is drawn');
  await shoot('3-set');
  await page.getByRole('button', {name: 'Next set'}).click();
  assert.ok((await range(0)).min > close.min);
  await page.getByRole('tab', {name: 'phone gyroscope'}).click();
  assert.match(await inPage(() => plots[0].spec.y.label), /angular rate \(rad\/s\)/);
  await page.selectOption('#set-picker', '-1');

  // By keyboard: the cursor speaks, plus zooms.
  await page.locator('#timing .plot').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.match(await page.locator('#live').innerText(), /^0:\d\d: .* ms$/);
  const before = await range(1);
  await page.keyboard.press('+');
  const after = await range(1);
  assert.ok(after.max - after.min < (before.max - before.min) * .6);
  await page.keyboard.press('0');

  // The plot's data as a table.
  await page.locator('#lag summary').click();
  await page.locator('#lag details tbody tr').nth(3).waitFor();

  // Sections by name, the filter, the theme.
  await page.locator('#nav').getByRole('link', {name: 'Metrics'}).click();
  // (The page forbids eval, so waitForFunction cannot be used.)
  await until(() => inPage(() => Math.abs(document.getElementById('metrics').getBoundingClientRect().top) < 200));
  await page.fill('#filter', 'privacy.m0');
  assert.equal(await page.locator('#metrics tbody tr:visible').count(), 2);
  await page.fill('#filter', '');
  const paper = () => inPage(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.click('#theme');
  await page.click('#theme');
  assert.equal(await page.locator('#theme').innerText(), 'Dark');
  assert.notEqual(await paper(), light);
  await inPage(() => scrollTo(0, 0));
  await shoot('4-dark');
  await page.locator('#nav').getByRole('link', {name: 'Timing'}).click();
  await shoot('5-dark-timing');
  await page.click('#theme');

  // A phone: nothing wider than the screen.
  await page.setViewportSize({width: 390, height: 844});
  await page.waitForTimeout(300);
  const widths = await inPage(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(widths[0] <= widths[1], `the page is ${widths[0]} wide on a screen of ${widths[1]}`);
  await inPage(() => scrollTo(0, 0));
  await shoot('6-narrow');
  if (pictures) await page.locator('#signals').screenshot({path: join(pictures, '7-narrow-signals.png')});

  assert.deepEqual(troubles, []);
} catch (error) {
  failed = true;
  console.error(error);
  if (troubles.length) console.error(troubles.join('\n'));
} finally {
  await context.close();
  rmSync(folder, {recursive: true, force: true});
}
process.exit(failed ? 1 : 0);
