import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html, nothing } from '../../../../../relay/linking/web/html.js';

test('whatever comes from elsewhere stands there as text', () => {
  const name = `<script>alert("1")</script>&'`;
  expect(html`<p title="${name}">${name}</p>`.markup).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</p>',
  );
});

test('markup of its own is taken as it is, alone and in lists; numbers and nothing too', () => {
  const rows = ['a', '<b>'].map((text) => html`<li>${text}</li>`);
  expect(html`<ul>${rows}${nothing}</ul>${7}${html`<i>x</i>`}`.markup).toBe(
    '<ul><li>a</li><li>&lt;b&gt;</li></ul>7<i>x</i>',
  );
});

test('no text, whatever it is, opens a tag, ends an attribute, or begins an entity of its own', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { markup } = html`${text}`;
      expect(markup).not.toMatch(/[<>"']/);
      expect(markup.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
    }),
  );
});
