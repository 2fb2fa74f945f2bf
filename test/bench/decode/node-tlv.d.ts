/** The one function that is measured; the package has no types of its own. */
declare module 'node-tlv' {
  const TLV: { parseList(bytes: Buffer): readonly unknown[] };
  export default TLV;
}
