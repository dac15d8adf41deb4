// Every page in each of its states, light and dark, wide and narrow.

import { onEveryScreen } from './support/everywhere';
import { lookAt } from './support/look';

onEveryScreen(lookAt);
