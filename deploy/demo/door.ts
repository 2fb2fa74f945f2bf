import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A port of this process behind which a program's port stands, as a proxy stands before a relay: its address is known
 * before the program is, and stays when the program comes back on another port.
 */
export class Door {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Where it leads; 0: nobody is there, and who comes is sent away. */
  port = 0;
  #address = '';

  constructor() {
    this.#server = createServer((inside) => this.#open(inside));
  }

  /** Such as "http://127.0.0.1:40123"; "" before `start`. */
  get address(): string {
    return this.#address;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    this.#address = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #open(visitor: Socket): void {
    if (this.port === 0) {
      visitor.destroy();
      return;
    }
    const program = connect(this.port, '127.0.0.1');
    for (const [socket, other] of [
      [visitor, program],
      [program, visitor],
    ] as const) {
      this.#sockets.add(socket);
      // A program that is killed breaks its connections off; the visitor sees that, and nobody else is concerned.
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
