// Each rule of support/rules.ts finds a page that breaks it, and says nothing of one that doesn't.

import { SIGNED_IN, TENANT } from './support/env';
import { focusOf } from './support/focus';
import { violations } from './support/look';
import * as rules from './support/rules';
import { expect, type Page, test } from './support/test';

test.use({ storageState: SIGNED_IN });

/** Puts something wrong into a page of Mooring. */
const spoil = (page: Page, html: string, css = '') =>
  page.evaluate(
    ([html, css]) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css ?? '');
      document.adoptedStyleSheets = [sheet];
      document.querySelector('main .page')?.insertAdjacentHTML('beforeend', html ?? '');
    },
    [html, css],
  );

test.beforeEach(async ({ page }) => {
  await page.goto(`/t/${TENANT}/api-tokens`);
});

const CASES: [name: string, rule: (page: Page) => Promise<string[]>, html: string, css: string, found: RegExp][] = [
  ['a table without caption, scope and row head', rules.tables, '<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>', '', /no caption.*no scope.*no head/s],
  ['a disabled button', rules.disabled, '<form><button disabled>Save</button></form>', '', /disabled/],
  ['a small target', rules.small, '<button class="tiny">x</button>', '.tiny { all: unset; display: block; width: 12px; height: 12px }', /12 × 12/],
  ['text that is cut off when it is large', rules.cutOff, '<p class="low">Some words</p>', '.low { height: 24px; overflow: hidden }', /cut off: P\.low/],
  ['a mark that is only a colour', rules.unseen, '<i class="mark-only"></i>', '.mark-only { display: block; width: 20px; height: 20px; background: red }', /not seen/],
  ['a field without an edge', rules.unseen, '<input class="edgeless" aria-label="x">', 'input.edgeless.edgeless { border: 0 !important; outline: 0 }', /no edge/],
  ['something that moves', rules.moving, '<p class="moves">x</p>', '.moves { transition: opacity 2s }', /moves: P\.moves/],
  ['a page that is too wide', rules.wide, '<p class="wide-one">x</p>', '.wide-one { width: 3000px }', /px/],
  ['something that leaves its panel', rules.stickingOut, '<section class="panel"><p class="out">x</p></section>', '.panel { overflow: visible } .out { width: 2000px }', /P\.out/],
];

for (const [name, rule, html, css, found] of CASES) {
  test(name, async ({ page }) => {
    expect(await rule(page), 'the page as it is').toEqual([]);
    await spoil(page, html, css);
    expect((await rule(page)).join('\n')).toMatch(found);
  });
}

test('axe finds what WCAG 2.0, 2.1 and 2.2 forbid', async ({ page }) => {
  await spoil(page, '<img src="/favicon.svg"><p class="pale">Hardly to be read</p><input type="text" autocomplete="nonsense" aria-label="x"><p><button class="dot-1">a</button><button class="dot-1">b</button></p>', '.pale { color: #ddd; background: #fff } .dot-1 { all: unset; display: inline-block; width: 9px; height: 9px; overflow: hidden }');
  const found = (await violations(page)).map((one) => one.split(':')[0]);
  // wcag2a, wcag2aa, wcag21aa, wcag22aa
  for (const rule of ['image-alt', 'color-contrast', 'autocomplete-valid', 'target-size']) expect(found).toContain(rule);
});

test('what moves by itself is measured', async ({ page }) => {
  expect((await rules.shiftOf(page)).sum).toBeLessThanOrEqual(0.02);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        // The browser leaves out what moves within half a second of a click, and there was none.
        document.querySelector('main')?.insertAdjacentHTML('afterbegin', '<canvas width="300" height="400"></canvas>');
        requestAnimationFrame(() => requestAnimationFrame(resolve));
      }),
  );
  await expect.poll(async () => (await rules.shiftOf(page)).sum).toBeGreaterThan(0.02);
});

test('a style that comes late is noticed', async ({ page }) => {
  await rules.painted(page);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const late = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '/pkg/mooring.css?late', onload: resolve, onerror: resolve });
        document.head.append(late);
      }),
  );
  await expect.poll(async () => (await rules.lateStyle(page)).join()).toContain('late');
});

test('a focus that can not be seen is noticed', async ({ page }) => {
  await spoil(page, '<button class="plain-1">x</button>', '.plain-1:focus { outline: none }');
  await page.locator('.plain-1').focus();
  expect(await focusOf(page)).toMatchObject({ outlined: false });
  await spoil(page, '<div class="lid"></div>', '.lid { position: fixed; inset: 0; background: red }');
  expect(await focusOf(page)).toMatchObject({ covered: true });
});

test('a breach of the content security policy is noticed', async ({ page, watch }) => {
  await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
  await expect.poll(() => watch.problems.join()).toContain('content security policy: style-src');
  // It was asked for.
  watch.problems.length = 0;
});
