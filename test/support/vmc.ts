import { lineReader } from '../../drivers/actuator/mdb/dialects.js';
import type { Place } from './line.js';
import { until } from './wait.js';

/**
 * A vending machine controller with its MDB adapter, at the other end of a line: it speaks and hears lines. A transcript
 * is one line each: "> what it says", "< what it must hear next". Made before `place.plug`.
 */
export function makeVmc(place: Place) {
  const heard: string[] = [];
  place.listen(lineReader((line) => heard.push(line)));
  const say = (line: string) => place.write(`${line}\n`);
  /** The next line heard. */
  const next = async (what: string): Promise<string> => {
    await until(`the VMC hears ${what}`, () => heard.length > 0, 3_000);
    return heard.shift() ?? '';
  };
  async function play(transcript: string): Promise<void> {
    for (const [at, line] of transcript.trim().split('\n').entries()) {
      const [mark = '', ...words] = line.trim().split(' ');
      const text = words.join(' ');
      if (mark === '>') {
        await say(text);
        continue;
      }
      const found = await next(text);
      if (found !== text) throw new Error(`transcript line ${at + 1}: found "${found}", expected "${text}"`);
    }
  }
  /** Polls until something other than an ACK comes. */
  async function poll(): Promise<string> {
    for (let n = 0; n < 200; n += 1) {
      await say('1212');
      const answer = await next('an answer to POLL');
      if (answer !== '00') return answer;
    }
    throw new Error('the VMC polled 200 times and heard nothing but ACK');
  }
  return { say, next, play, poll, heard };
}

/** From RESET to a session that waits for a choice, in raw blocks: level 1, HKD, scale 10. */
export const opened = `
> 1010
< 00
> 1212
< 0000
> 11000300000014
< 010113440a0205006a
> 1101ffff000010
< 00
> 140115
< 00
> 1212
< 03ffff01`;
/** A choice: item 5 at 350 units. */
export const chosen = `
> 1300015e000577
< 00`;
/** The approval of that. */
export const approved = '05015e64';
