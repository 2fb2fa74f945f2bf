import { defaultRetry } from '../../../drivers/line/backoff.js';
import { type OutputPlace, outputAt } from '../../../drivers/output/outputs.js';
import { say, told } from './say.js';

/** Runs in the guest: one output driver, told what to do line by line: "on", "off", "blink ON OFF", "pulse MS". */

const place = JSON.parse(process.argv[2] ?? '{}') as OutputPlace;
const output = outputAt('line', place, { checkMs: 500, retry: { ...defaultRetry, firstMs: 100, maxMs: 500 } });
await output.start({ onFault: (fault) => say({ fault }), onWell: () => say({ fault: null }) });
say({ ...output.abilities });

for await (const line of told()) {
  const [word = '', ...numbers] = line.split(' ');
  const [first = 0, second = 0] = numbers.map(Number);
  if (word === 'pulse') {
    await output.pulse(first).then(say, (error: unknown) => say({ refused: String(error) }));
    continue;
  }
  if (word === 'blink') output.blink(first, second);
  else output.set(word === 'on');
  say({ did: line });
}
await output.stop();
process.exit(0);
