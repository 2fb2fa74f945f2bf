import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { projectRoot } from '../../deploy/demo/places.js';

/** Chromium, where there is one. */
export const chromiumPath = [
  process.env['QUIETZONE_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

/** Whether a test file must be left out; says so. Where services are required none is, and it fails for want of one. */
export function withoutChromium(file: string): boolean {
  if (chromiumPath || process.env['QUIETZONE_REQUIRE_SERVICES'] === '1') return false;
  process.stdout.write(`${file}: skipped, no Chromium here; set QUIETZONE_CHROMIUM to one\n`);
  return true;
}

export async function launchChromium(): Promise<Browser> {
  if (!chromiumPath) throw new Error('QUIETZONE_CHROMIUM: no Chromium found; apt-get install chromium');
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
  return await chromium.launch({ executablePath: chromiumPath, headless: true, args });
}

/** A buyer's, held upright. */
export const phone: BrowserContextOptions = { viewport: { width: 360, height: 740 }, locale: 'en-GB', hasTouch: true };

/** What the browser complains of on a page, as it comes. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

/** For people: `.data/screenshots/NAME.png`, the whole page. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = join(projectRoot, '.data', 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
