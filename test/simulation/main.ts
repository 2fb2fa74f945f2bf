import { worldOptions } from './options.js';
import { runWorld } from './run.js';

const seed = Number(process.argv[2] ?? 1),
  n = Number(process.argv[3] ?? 500),
  worlds = Number(process.argv[4] ?? 1);
const t = performance.now();
let payments = 0;
const ends: Record<string, number> = {};
let bad = 0;
let lasted = 0;
for (let i = 0; i < worlds; i++) {
  const o = worldOptions(seed + i, n);
  let slices = 0;
  const r = await runWorld({ ...o, told: process.argv[5] === 'told' }, (w) => {
    slices++;
    if (process.env.DBG) console.log(slices, (w.timeline.now / 1000).toFixed(1), w.payments);
  });
  payments += r.payments;
  lasted += r.lasted / 1000;
  if (process.argv[5] === 'told') {
    const m = new Map<string, number>();
    for (const l of r.story) {
      const k =
        l.who.replace(/-\d+/, '') +
        ' ' +
        l.what
          .replace(/relay-\d+: /, '')
          .split(' ')
          .slice(0, 3)
          .join(' ')
          .replace(/[0-9a-f]{5,}/, '');
      m.set(k, (m.get(k) ?? 0) + 1);
    }
    console.log([...m].sort((a, b) => b[1] - a[1]).slice(0, 25));
    console.log('lasted', r.lasted / 1000, 'faults', r.faults.length);
  }
  for (const [k, v] of Object.entries(r.ends)) ends[k] = (ends[k] ?? 0) + v;
  for (const v of r.violations.slice(0, 3)) {
    bad++;
    console.log(seed + i, JSON.stringify(v).slice(0, 400));
    if (process.argv[5] === 'told')
      for (const l of r.story)
        console.log((l.at / 1000).toFixed(3).padStart(10), l.who.padEnd(12), l.what, '·', l.about ?? '');
  }
}
const s = (performance.now() - t) / 1000;
console.log('lasted', lasted, 'cpu', (process.cpuUsage().user / 1e6).toFixed(1));
console.log(
  payments,
  'payments',
  s.toFixed(1),
  's',
  (payments / s).toFixed(0),
  '/s',
  JSON.stringify(ends),
  'violations',
  bad,
);
