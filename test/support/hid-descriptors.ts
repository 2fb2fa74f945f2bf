const bytes = (...lines: readonly string[]): Uint8Array =>
  Uint8Array.from(Buffer.from(lines.join('').replaceAll(' ', ''), 'hex'));

/** A HID-POS scanner as imagers have it: scanned data, triggers, and a vendor's serial stream of 62 bytes. */
export const posDescriptor = bytes(
  '058c 0902 a101',
  // Scanned data, report 2: byte count, AIM identifier, 56 bytes, two of the vendor's, "continued" as eight bits.
  '0912 a102 8502 1500 26ff00 7508 9501 0501 093b 8102 9503 058c 09fb 09fc 09fd 8102 9538 09fe 820201',
  '0666ff 9502 0904 0900 8102 058c 2501 7501 9508 09ff 8102 c0',
  // Trigger report 4.
  '0914 a102 8504 1500 2501 7501 9508 0900 095f 0960 0900 0900 0985 0986 9186 c0',
  // Report FD: a length and bytes.
  '0666ff 7508 26ff00 0901 a102 85fd 9501 0921 9102 953e 0922 928201 c0',
  'c0',
);

/** The hardware lab's HID-POS gadget: the length has an odd usage, "continued" three bytes. */
export const labPosDescriptor = bytes(
  '058c 0902 a101 8502 1500 26ff00 7508 9501 09fd 8102 9503 09fb 8102 9538 09fe 820201 9503 09ff 8102 c0',
);

/** The boot keyboard of the HID specification, appendix B: eight modifiers, a reserved byte, six keys. */
export const keyboardDescriptor = bytes(
  '0501 0906 a101 0507 19e0 29e7 1500 2501 7501 9508 8102 9501 7508 8101',
  '9505 7501 0508 1901 2905 9102 9501 7503 9101 9506 7508 1500 2565 0507 1900 2965 8100 c0',
);

/** The same behind report number 1, with media keys as report 2. */
export const numberedKeyboardDescriptor = bytes(
  '0501 0906 a101 8501 0507 19e0 29e7 1500 2501 7501 9508 8102 9501 7508 8101',
  '9506 7508 1500 2565 0507 1900 2965 8100 c0',
  '050c 0901 a101 8502 1500 26ff03 1900 2aff03 7510 9501 8100 c0',
);

/** A keyboard whose keys are a bit map. */
export const bitmapKeyboardDescriptor = bytes(
  '0501 0906 a101 0507 19e0 29e7 1500 2501 7501 9508 8102 1904 2973 9570 8102 c0',
);

export const mouseDescriptor = bytes(
  '0501 0902 a101 0901 a100 0509 1901 2903 1500 2501 9503 7501 8102 9501 7505 8101 c0 c0',
);
