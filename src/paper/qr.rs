//! The QR code: error correction Q, so that a quarter of it may be creased or wet.

use std::fmt::Write as _;

use fast_qr::{ECL, Mode, QRBuilder};

use super::PaperError;

/// The widest symbol printed: version 25.
const WIDTH_MAX: usize = 117;
/// The quiet zone that ISO/IEC 18004 asks for, in modules.
pub(super) const QUIET: usize = 4;

/// The modules of a QR code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    width: usize,
    dark: Vec<bool>,
}

impl Matrix {
    /// The symbol of a code.
    pub fn of(code: &str) -> Result<Self, PaperError> {
        let symbol = QRBuilder::new(code)
            .ecl(ECL::Q)
            .mode(Mode::Alphanumeric)
            .build()
            .map_err(|error| PaperError::Qr(format!("{error:?}")))?;
        let width = symbol.size;
        if width > WIDTH_MAX {
            return Err(PaperError::Qr(format!("{width} modules a side, at most {WIDTH_MAX} are printed")));
        }
        let dark = symbol.data.iter().take(width.saturating_mul(width)).map(|module| module.value()).collect();
        Ok(Self { width, dark })
    }

    /// Modules a side.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// The dark runs of each row: column, row, length.
    pub fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for (row, modules) in self.dark.chunks(self.width.max(1)).enumerate() {
            for (column, dark) in modules.iter().enumerate() {
                match runs.last_mut() {
                    Some(run) if *dark && run.1 == row && run.0.saturating_add(run.2) == column => run.2 += 1,
                    _ if *dark => runs.push((column, row, 1)),
                    _ => {}
                }
            }
        }
        runs
    }

    /// The symbol as an SVG of its own, quiet zone included.
    pub fn svg(&self, title: &str) -> String {
        let side = self.width.saturating_add(2 * QUIET);
        let mut path = String::new();
        for (column, row, length) in self.runs() {
            let (x, y) = (column.saturating_add(QUIET), row.saturating_add(QUIET));
            let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" \
             role=\"img\"><title>{title}</title><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
             <path d=\"{path}\"/></svg>\n"
        )
    }
}
