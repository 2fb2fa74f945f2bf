import { makePlan } from './out/test/bench/decode/plan.js';
import { seeded } from './out/test/bench/random.js';
import { runRaces, medianOf, timesOf } from './out/test/bench/rounds.js';
import { ratio } from './out/test/bench/statistics.js';
const random = seeded(1);
const plan = makePlan(random);
const want = process.argv[2]?.split(',') ?? ['numeric-24','numeric-all','cpm-120'];
const clock=()=>Number(process.hrtime.bigint());
const all=[...plan.main, ...plan.afterLastByte, ...plan.lengths];
// warm with everything
for (const r of all) for (const c of r.contenders) if(!/tlv/.test(c.name)) c.run(512);
let races = all.filter(r=>want.includes(r.name)).map(r=>({name:r.name,contenders:r.contenders.filter(c=>!/tlv/.test(c.name))}));
const t = runRaces(races,{rounds:31,turnNs:3e6,clock,random});
for (const r of races) for (const c of r.contenders) console.log(r.name.padEnd(14), c.name.padEnd(34), medianOf(t,r.name,c.name).toFixed(1), (1/ratio(timesOf(t,r.name,c.name),timesOf(t,r.name,r.contenders[0].name))).toFixed(2));
