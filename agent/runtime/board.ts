import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/**
 * What tells this board from another one that runs a copy of its card (rule 14): the serial number that the firmware
 * hands to Linux, else the lowest hardware address of a network interface. Never anything that is stored on the card.
 */
export function boardSerial(): string {
  try {
    const serial = readFileSync('/proc/device-tree/serial-number', 'utf8').replaceAll('\0', '').trim();
    if (serial) return serial.slice(0, 64);
  } catch {
    // No device tree: a PC.
  }
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((i) => !i.internal && i.mac !== '00:00:00:00:00:00')
    .map((i) => i.mac)
    .sort();
  return addresses[0] ?? 'unknown-board';
}
