import type { Indicator } from '../../drivers/contract/indicator.js';
import { VirtualIndicator } from '../../drivers/indicator/virtual.js';
import { WebIndicator } from '../../drivers/indicator/web.js';
import type { WebFront } from '../../drivers/web/front.js';
import type { Config } from '../config/config.js';

export function indicatorOf({ kind }: Config['indicator'], web: WebFront): Indicator {
  return kind === 'web' ? new WebIndicator(web) : new VirtualIndicator();
}
