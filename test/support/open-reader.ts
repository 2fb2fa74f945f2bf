import {
  DeviceReader,
  type DeviceReaderOptions,
  type ReaderHandlers,
  type ReaderOptions,
} from '../../drivers/hid/reader.js';
import type { OpenPort } from '../../drivers/line/serial-port.js';

/** A reader for one opening: it ends with it. */
export async function openReader(
  options: ReaderOptions & DeviceReaderOptions,
  handlers: ReaderHandlers,
): Promise<OpenPort> {
  const reader = new DeviceReader(options);
  try {
    const port = await reader.open(options, handlers);
    const close = async (why: string) => {
      await port.close(why);
      await reader.stop();
    };
    return { ...port, close };
  } catch (error) {
    await reader.stop();
    throw error;
  }
}
