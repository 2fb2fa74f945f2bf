/** A device at which the customer chooses before paying, such as a vending machine: the choice becomes an order. */
export type OrderWish = {
  readonly amountMinor: number;
  /** The machine's own number for what was chosen. */
  readonly item: number;
};

export type OrderHandlers = {
  /** The new order's id; undefined: none can be placed now, and the device tells its customer so. */
  onOrder(wish: OrderWish): string | undefined;
  /** The device does not want it any more. */
  onDropped(order: string): void;
};

export interface OrderSource {
  /** Before `start` of the device. */
  connect(handlers: OrderHandlers): void;
  /** The order is over, however it went: a device that still waits for it is told no. */
  over(order: string): void;
}
