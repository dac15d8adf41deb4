// Where the focus of the keyboard is, and whether it can be seen there. screens.md: Acceptance 2

import { expect, type Page } from '@playwright/test';

/** What has the focus; `undefined` if it is nothing of the page. */
interface Focus {
  /** Whether an outline shows it. */
  outlined: boolean;
  /** Whether it is in the window. */
  inside: boolean;
  /** Whether something else, such as a sticky bar, lies over it. */
  covered: boolean;
  what: string;
}

export const focusOf = (page: Page): Promise<Focus | undefined> =>
  page.evaluate(() => {
    const element = document.activeElement;
    // After the last link, the browser's own bar has the focus; on a page that
    // has just loaded, nothing has it.
    if (!element || element === document.body || element === document.documentElement) return undefined;
    const box = element.getBoundingClientRect();
    const outlined = (at: Element | null) => {
      const style = at && getComputedStyle(at);
      return Boolean(style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0);
    };
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {
      // Of a choice that is drawn by its label, the label is outlined.
      outlined: outlined(element) || outlined(element.closest('label')),
      inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
      covered: top !== null && !element.contains(top) && !top.contains(element),
      what: element.outerHTML.slice(0, 160),
    };
  });

/** Fails if something has the focus and doesn't show it. */
export async function focusShows(page: Page): Promise<boolean> {
  const focus = await focusOf(page);
  if (!focus) return false;
  expect(focus, 'the focus shows').toMatchObject({ outlined: true, inside: true, covered: false });
  return true;
}
