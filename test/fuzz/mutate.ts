import { addFraming, changeBytes, changeLength, Draft } from './draft.js';
import { changeTree, randomTree, writeCpm } from './mutate-cpm.js';
import { writeDigits, writeMerchant, writeMistake } from './mutate-text.js';
import { Random } from './random.js';
import { type Branch, copyTree, growTree, TreeWriter } from './tlv-tree.js';
import type { Vector } from './vectors.js';

/**
 * Inputs for the fuzz: the vectors, changed. Input `index` of a seed is the same whatever was made before it.
 */
export class Mutator {
  readonly #seed: number;
  readonly #random = new Random();
  readonly #draft = new Draft();
  readonly #writer = new TreeWriter();
  readonly #vectors: readonly Uint8Array[];
  readonly #merchants: readonly Uint8Array[];
  readonly #trees: readonly Branch[][];

  constructor(seed: number, vectors: readonly Vector[]) {
    this.#seed = seed;
    this.#vectors = vectors.map((v) => v.bytes);
    this.#merchants = vectors.filter((v) => v.expected.rejectReason === 'merchant-presented').map((v) => v.bytes);
    this.#trees = vectors
      .filter((v) => v.expected.kind === 'emv-cpm')
      .map((v) => growTree(Buffer.from(v.expected.code ?? '', 'base64')));
  }

  /** Good until the next call. */
  input(index: number): Uint8Array {
    const random = this.#random.at(this.#seed, index);
    this.#begin(random);
    if (random.once(5)) for (let i = random.between(1, 3); i > 0; i--) this.#change(random);
    if (random.once(10)) addFraming(this.#draft, random);
    if (random.once(100)) changeLength(this.#draft, random);
    return this.#draft.view();
  }

  #begin(random: Random): void {
    const chance = random.below(100);
    if (chance < 20) this.#tree(copyTree(random.pick(this.#trees)), random);
    else if (chance < 40) this.#tree(randomTree(random), random);
    else if (chance < 60) writeDigits(this.#draft, random);
    else if (chance < 66) writeMerchant(this.#draft, random, random.pick(this.#merchants));
    else if (chance < 80) writeMistake(this.#draft, random);
    else {
      this.#draft.set(random.pick(this.#vectors));
      this.#change(random);
    }
  }

  #tree(tree: Branch[], random: Random): void {
    for (let i = random.pick([0, 1, 1, 1, 2, 3]); i > 0; i--) changeTree(tree, random);
    writeCpm(this.#draft, tree, this.#writer, random);
  }

  #change(random: Random): void {
    changeBytes(this.#draft, random, random.pick(this.#vectors));
  }
}
