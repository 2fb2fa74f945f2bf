import { createInterface } from 'node:readline';

/** What programs in the guest have in common: a line of JSON for each thing they say, and a word a line that they are told. */
export const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Ends when nobody is left to tell anything. */
export const told = (): AsyncIterable<string> => createInterface({ input: process.stdin });
