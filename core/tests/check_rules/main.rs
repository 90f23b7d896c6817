#![cfg(test)]
//! The check, rule by rule (design, section 4): what is declared, what is certified, what must come out.

mod case;
mod goods;
mod laws;
mod papers;
mod standing;
mod table;
