// Puts the reader of codes where the build finds it: `npm ci && npm run decoder`. It is never committed.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

const at = (path) => new URL(`../${path}`, import.meta.url);
const packaged = (path) => at(`node_modules/zxing-wasm/${path}`);

// Its licence goes with it.
const licence = readFileSync(packaged('LICENSE'), 'utf8');
const notice = `/* zxing-wasm, with zxing-cpp (Apache-2.0) in its WebAssembly.\n\n${licence}*/\n`;
writeFileSync(at('decoder/zxing-reader.js'), notice + readFileSync(packaged('dist/iife/reader/index.js'), 'utf8'));
copyFileSync(packaged('dist/reader/zxing_reader.wasm'), at('decoder/zxing-reader.wasm'));
