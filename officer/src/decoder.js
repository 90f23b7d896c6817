/* A worker that reads codes in pictures. It alone may compile WebAssembly: its own policy says so, no page's does. */
/* global importScripts, ZXingWASM */
importScripts('/officer/app/zxing-reader.js');

// Else it would fetch the program from a public network of copies.
ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => '/officer/app/zxing-reader.wasm' } });

const OPTIONS = { formats: ['QRCode', 'DataMatrix', 'Code128'], tryHarder: true, tryRotate: true, tryInvert: false };

self.onmessage = async ({ data: picture }) => {
  try {
    const found = await ZXingWASM.readBarcodes(picture, OPTIONS);
    self.postMessage({ texts: found.map(({ text }) => text).filter((text) => text !== '') });
  } catch (error) {
    self.postMessage({ texts: [], fault: String(error) });
  }
};
