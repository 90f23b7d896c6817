//! Setting lines on pages of A4.

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::text::TextDirection;

use super::font::{Fonts, Weight};
use super::qr::{Matrix, QUIET};

/// A4 and its margins, in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 51.0;
/// The side of the QR code with its quiet zone: 52 mm, a module of version 25 is then 0.42 mm.
const CODE_SIDE: f32 = 148.0;
/// Where a fact's value begins.
const VALUE_AT: f32 = 172.0;
const FOOT: f32 = 30.0;

struct Run {
    x: f32,
    y: f32,
    size: f32,
    bold: bool,
    text: String,
}

/// Pages as they fill.
pub(super) struct Sheet<'a> {
    fonts: &'a Fonts,
    pages: Vec<Vec<Run>>,
    y: f32,
    replaced: bool,
    foot: String,
}

impl<'a> Sheet<'a> {
    /// An empty sheet; `foot` stands at the foot of every page.
    pub(super) fn new(fonts: &'a Fonts, foot: String) -> Self {
        Self { fonts, pages: vec![Vec::new()], y: MARGIN, replaced: false, foot }
    }

    /// Whether a letter had to be transliterated.
    pub(super) const fn replaced(&self) -> bool {
        self.replaced
    }

    /// A wrapped text over the whole width.
    pub(super) fn text(&mut self, text: &str, size: f32, bold: bool) {
        self.wrapped(text, MARGIN, size, bold);
    }

    /// A heading with room above it; it does not stand alone at the foot of a page.
    pub(super) fn heading(&mut self, text: &str) {
        self.space(10.0);
        self.keep(54.0);
        self.text(text, 11.5, true);
        self.space(2.0);
    }

    /// What it is, and beside it the value.
    pub(super) fn fact(&mut self, label: &str, value: &str) {
        self.keep(16.0);
        let (page, top) = (self.pages.len(), self.y);
        self.wrapped_to(label, MARGIN, VALUE_AT - 6.0, 8.5, true);
        let after = self.y;
        if self.pages.len() == page {
            self.y = top;
        }
        self.wrapped(value, VALUE_AT, 9.0, false);
        if self.pages.len() == page {
            self.y = self.y.max(after);
        }
        self.space(2.5);
    }

    /// Room.
    pub(super) fn space(&mut self, points: f32) {
        self.y += points;
    }

    /// What follows is so high and stays together.
    fn keep(&mut self, points: f32) {
        if self.y + points > HEIGHT - MARGIN - FOOT {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    fn wrapped(&mut self, text: &str, x: f32, size: f32, bold: bool) {
        self.wrapped_to(text, x, WIDTH, size, bold);
    }

    fn wrapped_to(&mut self, text: &str, x: f32, right: f32, size: f32, bold: bool) {
        let (text, replaced) = self.fonts.shown(text);
        self.replaced |= replaced;
        let weight = self.fonts.weight(bold);
        for paragraph in text.split('\n') {
            for line in lines(weight, paragraph, size, |y, page| room(y, page).min(right) - x, self.y, self.pages.len())
            {
                self.keep(size * 1.35);
                self.y += size * 1.35;
                let run = Run { x, y: self.y, size, bold, text: line };
                if let Some(page) = self.pages.last_mut() {
                    page.push(run);
                }
            }
        }
    }

    /// Draws the pages, the code on the first.
    pub(super) fn draw(self, document: &mut Document, fonts: &Fonts, code: &Matrix) -> Option<()> {
        let total = self.pages.len();
        for (number, runs) in (1..).zip(&self.pages) {
            let mut page = document.start_page_with(PageSettings::from_wh(WIDTH, HEIGHT)?);
            let mut surface = page.surface();
            surface.set_fill(Some(Fill {
                paint: rgb::Color::black().into(),
                rule: FillRule::NonZero,
                ..Fill::default()
            }));
            let foot = Run {
                x: MARGIN,
                y: HEIGHT - MARGIN + 12.0,
                size: 7.5,
                bold: false,
                text: format!("{}   {number}/{total}", self.foot),
            };
            for run in runs.iter().chain([&foot]) {
                let weight = fonts.weight(run.bold).font.clone();
                let at = Point::from_xy(run.x, run.y);
                surface.draw_text(at, weight, run.size, &run.text, false, TextDirection::LeftToRight);
            }
            if number == 1 {
                surface.draw_path(&symbol(code)?);
            }
            surface.finish();
            page.finish();
        }
        Some(())
    }
}

/// How far right a line at this height of a page may go: beside the code it is shorter.
const fn room(y: f32, page: usize) -> f32 {
    if page == 1 && y < MARGIN + CODE_SIDE { WIDTH - MARGIN - CODE_SIDE } else { WIDTH - MARGIN }
}

/// Breaks a paragraph at spaces, and a word that is wider than a line within it.
fn lines(
    weight: &Weight,
    paragraph: &str,
    size: f32,
    room: impl Fn(f32, usize) -> f32,
    top: f32,
    page: usize,
) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut y = top;
    for word in paragraph.split(' ') {
        let fits = |text: &str, y: f32| weight.width(text, size) <= room(y, page);
        let Some(line) = lines.last_mut() else { break };
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if fits(&joined, y) {
            *line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
            y += size * 1.35;
        }
        for character in word.chars() {
            let Some(line) = lines.last_mut() else { break };
            let mut longer = line.clone();
            longer.push(character);
            if fits(&longer, y) || line.is_empty() {
                *line = longer;
            } else {
                lines.push(character.to_string());
                y += size * 1.35;
            }
        }
    }
    lines
}

fn symbol(code: &Matrix) -> Option<krilla::geom::Path> {
    let measure = |modules: usize| Some(f32::from(u16::try_from(modules).ok()?));
    let module = CODE_SIDE / measure(code.width().checked_add(2 * QUIET)?)?;
    let (left, top) = (WIDTH - MARGIN - CODE_SIDE, MARGIN - 8.0);
    let mut path = PathBuilder::new();
    for (column, row, length) in code.runs() {
        let x = left + measure(column.checked_add(QUIET)?)? * module;
        let y = top + measure(row.checked_add(QUIET)?)? * module;
        path.push_rect(Rect::from_xywh(x, y, measure(length)? * module, module)?);
    }
    path.finish()
}
