import { createRequire } from 'node:module';

/** Native packages that only some devices need, and that an installation without a compiler lacks. */
export const nativePackages = ['epoll', 'i2c-bus'] as const;
export type NativePackage = (typeof nativePackages)[number];
export type LoadNative = (name: NativePackage) => Promise<unknown>;

const require = createRequire(import.meta.url);

/** The packages themselves, without what is built on them: loading one runs nothing but its binding. */
export const loadNative: LoadNative = async (name) => require(name);

/** Those that do not load: not installed, not built, or built for another Node. */
export async function missingPackages(load: LoadNative = loadNative): Promise<readonly NativePackage[]> {
  const loads = await Promise.all(
    nativePackages.map((name) =>
      load(name).then(
        () => true,
        () => false,
      ),
    ),
  );
  return nativePackages.filter((_, i) => loads[i] !== true);
}
