/** What the device itself says over USB, asked past the kernel's drivers. */
export type Described = {
  readonly vid: string;
  readonly pid: string;
  readonly maker?: string;
  readonly product?: string;
  readonly serial?: string;
};

/** The few parts of npm `usb` that are used: descriptors that it read already; no device is opened. */
export type UsbPackage = {
  readonly usb: {
    getDevices(): Promise<
      readonly {
        readonly vendorId: number;
        readonly productId: number;
        readonly manufacturerName?: string | null | undefined;
        readonly productName?: string | null | undefined;
        readonly serialNumber?: string | null | undefined;
      }[]
    >;
  };
};

const hex = (value: number): string => value.toString(16).padStart(4, '0');
const said = <K extends string>(key: K, value: string | null | undefined): { readonly [k in K]?: string } =>
  value ? ({ [key]: value } as { readonly [k in K]: string }) : {};

/**
 * The devices as npm `usb` sees them, for a second opinion: one that is here and not in sysfs is not passed to this
 * container. Undefined with the reason when the package or USB itself is missing; never rejects.
 */
export async function describedByUsb(
  load: () => Promise<UsbPackage> = () => import('usb'),
): Promise<{ readonly devices?: readonly Described[]; readonly reason?: string }> {
  try {
    const { usb } = await load();
    const devices = await usb.getDevices();
    return {
      devices: devices.map((device) => ({
        vid: hex(device.vendorId),
        pid: hex(device.productId),
        ...said('maker', device.manufacturerName),
        ...said('product', device.productName),
        ...said('serial', device.serialNumber),
      })),
    };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : 'npm usb does not load' };
  }
}
