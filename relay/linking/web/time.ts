import { type Html, html } from './html.js';

/** Epoch ms as the shop's clock shows it, "2026-11-22 19:58"; for programs in UTC. */
export function localTime(at: number, zoneMinutes: number): Html {
  const local = new Date(at + zoneMinutes * 60_000).toISOString();
  return html`<time datetime="${new Date(at).toISOString()}">${local.slice(0, 10)} ${local.slice(11, 16)}</time>`;
}
