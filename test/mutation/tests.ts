// The quickest first: most changes fall to the first that are asked, and then the rest need not run.
import '../unit/agent/decode/cpm.test.js';
import '../unit/agent/decode/decoder.test.js';
import '../unit/agent/decode/member-code.test.js';
import '../unit/agent/decode/base64.test.js';
import '../unit/agent/decode/framer.test.js';
import '../unit/agent/decode/duplicates.test.js';
import '../unit/agent/decode/issuers.test.js';
import { run } from './shim.js';

process.stdout.write(`${await run()} passed\n`);
