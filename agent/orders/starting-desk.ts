import type { Cancelled, KioskStatus, Linked, LinkStatus, OrderDesk, OrderRequest, Placed } from './desk.js';

/**
 * Stands in for the desk while the agent starts: the API's port is taken before the journal is touched, and whoever asks
 * meanwhile hears that the kiosk is out of service.
 */
export class StartingDesk implements OrderDesk {
  readonly #kiosk: string;
  readonly #version: string;
  #desk: OrderDesk | undefined;

  constructor(kiosk: string, version: string) {
    this.#kiosk = kiosk;
    this.#version = version;
  }

  open(desk: OrderDesk): void {
    this.#desk = desk;
  }

  place(request: OrderRequest): Placed {
    return this.#desk?.place(request) ?? { ok: false, code: 'out-of-service', reason: 'starting' };
  }

  cancel(id: string): Cancelled {
    return this.#desk?.cancel(id) ?? 'unknown';
  }

  report(id: string, result: Parameters<OrderDesk['report']>[1]): boolean {
    return this.#desk?.report(id, result) ?? false;
  }

  link(wallet: string): Linked {
    return this.#desk?.link(wallet) ?? { ok: false, code: 'out-of-service', reason: 'starting' };
  }

  dropLink(): boolean {
    return this.#desk?.dropLink() ?? false;
  }

  linking(): LinkStatus | undefined {
    return this.#desk?.linking();
  }

  press(order?: string): boolean {
    return this.#desk?.press(order) ?? false;
  }

  status(): KioskStatus {
    const starting = {
      kiosk: this.#kiosk,
      service: 'out-of-service',
      reason: 'starting',
      version: this.#version,
      counters: {},
    } as const;
    return this.#desk?.status() ?? starting;
  }
}
