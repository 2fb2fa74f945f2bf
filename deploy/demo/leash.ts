import { isMainThread } from 'node:worker_threads';

/**
 * Loaded with `--import` into every program that the demo starts: when the demo is gone, even by kill -9, the operating
 * system closes the channel between them and the program ends. The programs themselves know nothing of it.
 */
if (process.channel) {
  process.on('disconnect', end);
  // The listener would keep a program alive that has finished; the leash must only ever shorten a life.
  process.channel.unref();
} else if (isMainThread) {
  // The demo was gone before this was loaded, and nobody would tell again.
  end();
}

/** Not process.exit: at exit the logger flushes, and to a standard output that nobody reads it would try for ever. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}
