//! Lists the files that the program carries, so that it runs without the source tree: `regimes/`, the scripts of the
//! officers' pages, and the reader of codes where `npm run decoder` has put one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let regimes = collected(&here.join("regimes"), &["csv", "toml"])?;
    list("regime_files.rs", "include_str", regimes)?;
    let scripts = collected(&here.join("officer/src"), &["js"])?;
    let decoder = collected(&here.join("officer/decoder"), &["js", "wasm"])?;
    list("officer_files.rs", "include_bytes", [scripts, decoder].concat())?;
    for watched in ["regimes", "migrations", "officer/src", "officer/decoder"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    Ok(())
}

/// Writes a slice of names and contents.
fn list(name: &str, include: &str, files: Vec<(String, PathBuf)>) -> io::Result<()> {
    let mut source = String::from("&[\n");
    for (name, path) in files {
        let path = path.to_string_lossy();
        writeln!(source, "    ({name:?}, {include}!({path:?})),").map_err(io::Error::other)?;
    }
    source.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join(name), source)
}

fn collected(root: &Path, endings: &[&str]) -> io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    collect(root, root, endings, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(root: &Path, folder: &Path, endings: &[&str], files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, endings, files)?;
        } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
            let name = path.strip_prefix(root).map_err(io::Error::other)?.to_string_lossy().into_owned();
            files.push((name, path));
        }
    }
    Ok(())
}
