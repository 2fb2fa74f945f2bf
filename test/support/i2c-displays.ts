// What displays on an I2C bus show, rebuilt from the messages they got: from a double's list or a real bus's record.
export type Message = { readonly address: number; readonly bytes: Uint8Array };

/** How many bytes of arguments a command of SSD1306 or SH1106 has. */
const argumentsOf: ReadonlyMap<number, number> = new Map([
  ...[0x20, 0x81, 0x8d, 0xa8, 0xad, 0xd3, 0xd5, 0xd9, 0xda, 0xdb].map((code): [number, number] => [code, 1]),
  ...[0x21, 0x22].map((code): [number, number] => [code, 2]),
]);

/** Page addressing, as both chips have it. @throws Error for what the chip would not understand */
export class OledModel {
  readonly #offset: number;
  readonly #ram = new Uint8Array(8 * 132).fill(0xa5);
  #page = 0;
  #column = 0;
  #pumped = false;
  on = false;
  contrast = 0x7f;

  constructor(chip: 'ssd1306' | 'sh1106') {
    this.#offset = chip === 'sh1106' ? 2 : 0;
  }

  take({ bytes }: Message): void {
    if (bytes[0] === 0x40) for (const byte of bytes.subarray(1)) this.#pixels(byte);
    else if (bytes[0] === 0x00) this.#commands([...bytes.subarray(1)]);
    else throw new Error(`oled: control byte ${bytes[0]}`);
  }

  isLit(x: number, y: number): boolean {
    return this.on && (((this.#ram[(y >> 3) * 132 + x + this.#offset] ?? 0) >> (y & 7)) & 1) === 1;
  }

  #pixels(byte: number): void {
    const width = this.#offset === 0 ? 128 : 132;
    if (this.#column >= width) throw new Error('oled: a write beyond the last column');
    this.#ram[this.#page * 132 + this.#column] = byte;
    this.#column++;
  }

  #commands(codes: number[]): void {
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at] ?? 0;
      const count = argumentsOf.get(code) ?? 0;
      this.#command(code, codes.slice(at + 1, at + 1 + count));
      at += count;
    }
  }

  #command(code: number, [value = 0]: number[]): void {
    if (code < 0x10) this.#column = (this.#column & 0xf0) | code;
    else if (code < 0x20) this.#column = (this.#column & 0x0f) | ((code & 0x0f) << 4);
    else if (code >= 0xb0 && code <= 0xb7) this.#page = code & 7;
    else if (code === 0x20 && value !== 2) throw new Error('oled: expected page addressing');
    else if (code === 0x8d || code === 0xad) this.#pumped = (value & 0x04) !== 0 || value === 0x8b;
    else if (code === 0x81) this.contrast = value;
    else if (code === 0xae || code === 0xaf) {
      if (code === 0xaf && !this.#pumped) throw new Error('oled: switched on without its pump');
      this.on = code === 0xaf;
    }
  }
}

/** HD44780 behind a PCF8574 wired the common way. @throws Error for what breaks the protocol */
export class LcdModel {
  readonly #memory = new Uint8Array(128).fill(0x23);
  #before = 0;
  #four = false;
  #high: number | undefined;
  #address = 0;
  #calls = 0;
  on = false;
  lit = false;

  take({ bytes }: Message): void {
    for (const byte of bytes) this.#port(byte);
  }

  line(row: number, columns: number): string {
    if (!this.on) return ' '.repeat(columns);
    const from = (row % 2 === 0 ? 0 : 0x40) + (row >= 2 ? columns : 0);
    return String.fromCharCode(...this.#memory.subarray(from, from + columns));
  }

  #port(byte: number): void {
    const [rises, falls] = [~this.#before & byte & 4, this.#before & ~byte & 4];
    if (byte & 2) throw new Error('lcd: RW is high');
    if (rises && (this.#before ^ byte) & 1) throw new Error('lcd: RS changed as E rose');
    if (falls && (this.#before ^ byte) & 0xf1) throw new Error('lcd: data or RS changed as E fell');
    if (falls) this.#nibble(byte >> 4, (byte & 1) === 1);
    this.#before = byte;
    this.lit = (byte & 8) !== 0;
  }

  #nibble(value: number, text: boolean): void {
    if (!this.#four || (this.#calls < 3 && value === 3)) {
      if (value === 3) this.#calls++;
      else if (value === 2 && this.#calls >= 3) this.#four = true;
      else throw new Error('lcd: not called to order');
      return;
    }
    if (this.#high === undefined) {
      this.#high = value;
      return;
    }
    const byte = (this.#high << 4) | value;
    this.#high = undefined;
    if (text) this.#memory[this.#address++ & 127] = byte;
    else this.#command(byte);
  }

  #command(byte: number): void {
    if (byte & 0x80) this.#address = byte & 0x7f;
    else if (byte === 0x33 || byte === 0x32) this.#four = true;
    else if (byte === 0x02) this.#address = 0;
    else if ((byte & 0xf8) === 0x08) this.on = (byte & 4) !== 0;
    else if ((byte & 0xf0) === 0x20 && (byte & 8) === 0) throw new Error('lcd: expected two lines');
  }
}
