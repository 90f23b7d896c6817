//! Photos of papers: JPEG, PNG or WebP in, the texts of the QR codes out. Pure: no file, no clock, no network. A crate of
//! its own so that the fuzzer runs it, and so that `endmark-core` has no image decoder in it.
#![warn(missing_docs)]

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits};

/// The most bytes of a photo: what a phone's camera writes.
pub const PHOTO_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The longest side of a photo in pixels. A picture of one colour packs gigabytes of pixels into a few kilobytes.
pub const PHOTO_SIDE_MAX: u32 = 10_000;

/// The most pixels of a photo: 50 million and over are for posters, and cost half a gigabyte to decode.
pub const PHOTO_PIXELS_MAX: u64 = 32_000_000;

/// The most memory that decoding may take.
const DECODER_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The longest sides at which a code is looked for, the small first: it is quick, and noise is gone. Also more pixels
/// than the last do not help.
const SIDES: [u32; 3] = [1_200, 2_000, 3_200];

/// The most codes read from one photo.
const CODES_MAX: usize = 8;

/// Why a photo is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Too many bytes.
    #[error("the photo has {found} bytes, at most {PHOTO_BYTES_MAX} are read: take it at a lower resolution")]
    TooLarge {
        /// How many.
        found: usize,
    },
    /// Too many pixels.
    #[error("the photo has {width} by {height} pixels, more than are read: take it at a lower resolution")]
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// Another kind of file.
    #[error("this is no JPEG, PNG or WebP picture")]
    NotAPhoto,
    /// A picture whose bytes are damaged.
    #[error("the picture cannot be decoded: {0}")]
    Damaged(String),
    /// No code that can be read.
    #[error("no code can be read in the photo: fill the picture with the code, hold still, avoid glare and shadow")]
    NoCode,
}

impl ScanError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "photoTooLarge",
            Self::TooManyPixels { .. } => "photoTooManyPixels",
            Self::NotAPhoto => "photoUnknownKind",
            Self::Damaged(_) => "photoDamaged",
            Self::NoCode => "photoWithoutCode",
        }
    }
}

/// Whether these bytes begin like a photo that [`codes`] reads.
pub fn is_photo(bytes: &[u8]) -> bool {
    format(bytes).is_some()
}

fn format(bytes: &[u8]) -> Option<ImageFormat> {
    image::guess_format(bytes)
        .ok()
        .filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP))
}

/// The texts of the QR codes in a photo, at least one.
pub fn codes(photo: &[u8]) -> Result<Vec<String>, ScanError> {
    if photo.len() > PHOTO_BYTES_MAX {
        return Err(ScanError::TooLarge { found: photo.len() });
    }
    let picture = decode(photo)?;
    for side in SIDES {
        let longest = picture.width().max(picture.height());
        let found = if longest > side {
            look(picture.resize(side, side, FilterType::Triangle).into_luma8())
        } else {
            look(picture.to_luma8())
        };
        if !found.is_empty() {
            return Ok(found);
        }
        if longest <= side {
            break;
        }
    }
    Err(ScanError::NoCode)
}

fn decode(photo: &[u8]) -> Result<DynamicImage, ScanError> {
    let format = format(photo).ok_or(ScanError::NotAPhoto)?;
    let damaged = |error: image::ImageError| ScanError::Damaged(error.to_string());
    // Measured from its header before a pixel is decoded.
    let (width, height) = ImageReader::with_format(Cursor::new(photo), format).into_dimensions().map_err(damaged)?;
    let pixels = u64::from(width).saturating_mul(height.into());
    if width.max(height) > PHOTO_SIDE_MAX || pixels > PHOTO_PIXELS_MAX {
        return Err(ScanError::TooManyPixels { width, height });
    }
    let mut reader = ImageReader::with_format(Cursor::new(photo), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(PHOTO_SIDE_MAX);
    limits.max_image_height = Some(PHOTO_SIDE_MAX);
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    reader.limits(limits);
    reader.decode().map_err(damaged)
}

fn look(grey: GrayImage) -> Vec<String> {
    let (width, height) = (grey.width().try_into().unwrap_or(0), grey.height().try_into().unwrap_or(0));
    let pixels = grey.into_raw();
    let at = |x: usize, y: usize| pixels.get(y.saturating_mul(width).saturating_add(x)).copied().unwrap_or(u8::MAX);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, at);
    let grids = prepared.detect_grids();
    grids.into_iter().take(CODES_MAX).filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}
