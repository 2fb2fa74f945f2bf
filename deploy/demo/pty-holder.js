// Holds one pseudo-terminal for pty.ts, in a process of its own. The native `open` does not mark its descriptors
// close-on-exec, so every program that the demo or a test starts afterwards would inherit the master, and pulling the
// plug in the parent would not hang up the line. Here nobody inherits it, and the death of this process is the unplug.
// Plain JavaScript, because it runs as it is from the sources and from dist/.
import { spawnSync } from 'node:child_process';
import { readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';

const optional = `@lydell/node-pty-linux-${process.arch}`;

/** Only the native `open`: the package's JavaScript wrapper reads the slave itself and signals foreign processes. */
function openNative() {
  try {
    return createRequire(import.meta.url)(`${optional}/pty.node`).open(80, 24);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    process.send({
      failed: `pseudo-terminal: the optional package ${optional} is absent or does not load (${why}); it exists for Linux on x64 and arm64 and comes with "npm ci" unless optional packages are omitted`,
    });
    process.disconnect();
    return undefined;
  }
}

const line = openNative();
if (line) serve(line);

function serve({ master, pty }) {
  // The slave's descriptor stays open here, so that the line outlives a reader that closes it and comes again.
  // Raw and without echo from the start; a reader that sets this itself would be too late for the first bytes.
  spawnSync('stty', ['-F', pty, 'raw', '-echo'], { stdio: 'ignore' });

  const waiting = [];
  let timer;
  function pump() {
    timer = undefined;
    while (waiting.length > 0) {
      const job = waiting[0];
      // By the clock that all processes share: how long a reader took is measured from here.
      job.atMs = Number(process.hrtime.bigint()) / 1e6;
      try {
        job.done += writeSync(master, job.bytes, job.done);
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
        timer = setTimeout(pump, 1);
        return;
      }
      if (job.done < job.bytes.length) continue;
      waiting.shift();
      process.send({ written: job.id, atMs: job.atMs });
    }
  }

  // Only for who wants to know: elsewhere nobody reads, and the line fills up, as with a scanner that takes nothing.
  const room = Buffer.alloc(4_096);
  function listen() {
    try {
      for (let size = readSync(master, room); size > 0; size = readSync(master, room))
        process.send({ heard: Uint8Array.from(room.subarray(0, size)) });
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }

  process.on('message', (message) => {
    if (message.unplug) process.exit(0);
    if (message.listen) {
      setInterval(listen, 1);
      return;
    }
    waiting.push({ id: message.id, bytes: message.bytes, done: 0 });
    if (timer === undefined) pump();
  });
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches the whole group; the one who opened the line decides when it goes.
  process.on('SIGINT', () => {});
  process.send({ path: pty });
}
