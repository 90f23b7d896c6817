/** Scanning with the camera: the browser's own reader of codes where it has one, else the one that the register serves. */

const FORMATS = ['qr_code', 'data_matrix', 'code_128'];
/** Wide enough for a code of version 25 that fills half the picture, small enough for an old phone. */
const WIDTH = 1280;

/** @typedef {{ read: (video: HTMLVideoElement) => Promise<string[]>, close: () => void }} Reader */

/** Whether codes can be scanned here. @param {boolean} hasDecoder whether the register serves a reader */
export function canScan(hasDecoder) {
  return Boolean(navigator.mediaDevices?.getUserMedia) && (hasDecoder || 'BarcodeDetector' in globalThis);
}

/** @returns {Promise<Reader>} */
async function reader() {
  const Detector = globalThis.BarcodeDetector;
  const supported = Detector ? await Detector.getSupportedFormats() : [];
  if (supported.includes('qr_code')) {
    const detector = new Detector({ formats: FORMATS.filter((format) => supported.includes(format)) });
    return { read: async (video) => (await detector.detect(video)).map(({ rawValue }) => rawValue), close: () => {} };
  }
  const worker = new Worker('/officer/app/decoder.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return {
    read: (video) => new Promise((resolve, reject) => {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      context.drawImage(video, 0, 0);
      worker.onmessage = ({ data }) => (data.fault ? reject(new Error(data.fault)) : resolve(data.texts));
      worker.onerror = () => reject(new Error('the reader of codes does not start'));
      worker.postMessage(context.getImageData(0, 0, canvas.width, canvas.height));
    }),
    close: () => worker.terminate(),
  };
}

/**
 * Opens the camera until a code is read or the dialog is closed.
 * @param {HTMLDialogElement} dialog with a video and a button of the class `torch`
 * @returns {Promise<string | null>} the text of the code
 */
export async function scan(dialog) {
  const video = dialog.querySelector('video');
  const torch = /** @type {HTMLButtonElement} */ (dialog.querySelector('.torch'));
  const constraints = { video: { facingMode: 'environment', width: { ideal: WIDTH } }, audio: false };
  const stream = await navigator.mediaDevices.getUserMedia(constraints);
  let codes = null;
  try {
    codes = await reader();
    video.srcObject = stream;
    await video.play();
    light(torch, stream.getVideoTracks()[0]);
    dialog.showModal();
    while (dialog.open) {
      const [text] = await codes.read(video);
      if (text) return text;
      await nextFrame(video);
    }
    return null;
  } finally {
    codes?.close();
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    dialog.close();
  }
}

/** A picture that was not read yet, or a while where the browser does not say. @param {HTMLVideoElement} video */
function nextFrame(video) {
  return new Promise((resolve) => {
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(resolve);
    // A camera that stands still must not keep the dialog from closing.
    setTimeout(resolve, 200);
  });
}

/** The lamp beside the camera, where there is one. @param {HTMLButtonElement} button @param {MediaStreamTrack} track */
function light(button, track) {
  let on = false;
  button.hidden = !track.getCapabilities?.().torch;
  button.onclick = async () => {
    on = !on;
    button.setAttribute('aria-pressed', String(on));
    await track.applyConstraints({ advanced: [{ torch: on }] });
  };
}
