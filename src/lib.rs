//! Endmark: the service and its command line. `docs/ARCHITECTURE.md` is the map.

pub mod app;
pub mod archive;
pub mod audit;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod demo;
pub mod entry;
pub mod export;
pub mod http;
pub mod keys;
pub mod law;
pub mod ledger;
pub mod officer;
pub mod paper;
pub mod pki;
pub mod reading;
pub mod registry;
pub mod replay;
pub mod sealing;
pub mod store;
pub mod web;
pub mod webhook;
pub mod words;
pub mod writer;
