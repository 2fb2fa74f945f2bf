import { ascii, asked, type Profile, said } from './profile.js';
import { between, Cutter } from './reader.js';

const health = asked(ascii('h'));

/**
 * Datalogic by RS-232 or USB-COM. What it says of its health stands between SOH STX and ETX EOT (PowerScan 9600 reference
 * guide, appendix E). "Not on file", its bad-read, leaves it disabled.
 */
export const datalogic: Profile = {
  name: 'datalogic',
  words: {
    enable: said(ascii('E')),
    disable: said(ascii('D')),
    'good-read': said(ascii('B')),
    'bad-read': said(ascii('F')),
  },
  probe: { enabled: health, disabled: health },
  deafAfter: ['bad-read'],
  answerMs: 1_500,
  holdMs: 200,
  paceMs: 0,
  reader: () => new Cutter(between(ascii('\x01\x02'), ascii('\x03\x04'), 1_024)),
};
