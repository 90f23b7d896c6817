//! The officers' pages in Chromium: `officer/browser/*.test.js` drive it against a register of their own. Where there is
//! no Chromium (`cargo xtask test` installs it and says where it is), this is left out.

use std::path::{Path, PathBuf};
use std::process::Command;

use image::{GrayImage, Luma};
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::somebody;
use crate::ledger::{mrn, put, trucks};
use crate::officer_words::full_of_faults;
use crate::papers::{picture, scanned};
use crate::support::{On, Register, nobodys_number};

/// How far the code in front of the camera is turned: nobody holds paper straight. Sine and cosine of 24 degrees, in
/// thousandths.
const TURNED: (i64, i64) = (407, 914);
/// The camera's picture.
const CAMERA: (u32, u32) = (1280, 960);

/// A certificate with the code on its paper, and the paper.
async fn paper(register: &Register, reference: &str) -> (String, String, String, Vec<u8>) {
    let (number, jws) = register.seal(&register.payload(reference));
    assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
    let path = format!("/v1/certificates/{number}/qr.svg");
    let svg = String::from_utf8(register.world.customs.fetch(&path).await.unwrap().unwrap()).unwrap();
    let pdf = format!("/v1/certificates/{number}/document.pdf");
    let pdf = register.world.customs.fetch(&pdf).await.unwrap().unwrap();
    (number, jws, svg, pdf)
}

/// A film of the code, turned, as Chromium's fake camera plays it (YUV4MPEG2).
fn film(png: &[u8]) -> Vec<u8> {
    let code = image::load_from_memory(png).unwrap().to_luma8();
    let (width, height) = CAMERA;
    let (sine, cosine) = TURNED;
    let from_centre = |at: u32, length: u32| i64::from(at) - i64::from(length) / 2;
    let frame = GrayImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (from_centre(x, width), from_centre(y, height));
        let u = u32::try_from((dx * cosine + dy * sine) / 1_000 + i64::from(code.width()) / 2);
        let v = u32::try_from((dy * cosine - dx * sine) / 1_000 + i64::from(code.height()) / 2);
        u.ok().zip(v.ok()).and_then(|(u, v)| code.get_pixel_checked(u, v)).copied().unwrap_or(Luma([200]))
    });
    let chroma = vec![128; frame.as_raw().len() / 2];
    let mut film = format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\n").into_bytes();
    for _ in 0..3 {
        film.extend(b"FRAME\n");
        film.extend(frame.as_raw());
        film.extend(&chroma);
    }
    film
}

fn keep(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What the tests in the browser know of the register.
async fn scene(register: &Register) -> Value {
    let dir = register.place.dir();
    let (number, jws, svg, pdf) = paper(register, "B-1").await;
    let (revoked, _, revoked_svg, _) = paper(register, "B-2").await;
    let reason = Some(("application/json", br#"{"reason":"sold elsewhere"}"#.to_vec()));
    let path = format!("/v1/certificates/{revoked}/revocation");
    assert!(register.world.maker.send(Method::POST, &path, reason).await.unwrap().status.is_success());
    let declared = mrn(1);
    assert_eq!(put(register, &declared, &trucks(&number, "1")).await.status, 200);
    let refused = mrn(2);
    assert_eq!(put(register, &refused, &full_of_faults(&number, &refused)).await.status, 409);
    let mut machines = register.payload("B-3");
    machines["lines"][1]["serialNumbers"] = json!({"ranges": [{"first": "FT25-098", "last": "FT25-103"}]});
    let (machines, sealed) = register.seal(&machines);
    assert_eq!(register.world.maker.submit(&sealed).await.unwrap().status, 201);
    let (officer, other) = (somebody("Rūta Kazlauskienė", "LTVR1000"), somebody("Jonas Petrauskas", "LTVR1000"));
    let (browser, colleague) = (register.signed_in(&officer).await, register.signed_in(&other).await);
    let supervisor = {
        let mut supervisor = somebody("Ona Jankauskaitė", "LTVR1000");
        supervisor.supervisor = true;
        supervisor
    };
    register.add_officer(&supervisor).await;
    let mut auditor = somebody("Aušra Auditorė", "LTAUD000");
    auditor.organisation = "audit-office".parse().unwrap();
    auditor.auditor = true;
    register.register("audit-office", &[endmark::registry::Grant::Auditor]);
    register.add_officer(&auditor).await;
    let reader = crate::browser::Browser::new(register);
    reader.enter(&register.link(&auditor), "").await.is(200, &["Search the log"]);
    json!({
        "web": register.world.running.app.web_address,
        "cookies": { "officer": browser.cookie(), "colleague": colleague.cookie(), "auditor": reader.cookie() },
        "link": register.link(&supervisor),
        "now": endmark::demo::STARTS_AT.unix_timestamp(),
        "number": number, "declaration": declared, "refused": refused, "machines": machines, "code": scanned(&svg),
        "revoked": { "number": revoked, "code": scanned(&revoked_svg) },
        "nobodys": nobodys_number(),
        "photo": keep(dir, "photo.png", &picture(&svg, 5)),
        "pdf": keep(dir, "paper.pdf", &pdf),
        "jws": keep(dir, "paper.jws", jws.as_bytes()),
        "camera": keep(dir, "camera.y4m", &film(&picture(&svg, 5))),
    })
}

#[actix_web::test]
async fn the_pages_work_in_chromium() {
    let Ok(chromium) = std::env::var("ENDMARK_TEST_CHROMIUM") else {
        eprintln!("no ENDMARK_TEST_CHROMIUM: the pages are not tried in a browser");
        return;
    };
    let register = Register::start(On::Sqlite).await;
    let scene = scene(&register).await;
    let scene = keep(register.place.dir(), "scene.json", scene.to_string().as_bytes());
    let ended = actix_web::web::block(move || {
        Command::new("npm")
            .args(["run", "--silent", "browser"])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/officer"))
            .env("ENDMARK_SCENE", scene)
            .env("ENDMARK_TEST_CHROMIUM", chromium)
            .status()
    });
    assert!(ended.await.unwrap().unwrap().success(), "a test in the browser failed: its output stands above");
    register.stop().await;
}
