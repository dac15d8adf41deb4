// A test for each screen, in the installation that it belongs to.

import { connectExpired, connectOne, connectOnly, connectTwice, connectUnchecked, fill } from './crowd';
import { BASE, RUN, SIGNED_IN } from './env';
import type { Asked } from './api';
import { Mooring } from './mooring';
import { EMPTY, FULL, LAPSED, MANY, ONE, PUBLIC, type Screen, SILENT, TWO_APPS, UNSET, WELL } from './screens';
import { NORTHWIND, setUpByRequest } from './set_up';
import { type Page, test as base } from './test';
import type { Watch } from './watch';

type Look = (page: Page, watch: Watch, base: string, screen: Screen) => Promise<void>;

/** Declares the tests; `look` opens the screen and does what it is there for. */
export function onEveryScreen(look: Look): void {
  let mooring: Mooring;
  let address = BASE;
  const test = base.extend({
    baseURL: async ({ browserName: _ }, use) => use(address),
  });
  const each = (screens: Screen[]) => {
    for (const screen of screens) test(screen.name, async ({ page, watch }) => look(page, watch, address, screen));
  };

  test.describe('signed out', () => each(PUBLIC));

  test.describe('signed in', () => {
    test.use({ storageState: SIGNED_IN });
    each(FULL);
  });

  /** Screens of an installation of their own. */
  const elsewhere = (title: string, screens: Screen[], prepare?: (of: Asked, mooring: Mooring) => Promise<void>, settings = {}) => {
    const file = `${RUN}/${title.replaceAll(' ', '-')}.json`;
    test.describe(title, () => {
      test.beforeAll(async () => {
        test.setTimeout(300_000);
        mooring = await Mooring.start(settings);
        address = mooring.base;
        if (!prepare) return;
        await setUpByRequest(mooring, file);
        await prepare({ base: mooring.base, token: mooring.apiToken(NORTHWIND) }, mooring);
      });
      test.afterAll(async () => {
        await mooring.stop();
        address = BASE;
      });
      if (prepare) test.use({ storageState: file });
      each(screens);
    });
  };
  elsewhere('nobody there', UNSET);
  elsewhere('nothing yet', EMPTY, async () => undefined);
  elsewhere('one account', ONE, connectOnly);
  elsewhere('all is well', WELL, connectOne);
  elsewhere('a silent worker', SILENT, connectUnchecked, { MOORING_WORKER: 'off', MOORING_CHECK_INTERVAL: '10s' });
  elsewhere('a link that expired', LAPSED, connectExpired);
  elsewhere('two apps', TWO_APPS, connectTwice);
  elsewhere('many accounts', MANY, fill);
}
