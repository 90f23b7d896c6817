#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| endmark_fuzz::export_line(data));
