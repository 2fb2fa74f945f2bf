/** The agent's version, as `Hello` and the status tell it. Kept equal to package.json by a test. */
export const version = '0.1.0';
