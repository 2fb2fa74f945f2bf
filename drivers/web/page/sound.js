// The buzzer: a short pattern of tones for each signal, made with WebAudio so that nothing is loaded.

/** [start ms, length ms, Hz] */
const patterns = {
  read: [[0, 80, 2093]],
  // Begins after the chirp that goes before it.
  'try-again': [
    [120, 70, 880],
    [240, 70, 880],
  ],
  'confirm-on-phone': [
    [0, 110, 1319],
    [170, 110, 1760],
  ],
  'press-to-pay': [
    [0, 110, 1319],
    [170, 110, 1760],
  ],
  approved: [
    [0, 110, 1319],
    [120, 110, 1568],
    [240, 260, 2093],
  ],
  declined: [
    [0, 120, 440],
    [200, 120, 440],
    [400, 120, 440],
  ],
  'out-of-service': [[0, 400, 330]],
};

let audio;

function context() {
  if (!audio && 'AudioContext' in window) audio = new AudioContext();
  return audio;
}

/** True when the browser lets the page sound: at once in a kiosk that allows autoplay, elsewhere after a first touch. */
export const audible = () => audio?.state === 'running';

/** Calls `changed` whenever the page becomes audible or falls silent. */
export function listenForTouch(changed) {
  const wake = () => context()?.resume().then(changed, changed);
  for (const name of ['pointerdown', 'keydown']) window.addEventListener(name, wake);
  const made = context();
  if (made) made.onstatechange = changed;
  changed();
}

function tone(at, [startMs, lengthMs, hz]) {
  const start = at + startMs / 1000;
  const end = start + lengthMs / 1000;
  const source = audio.createOscillator();
  const level = audio.createGain();
  source.type = 'square';
  source.frequency.value = hz;
  level.gain.setValueAtTime(0, start);
  level.gain.linearRampToValueAtTime(0.12, start + 0.005);
  level.gain.setValueAtTime(0.12, end - 0.01);
  level.gain.linearRampToValueAtTime(0, end);
  source.connect(level).connect(audio.destination);
  source.start(start);
  source.stop(end);
}

/** Sounds the signal's pattern where it may; the pattern's length in ms, 0 for a silent signal. */
export function sound(signal) {
  const pattern = patterns[signal] ?? [];
  if (audible()) for (const part of pattern) tone(audio.currentTime + 0.01, part);
  return pattern.reduce((most, [start, length]) => Math.max(most, start + length), 0);
}
