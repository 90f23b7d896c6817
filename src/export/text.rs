//! What the export says to people.

use endmark_core::export::Manifest;

/// `README.txt`.
pub(super) fn readme(manifest: &Manifest, root: &str) -> String {
    let what = if manifest.filter.is_some() {
        "the entries that fit the filter in manifest.json, each with the proof that the log has it. That no other \
         entry fits is not proved: only a whole export can prove it."
    } else {
        "every entry of the log up to its checkpoint. None can be missing, changed or added without being found."
    };
    format!(
        "Export of the audit log of {origin}\n\n\
         This folder holds {what}\n\n\
         entries         {entries} of {size}\nroot            {root}\nmade            {at}, recorded as entry {recorded}\n\n\
         To verify it, without the register and without a network:\n\n    \
         endmark-verify export FOLDER --key KEY [--since CHECKPOINT]\n\n\
         KEY is the log's key string. Have it from elsewhere than this folder: from the register's operator, in \
         person or in print, or from your last audit. keys.txt is here for comparison only.\n\
         CHECKPOINT is the file \"checkpoint\" of your last export: keep this one for next time. Without it, or a \
         witness, a log that was rewritten before you first looked cannot be told from a true one.\n\n\
         entries.jsonl   authoritative: the exact bytes of each entry, one a line\n\
         entries.csv     the same for people; where it differs, entries.jsonl holds\n\
         evidence.jsonl  what was decided on, with the salt of its digest; \"redacted\" where it was erased\n\
         checkpoint      the signed head of the log that everything is proved against\n\
         manifest.json   what is here, signed in manifest.sig\n\n\
         The formats are written down in docs/EXPORT.md and docs/LOG.md, well enough to write another verifier.\n",
        origin = manifest.origin,
        entries = manifest.entries,
        size = manifest.size,
        at = manifest.exported_at,
        recorded = manifest.recorded_as,
    )
}
