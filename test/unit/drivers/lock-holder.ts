import { spawn } from 'node:child_process';

/** Another program that has the line: it opens `path` and holds it until it is killed. */
export async function holdLock(path: string): Promise<{ end(): Promise<void> }> {
  const script = `
    const { SerialPort } = require('serialport');
    const port = new SerialPort({ path: process.argv[1], baudRate: 115200 }, (error) => {
      process.stdout.write(error ? error.message : 'held');
    });
    port.on('error', () => {});
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text))));
  if (said !== 'held') {
    child.kill('SIGKILL');
    throw new Error(`lock holder: ${said}`);
  }
  return {
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
