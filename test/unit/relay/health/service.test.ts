import { expect, test } from 'vitest';
import type { DownBody } from '../../../../protocol/messages.js';
import { Service } from '../../../../relay/health/service.js';

/** A clock by hand: `pass` runs what falls due. */
function byHand() {
  let now = 0;
  let tasks: { at: number; run: () => void }[] = [];
  const clock = {
    now: () => now,
    after: (ms: number, run: () => void) => {
      const task = { at: now + ms, run };
      tasks.push(task);
      return () => {
        tasks = tasks.filter((t) => t !== task);
      };
    },
  };
  const pass = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const next = tasks.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      tasks = tasks.filter((t) => t !== next);
      now = next.at;
      next.run();
    }
    now = end;
  };
  return { clock, pass };
}

function scene() {
  const { clock, pass } = byHand();
  const shut = new Set<string>();
  const said: string[] = [];
  const send = (kiosk: string, body: DownBody): boolean => {
    if (body.type === 'service') said.push(`${kiosk} ${body.reason ?? 'open'} ${body.forMs}`);
    return true;
  };
  const service = new Service({ clock, open: (kiosk) => !shut.has(kiosk), send });
  service.start();
  return { service, pass, shut, said };
}

test('a kiosk that can sell hears nothing', () => {
  const { service, pass, said } = scene();
  service.heard('a');
  service.changed();
  pass(60_000);
  expect(said).toEqual([]);
});

test('only kiosks of which every account is closed are told, again every 10 s, and once that it is over', () => {
  const { service, pass, shut, said } = scene();
  service.heard('a');
  service.heard('b');
  shut.add('a');
  service.changed();
  expect(said).toEqual(['a acquirer-unavailable 30000']);
  expect(service.closed).toBe(1);
  pass(20_000);
  expect(said).toHaveLength(3);
  shut.clear();
  service.changed();
  pass(60_000);
  expect(said.slice(3)).toEqual(['a open 0']);
  expect(service.closed).toBe(0);
});

test('a kiosk that is greeted, or refused, meanwhile is told at once', () => {
  const { service, shut, said } = scene();
  shut.add('a');
  service.heard('a');
  service.heard('a');
  expect(said).toHaveLength(2);
});

test('a kiosk that is not heard of for minutes is forgotten: another relay serves it', () => {
  const { service, pass, shut, said } = scene();
  service.heard('a');
  pass(400_000);
  shut.add('a');
  service.changed();
  expect(said).toEqual([]);
});
