export { openPty, type Pty } from '../../deploy/demo/pty.js';
