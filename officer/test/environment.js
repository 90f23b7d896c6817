// Node 18 has the web's cryptography, but not yet under the web's name.
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
