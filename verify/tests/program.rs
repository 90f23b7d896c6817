#![cfg(test)]
//! The program as an auditor runs it: 0 good, 1 bad, 2 could not check.

mod program {
    mod certificate;
    mod evidence;
    mod export;
    mod filtered;
    mod kit;
    mod receipt;
}
