// Every page in each of its states, light and dark, wide and narrow.

import { BASE, SIGNED_IN } from './support/env';
import { lookAt } from './support/look';
import { FULL, PUBLIC } from './support/screens';
import { test } from './support/test';

test.describe('signed out', () => {
  for (const screen of PUBLIC) {
    test(screen.name, async ({ page, watch }) => lookAt(page, watch, BASE, screen));
  }
});

test.describe('signed in', () => {
  test.use({ storageState: SIGNED_IN });
  for (const screen of FULL) {
    test(screen.name, async ({ page, watch }) => lookAt(page, watch, BASE, screen));
  }
});
