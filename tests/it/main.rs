#![cfg(test)]
//! Every rule and every attack, through the public door, on SQLite and on PostgreSQL.
//!
//! Run with `cargo xtask test`, which brings a PostgreSQL of its own.

mod browser;
mod cluster;
mod described;
mod process;
mod support;
mod tables;

mod audit_archive;
mod audit_crash;
mod audit_fork;
mod audit_keys;
mod audit_replay;
mod audit_verify;
mod callers;
mod cases;
mod checks;
mod chromium;
mod command_line;
mod controls;
mod crash;
mod documents;
mod export;
mod export_foreign;
mod export_http;
mod faults;
mod interface;
mod ledger;
mod ledger_border;
mod ledger_life;
mod ledger_random;
mod ledger_seen;
mod ledger_stress;
mod ledger_whole;
mod linear;
mod log;
mod officer_auditors;
mod officer_controls;
mod officer_ended;
mod officer_goods;
mod officer_pages;
mod officer_refusals;
mod officer_sessions;
mod officer_words;
mod offline;
mod paper_checks;
mod papers;
mod regimes;
mod schema;
mod submission;
mod tampering;
mod webhooks;
