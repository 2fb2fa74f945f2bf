import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { states } from '../../relay/payment/types.js';
import { edgesOf, explore } from './diagrams/explore.js';
import { kioskDrawing, kioskEdges, kioskWays } from './diagrams/kiosk.js';
import { paymentDrawing, paymentEdges, paymentWays, reversalDrawing, reversalEdges } from './diagrams/payment.js';
import { renderDiagram } from './diagrams/render.js';
import { read, root } from './tree.js';

/** The state diagrams in the READMEs are drawn by walking the machines, each between two lines. */
const startOf = (name: string): string => `<!-- ${name}: drawn by \`npm run map\` -->`;
const endOf = (name: string): string => `<!-- ${name}: end -->`;

function compare(readme: string, name: string, diagram: string): void {
  const text = read(readme);
  const [start, end] = [startOf(name), endOf(name)];
  expect(text, `${readme} needs the lines ${start} and ${end}`).toContain(start);
  expect(text.indexOf(end)).toBeGreaterThan(text.indexOf(start));
  const [before, rest] = [text.slice(0, text.indexOf(start)), text.slice(text.indexOf(end))];
  const drawn = `${before}${start}\n\`\`\`mermaid\n${diagram}\n\`\`\`\n${rest}`;
  if (process.env['UPDATE_MAP'] === '1') writeFileSync(join(root, readme), drawn);
  else expect(text, `${readme}: run \`npm run map\``).toBe(drawn);
}

describe('the payment machine', () => {
  let ways: ReturnType<typeof paymentWays>;
  beforeAll(() => {
    ways = paymentWays();
  });

  test('is drawn as it is', () => {
    compare('relay/payment/README.md', 'states', renderDiagram(paymentEdges(ways), paymentDrawing));
  });

  test('its records of giving money back too', () => {
    compare('relay/payment/README.md', 'reversals', renderDiagram(reversalEdges(ways), reversalDrawing));
  });

  test('comes to every state, and by no way to one that rules 10 and 12 and S10 forbid', () => {
    expect(new Set(ways.flatMap((w) => [w.from.state, w.to.state]))).toEqual(new Set(states));
    const next = new Map(states.map((state) => [state, new Set<string>()]));
    for (const { from, to } of ways) if (from.state !== to.state) next.get(from.state)?.add(to.state);
    expect([...(next.get('reversing') ?? [])].sort()).toEqual(['declined', 'operator', 'reversed']);
    expect([...(next.get('approved') ?? [])].sort()).toEqual(['delivered', 'doubtful', 'reversing']);
    // By a person's word alone.
    expect([...(next.get('operator') ?? [])].sort()).toEqual(['declined', 'delivered', 'reversed']);
    for (const state of ['declined', 'reversed', 'delivered', 'refused'] as const) {
      expect([state, ...(next.get(state) ?? [])]).toEqual([state]);
    }
  });
});

test('the kiosk machine is drawn as it is', () => {
  compare('agent/kiosk/README.md', 'states', renderDiagram(kioskEdges(kioskWays()), kioskDrawing));
});

describe('the walk', () => {
  /** A lamp that burns out when it is switched on late. */
  const lamp = () =>
    explore({
      starts: ['off'],
      times: [0, 100],
      events: () => [
        { name: 'press hard', event: 'press' },
        { name: 'press softly', event: 'press' },
        { name: 'wait', event: 'wait' },
      ],
      step: (state, event, now) => {
        if (event === 'wait' || state === 'dark') return state;
        if (state === 'on') return 'off';
        return now === 100 ? 'dark' : 'on';
      },
      key: (state) => state,
    });
  const drawing = { order: ['off', 'on', 'dark'], first: ['off'], last: ['dark'], times: ['', 'late'] };

  test('finds every way, and when it opens', () => {
    expect(
      renderDiagram(
        edgesOf(lamp(), (state) => state),
        drawing,
      ),
    ).toBe(
      [
        'stateDiagram-v2',
        '  [*] --> off',
        '  off --> on: press hard/softly',
        '  off --> dark: late press hard/softly',
        '  on --> off: press hard/softly',
        '  dark --> [*]',
      ].join('\n'),
    );
  });

  test('a box without its place in the drawing is told, not left out', () => {
    const edges = edgesOf(lamp(), (state) => state);
    expect(() => renderDiagram(edges, { ...drawing, order: ['off', 'on'] })).toThrow(
      'no place in the drawing for dark',
    );
  });
});
