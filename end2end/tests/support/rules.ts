// Rules that can be read off any page. Each gives what breaks it, so an empty list is good;
// rules.spec.ts shows that each can fail. screens.md: Acceptance 3, 4, 5, 7

import { expect, type Page } from '@playwright/test';

/** Tables have a caption, heads with `scope`, and one row head in each row; sorted heads say so. */
export const tables = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('table')].flatMap((table) => {
      const name = table.caption?.textContent?.trim() ?? '';
      const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
      const sorts = [...table.querySelectorAll('thead a[href*="sort="], thead button')].filter((sort) => !sort.closest('th'));
      return [
        ...(name ? [] : ['a table has no caption']),
        ...[...table.querySelectorAll('th:not([scope])')].map((th) => `${name}: ${th.textContent} has no scope`),
        ...rows.filter((row) => !row.querySelector('th[scope=row], th[scope=rowgroup]')).map((row) => `${name}: a row has no head: ${row.textContent?.slice(0, 40)}`),
        ...[...table.querySelectorAll('[aria-sort]')].filter((head) => !head.matches('th') || !head.querySelector('a, button')).map(() => `${name}: what is sorted is no head with a link or button`),
        ...sorts.map((sort) => `${name}: ${sort.textContent} sorts outside of a head`),
      ];
    }),
  );

/** Buttons that send something can always be pressed; a mistake is said after that. The links of a pager that lead nowhere are none. */
export const disabled = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('button:disabled, input:disabled, select:disabled, textarea:disabled, :not(a)[aria-disabled=true]')].map((e) => `disabled: ${e.outerHTML.slice(0, 80)}`),
  );

/** Whatever can be pressed is at least 24 px wide and high, but for links within text. */
export const small = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const inText = (e: Element) => e.matches('a') && getComputedStyle(e).display === 'inline';
    const hidden = (e: Element) => !e.checkVisibility({ visibilityProperty: true }) || e.closest('.sr, .skip') !== null;
    return [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden]), textarea, [role=option]')]
      .filter((e) => !hidden(e) && !inText(e))
      .flatMap((e) => {
        // A label around a box is pressed as well as the box.
        const { width, height } = (e.closest('label') ?? e).getBoundingClientRect();
        return width >= 23.9 && height >= 23.9 ? [] : [`${Math.round(width)} × ${Math.round(height)}: ${e.outerHTML.slice(0, 100)}`];
      });
  });

/** The elements that make the page wider than its window. */
export const wide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const width = document.scrollingElement?.scrollWidth ?? 0;
    if (width <= innerWidth) return [];
    const outside = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
    return [`${width} px`, ...outside.slice(0, 5).map((e) => `${e.tagName}.${e.className} in ${e.parentElement?.className}`)];
  });

/** The elements that stick out of their panel, unless what is around them scrolls. */
export const stickingOut = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const scrolls = (e: Element | null): boolean => Boolean(e) && (getComputedStyle(e as Element).overflowX !== 'visible' || scrolls((e as Element).parentElement?.closest('.panel *') ?? null));
    const edge = (e: Element) => e.getBoundingClientRect().right;
    const out = [...document.querySelectorAll('.panel')].flatMap((panel) =>
      [...panel.querySelectorAll('*')].filter((e) => edge(e) > edge(panel) + 1 && !scrolls(e.parentElement?.closest('.panel *') ?? null)),
    );
    return out.slice(0, 5).map((e) => `${e.tagName}.${e.className}: ${e.textContent?.slice(0, 40)}`);
  });

/** With text twice as large, nothing is cut off and nothing lies outside. */
export async function cutOff(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    const twice = new CSSStyleSheet();
    twice.replaceSync(':root { font-size: 200% !important }');
    document.adoptedStyleSheets.push(twice);
  });
  const cut = await page.evaluate(() =>
    [...document.body.querySelectorAll('*')]
      .filter((e) => !(e instanceof SVGElement) && e.checkVisibility() && !e.closest('.sr, [data-hidden]') && e.textContent?.trim())
      .filter((e) => {
        const { overflowX, overflowY } = getComputedStyle(e);
        const clips = (how: string) => how === 'hidden' || how === 'clip';
        return (clips(overflowX) && e.scrollWidth > e.clientWidth + 1) || (clips(overflowY) && e.scrollHeight > e.clientHeight + 1);
      })
      .map((e) => `cut off: ${e.tagName}.${e.className}: ${e.textContent?.slice(0, 40)}`),
  );
  const found = [...cut, ...(await wide(page))];
  await page.evaluate(() => {
    document.adoptedStyleSheets.pop();
  });
  return found.slice(0, 8);
}

/** With forced colours, what was only a colour is still seen, and controls have an edge: their own or that of the box they fill. */
export async function unseen(page: Page): Promise<string[]> {
  // What is drawn by its ground alone: the marks of strips, bars and charts.
  const marks = await page.evaluate(() => {
    const drawn = [...document.body.querySelectorAll<HTMLElement>('*')].filter((e) => {
      const { backgroundColor } = getComputedStyle(e);
      const { width, height } = e.getBoundingClientRect();
      const bare = !e.textContent?.trim() && !e.querySelector('svg, img, input') && !e.matches('input, select, textarea, progress, dialog, hr, td, th');
      return bare && width > 1 && height > 1 && !/^rgba\(.*, 0\)$/.test(backgroundColor);
    });
    drawn.forEach((e, n) => e.setAttribute('data-mark-number', `${n}`));
    return drawn.length;
  });
  await page.emulateMedia({ forcedColors: 'active' });
  const found = await page.evaluate(() => {
    const ground = getComputedStyle(document.body).backgroundColor;
    const edged = (style: CSSStyleDeclaration) => ['Top', 'Bottom'].some((side) => parseFloat(style.getPropertyValue(`border-${side.toLowerCase()}-width`)) > 0) || style.outlineStyle !== 'none';
    const lost = [...document.querySelectorAll('[data-mark-number]')].filter((e) => {
      const style = getComputedStyle(e);
      return style.forcedColorAdjust !== 'none' && !edged(style) && (style.backgroundColor === ground || /^rgba\(.*, 0\)$/.test(style.backgroundColor));
    });
    const flat = [...document.querySelectorAll('.button, input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea')].filter(
      (e) => e.checkVisibility() && !e.closest('.sr, .menu > div') && e.getAttribute('data-kind') !== 'quiet' && !edged(getComputedStyle(e)) && !e.closest('.search, .copy'),
    );
    document.querySelectorAll('[data-mark-number]').forEach((e) => e.removeAttribute('data-mark-number'));
    return [...lost.map((e) => `not seen: ${e.outerHTML.slice(0, 80)}`), ...flat.map((e) => `no edge: ${e.outerHTML.slice(0, 80)}`)];
  });
  await page.emulateMedia({ forcedColors: 'none' });
  return [...new Set(found)].slice(0, 5).map((one) => `${one} (of ${marks} marks)`);
}

/** Where less motion is asked for, nothing moves or fades. */
export async function moving(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const found = await page.evaluate(() => {
    const long = (times: string) => times.split(',').some((time) => parseFloat(time) > 0.01);
    return [...document.querySelectorAll('*')]
      .filter((e) => {
        const style = getComputedStyle(e);
        return (style.transitionProperty !== 'none' && long(style.transitionDuration)) || (style.animationName !== 'none' && long(style.animationDuration));
      })
      .map((e) => `moves: ${e.tagName}.${e.className}`);
  });
  await page.emulateMedia({ reducedMotion: null });
  return [...new Set(found)].slice(0, 5);
}

/** Waits until something was painted: a page is loaded before that. */
export const painted = (page: Page) => expect.poll(() => page.evaluate(() => performance.getEntriesByName('first-paint').length)).toBe(1);

/** Nothing is painted before the style is there; the theme is in the page itself. */
export async function lateStyle(page: Page): Promise<string[]> {
  await painted(page);
  return page.evaluate(() => {
    const painted = performance.getEntriesByName('first-paint')[0]?.startTime ?? 0;
    const styles = performance.getEntriesByType('resource').filter((one) => /\.css($|\?)/.test(one.name)) as PerformanceResourceTiming[];
    return styles.filter((one) => one.responseEnd > painted).map((one) => `${one.name} came after the first paint`);
  });
}

type Shift = PerformanceEntry & { value: number; sources: { node?: Element }[] };

/** How far things moved without being asked to, and which. */
export async function shiftOf(page: Page): Promise<{ sum: number; moved: string }> {
  return page.evaluate(
    () =>
      new Promise<{ sum: number; moved: string }>((resolve) => {
        const moved: string[] = [];
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries() as Shift[]) {
            sum += shift.value;
            moved.push(...shift.sources.map(({ node }) => `${node?.nodeName}.${node?.className} “${node?.textContent?.slice(0, 40)}”`));
          }
        }).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve({ sum, moved: moved.join('; ') })));
      }),
  );
}
