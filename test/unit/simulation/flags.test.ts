import { describe, expect, test } from 'vitest';
import { FlagError, parseFlags } from '../../simulation/flags.js';

const parsed = (line: string) => parseFlags(line.split(' ').filter(Boolean), 77);

describe('what the flags ask for', () => {
  test('nothing said: a fresh seed, one process, as many payments as a row has by default', () => {
    expect(parsed('')).toEqual({
      ...{ kind: 'simulate', seed: 77, payments: 100_000 },
      ...{ processes: 1, shrink: 60, json: false },
    });
  });

  test('everything said', () => {
    expect(parsed('--seed 4294967295 --payments 1e7 --processes 2 --shrink 0 --json')).toEqual({
      ...{ kind: 'simulate', seed: 4_294_967_295, payments: 10_000_000 },
      ...{ processes: 2, shrink: 0, json: true },
    });
  });

  test('one world has the usual size, unless it is told', () => {
    expect(parsed('--seed 1 --world 12')).toMatchObject({ world: 12, payments: 2_000 });
    expect(parsed('--seed 1 --world 12 --payments 500')).toMatchObject({ world: 12, payments: 500 });
  });

  test('a sabotage has 200,000 payments to be noticed in', () => {
    expect(parsed('--sabotage all')).toMatchObject({ kind: 'sabotage', name: 'all', payments: 200_000 });
  });

  test('all sabotages run one for each processor, unless it is told; one runs alone', () => {
    const on4 = (line: string) => parseFlags(line.split(' '), 77, 4);
    expect(on4('--sabotage all')).toMatchObject({ processes: 4 });
    expect(on4('--sabotage all --processes 3')).toMatchObject({ processes: 3 });
    expect(on4('--sabotage skip-begun-sync')).toMatchObject({ processes: 1 });
    expect(on4('--payments 10')).toMatchObject({ processes: 1 });
  });

  test('second crash points are asked for, and may be thinned out', () => {
    expect(parsed('--crash-points')).toMatchObject({ deep: false });
    expect(parsed('--crash-points --deep')).toMatchObject({ deep: true, stride: 80 });
    expect(parsed('--crash-points --deep --stride 1')).toMatchObject({ deep: true, stride: 1 });
  });

  test.each([
    ['--help', 'help'],
    ['-h', 'help'],
    ['--list-sabotage', 'list-sabotage'],
    ['--crash-points --processes 2', 'crash-points'],
  ])('%s', (line, kind) => {
    expect(parsed(line).kind).toBe(kind);
  });
});

describe('what is wrong is named, with what was found and what to write', () => {
  test.each([
    ['--seed -1', /--seed.*value/],
    ['--seed 4294967296', '--seed: found "4294967296", expected a whole number from 0 to 4294967295'],
    ['--seed x', '--seed: found "x", expected a whole number'],
    ['--payments 0', '--payments: found "0", expected a whole number from 1 to'],
    ['--payments 1.5', '--payments: found "1.5"'],
    ['--payments 0x10', '--payments: found "0x10"'],
    ['--payments', /--payments.*without its value/],
    ['--payments --json', /--payments.*without its value/],
    ['--processes 0', '--processes: found "0"'],
    ['--world 1048576', '--world: found "1048576", expected a whole number from 0 to 1048575'],
    ['--shrink soon', '--shrink: found "soon"'],
    ['--json=1', /--json.*does not take/],
    ['--payment 5', /--payment: not known here; expected one of --seed, --payments,/],
    ['50', /50: not known here/],
    ['--world 1 --processes 2', '--world, --processes: found both; one world runs in one process'],
    ['--world 1 --sabotage all', '--world, --sabotage: found both'],
    ['--crash-points --payments 5', '--crash-points, --payments: found both'],
    ['--crash-points --seed 5', '--crash-points, --seed: found both'],
    ['--deep', '--deep: found without --crash-points'],
    ['--crash-points --stride 5', '--stride: found without --deep'],
    ['--crash-points --deep --stride 0', '--stride: found "0", expected a whole number from 1'],
    ['--sabotage a --processes 2', '--sabotage, --processes: found both; one sabotage runs in one process'],
    ['--sabotage a --crash-points', '--sabotage, --crash-points: found both'],
  ])('%s', (line, message) => {
    expect(() => parsed(line)).toThrow(FlagError);
    expect(() => parsed(line)).toThrow(message);
  });
});
