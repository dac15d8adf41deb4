// All pages in each of their states: how to open them, and their status.

import { IMPORT, OVERVIEW } from './screens/accounts';
import { ADMINISTRATION } from './screens/administration';
import { PERSON } from './screens/person';
import type { Screen } from './screens/screen';

export { EMPTY, LAPSED, MANY, ONE, SILENT, TWO_APPS, UNSET, WELL } from './screens/installations';
export type { Screen } from './screens/screen';
export { PUBLIC } from './screens/visitors';

/** Pages of a tenant with accounts in all states. */
export const FULL: Screen[] = [...PERSON, ...OVERVIEW, ...ADMINISTRATION, ...IMPORT];
