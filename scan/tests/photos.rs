#![cfg(test)]
//! Photos as they come: turned, large, damaged, hostile.

use endmark_scan::{PHOTO_BYTES_MAX, ScanError, codes, is_photo};
use fast_qr::{ECL, QRBuilder};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, imageops};

const TEXT: &str = "EDC1:NCF:70390T9WTWGSLKC 4:69%TCDCU59V0LNFBBFA2G80343*";

/// A code on a grey desk, so many pixels a module.
fn photo(scale: u32) -> GrayImage {
    let symbol = QRBuilder::new(TEXT).ecl(ECL::Q).build().unwrap();
    let width = u32::try_from(symbol.size).unwrap();
    let side = (width + 16) * scale;
    GrayImage::from_fn(side, side, |x, y| {
        let (column, row) = ((x / scale).wrapping_sub(8), (y / scale).wrapping_sub(8));
        let dark = column < width && row < width && symbol.data[usize::try_from(row * width + column).unwrap()].value();
        Luma([if dark { 45 } else { 200 }])
    })
}

fn written(picture: GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn a_turned_photo_is_read() {
    for picture in [photo(4), imageops::rotate90(&photo(4)), imageops::rotate180(&photo(3))] {
        assert_eq!(codes(&written(picture, ImageFormat::Png)), Ok(vec![TEXT.to_owned()]));
    }
}

#[test]
fn a_compressed_and_blurred_photo_is_read() {
    let blurred = imageops::blur(&photo(6), 1.5);
    assert_eq!(codes(&written(blurred, ImageFormat::Jpeg)), Ok(vec![TEXT.to_owned()]));
}

#[test]
fn a_photo_larger_than_the_first_look_is_read() {
    assert_eq!(codes(&written(photo(26), ImageFormat::Png)), Ok(vec![TEXT.to_owned()]));
}

#[test]
fn a_photo_without_a_code_says_so() {
    let desk = GrayImage::from_pixel(300, 200, Luma([128]));
    assert_eq!(codes(&written(desk, ImageFormat::Png)), Err(ScanError::NoCode));
}

/// A chunk of a PNG.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let crc = body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [length.as_slice(), &body, &(!crc).to_be_bytes()].concat()
}

#[test]
fn a_50_megapixel_photo_is_refused_before_it_is_decoded() {
    for (width, height) in [(8_192_u32, 6_144_u32), (60_000, 60_000), (10_001, 1), (1, 20_000)] {
        let size = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
        let file = [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(*b"IHDR", &size), &chunk(*b"IDAT", &[0x78, 0x9c])].concat();
        assert_eq!(codes(&file), Err(ScanError::TooManyPixels { width, height }));
    }
    assert_eq!(codes(&vec![0; PHOTO_BYTES_MAX + 1]), Err(ScanError::TooLarge { found: PHOTO_BYTES_MAX + 1 }));
}

#[test]
fn a_damaged_photo_and_other_files_are_refused() {
    let whole = written(photo(4), ImageFormat::Png);
    for end in [9, 40, whole.len() / 2] {
        assert!(matches!(codes(&whole[..end]), Err(ScanError::Damaged(_))), "{end}");
    }
    for other in [b"GIF89a".as_slice(), b"BM", b"II*\0", b"%PDF-1.7", b"<svg/>", b""] {
        assert!(!is_photo(other));
        assert_eq!(codes(other), Err(ScanError::NotAPhoto));
    }
}
