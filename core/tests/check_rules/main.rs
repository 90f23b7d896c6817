#![cfg(test)]
//! The check, rule by rule (design, section 4): what is declared, what is certified, what must come out.

mod attacks;
mod case;
mod demo;
mod goods;
mod laws;
mod papers;
mod regime;
mod standing;
mod table;
