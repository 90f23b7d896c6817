/** Why something is not believed: `code` is one of the register's reason codes (docs/API.md, docs/OFFLINE.md). */
export class Refused extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}
