#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| endmark_fuzz::bundle(data));
