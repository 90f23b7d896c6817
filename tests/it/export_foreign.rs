//! A checkpoint, a receipt and tiles of a running service, checked by Go's own implementation of the formats.

use std::path::Path;
use std::process::Command;

use endmark_core::log::TileId;

use crate::support::{On, Register, consignment};

/// Where Debian puts golang.org/x/mod (`golang-golang-x-mod-dev`).
const PACKAGES: &str = "/usr/share/gocode";

#[actix_web::test]
async fn go_agrees_on_checkpoint_receipt_and_tiles() {
    let there = Command::new("go").arg("version").output().is_ok_and(|output| output.status.success())
        && Path::new(PACKAGES).join("src/golang.org/x/mod/sumdb/tlog").is_dir();
    if !there {
        // `cargo xtask test` installs it where it may; everything else is tested without.
        return;
    }
    let register = Register::start(On::Sqlite).await;
    let number = register.issue("F-1").await;
    let asked = consignment(&number);
    let mut leaf = 0;
    for _ in 0..6 {
        let answers = futures_util::future::join_all((0..50).map(|_| register.check(&asked))).await;
        leaf = answers[7]["entry"].as_u64().unwrap();
    }
    let folder = register.place.dir().join("foreign");
    std::fs::create_dir(&folder).unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    let receipt = register.world.customs.get(&format!("/v1/entries/{leaf}/receipt")).await.unwrap().body;
    put("entry", receipt["entry"].as_str().unwrap().as_bytes());
    put("receipt", receipt["proof"].as_str().unwrap().as_bytes());
    let checkpoint = register.checkpoint().await;
    put("checkpoint", checkpoint.as_bytes());
    let size: u64 = checkpoint.lines().nth(1).unwrap().parse().unwrap();
    let mut tiles = Vec::new();
    for index in 0..=size / 256 {
        let id = TileId { level: 0, index };
        let path = id.path_at_width(id.width_at(size));
        tiles.extend(register.world.customs.fetch(&format!("/log/{path}")).await.unwrap().unwrap());
    }
    put("tiles", &tiles);
    let key = register.world.running.app.context.keys.log.key().to_string();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/check.go");
    let check = |key: &str| {
        Command::new("go")
            .current_dir(&folder)
            .env("GO111MODULE", "off")
            .env("GOPATH", PACKAGES)
            .env("GOFLAGS", "")
            .env("GOCACHE", folder.join("cache"))
            .arg("run")
            .arg(&program)
            .args([key, "checkpoint", "entry", "receipt", "tiles"])
            .output()
            .unwrap()
    };
    let output = check(&key);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), format!("good {size} {leaf}"));
    put("entry", b"another entry");
    assert!(!check(&key).status.success(), "it can say no");
    register.stop().await;
}
