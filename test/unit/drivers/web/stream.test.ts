import { describe, expect, it } from 'vitest';
import { PageStream } from '../../../../drivers/web/stream.js';
import { fakeClock } from '../clock.js';

/** An outlet that is full after `room` writes, until the page reads. */
function narrow(room: number) {
  const taken: string[] = [];
  let drain = () => {};
  let left = room;
  return {
    taken,
    names: () => taken.map((text) => /^event: (\w+)/.exec(text)?.[1]),
    write(text: string) {
      taken.push(text);
      return --left > 0;
    },
    on(_event: 'drain', listener: () => void) {
      drain = listener;
    },
    end() {},
    destroy() {},
    read(more: number) {
      left = more;
      drain();
    },
  };
}

describe('a stream to a page', () => {
  it('is server-sent events', () => {
    const out = narrow(9);
    new PageStream(out, fakeClock()).send('screen', () => ({ title: 'a\nb' }));
    expect(out.taken).toEqual(['event: screen\ndata: {"title":"a\\nb"}\n\n']);
  });

  it('writes nothing to a page that is full, and then the newest of each name', () => {
    const out = narrow(1);
    const stream = new PageStream(out, fakeClock());
    for (let i = 0; i < 1_000; i++) {
      stream.send('screen', () => i);
      stream.send('signal', () => -i);
      stream.send('beat', () => ({}));
    }
    expect(out.names()).toEqual(['screen']);
    out.read(10);
    expect(out.taken.slice(1).sort()).toEqual(['event: screen\ndata: 999\n\n', 'event: signal\ndata: -999\n\n']);
  });

  it('stops again when the page takes only part of it, and loses nothing', () => {
    const out = narrow(1);
    const stream = new PageStream(out, fakeClock());
    for (const name of ['hello', 'screen', 'signal', 'chirp'] as const) stream.send(name, () => 0);
    out.read(1);
    expect(out.names()).toEqual(['hello', 'screen']);
    out.read(1);
    out.read(1);
    expect(out.names()).toEqual(['hello', 'screen', 'signal', 'chirp']);
  });

  it('makes the content when it is written, not when it was sent', () => {
    const out = narrow(1);
    const clock = fakeClock();
    const stream = new PageStream(out, clock);
    stream.send('beat', () => ({}));
    stream.send('screen', () => ({ leftMs: 10_000 - clock.now() }));
    clock.pass(4_000);
    out.read(10);
    expect(out.taken[1]).toContain('"leftMs":6000');
  });

  it('knows how long the page has taken nothing', () => {
    const out = narrow(1);
    const clock = fakeClock();
    const stream = new PageStream(out, clock);
    expect(stream.stalledMs()).toBe(0);
    stream.send('beat', () => ({}));
    clock.pass(7_000);
    expect(stream.stalledMs()).toBe(7_000);
    out.read(10);
    expect(stream.stalledMs()).toBe(0);
  });
});
