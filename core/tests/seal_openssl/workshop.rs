//! A directory in which the `openssl` command line makes keys, certificates and lists; gone with its value.

use std::path::PathBuf;
use std::process::{Command, Output};

const CONFIG: &str = "
[req]
distinguished_name = none
prompt = no
utf8 = yes
string_mask = utf8only
[none]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[seal]
basicConstraints = critical, CA:FALSE
keyUsage = critical, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[ca]
default_ca = register
[register]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 7
crl_extensions = list
[list]
authorityKeyIdentifier = keyid:always
";

pub(crate) struct Workshop {
    directory: PathBuf,
}

impl Workshop {
    pub(crate) fn new(name: &str) -> Self {
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let directory = std::env::temp_dir().join(format!("endmark-openssl-{}-{name}", std::process::id()));
        std::fs::create_dir(&directory).unwrap();
        let workshop = Self { directory };
        workshop.write("openssl.cnf", CONFIG.as_bytes());
        workshop.write("index.txt", b"");
        workshop.write("crlnumber", b"01\n");
        workshop
    }

    pub(crate) fn write(&self, file: &str, bytes: &[u8]) {
        std::fs::write(self.directory.join(file), bytes).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.directory.join(file)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("openssl");
        command.current_dir(&self.directory).env("OPENSSL_CONF", "openssl.cnf");
        command.args(arguments).output().expect("the openssl command line is installed")
    }

    pub(crate) fn openssl(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn try_openssl(&self, arguments: &[&str]) -> bool {
        self.run(arguments).status.success()
    }

    fn key(&self, name: &str, generate: &[&str]) {
        let (key, public) = (format!("{name}.key"), format!("{name}.pub"));
        let mut command = vec!["genpkey", "-out", &key];
        command.extend(generate);
        self.openssl(&command);
        self.openssl(&["pkey", "-in", &key, "-pubout", "-out", &public]);
    }

    /// `name.key`, `name.pub`, `name.pem`, `name.der` of a self-signed root.
    pub(crate) fn root(&self, name: &str, generate: &[&str]) {
        self.key(name, generate);
        let (key, pem, der) = (format!("{name}.key"), format!("{name}.pem"), format!("{name}.der"));
        let subject = "/C=LT/O=Bandymų CA/CN=Root";
        let command = ["req", "-x509", "-new", "-utf8", "-key", &key, "-subj", subject, "-days", "30"];
        self.openssl(&[&command[..], &["-config", "openssl.cnf", "-extensions", "root", "-out", &pem]].concat());
        self.openssl(&["x509", "-in", &pem, "-outform", "DER", "-out", &der]);
    }

    /// The same of a seal certificate that names a manufacturer.
    pub(crate) fn seal_certificate(&self, name: &str, issuer: &str, generate: &[&str]) {
        self.key(name, generate);
        let (key, pem, der, request) =
            (format!("{name}.key"), format!("{name}.pem"), format!("{name}.der"), format!("{name}.csr"));
        let (ca, ca_key) = (format!("{issuer}.pem"), format!("{issuer}.key"));
        let subject = "/C=LT/O=UAB Pakavimo mašinos/organizationIdentifier=NTRLT-123456789/CN=Seal";
        self.openssl(&[
            "req",
            "-new",
            "-utf8",
            "-key",
            &key,
            "-subj",
            subject,
            "-config",
            "openssl.cnf",
            "-out",
            &request,
        ]);
        let command = ["x509", "-req", "-in", &request, "-CA", &ca, "-CAkey", &ca_key, "-set_serial", "0x1f2e3d4c5b6a"];
        self.openssl(
            &[&command[..], &["-days", "20", "-extfile", "openssl.cnf", "-extensions", "seal", "-out", &pem]].concat(),
        );
        self.openssl(&["x509", "-in", &pem, "-outform", "DER", "-out", &der]);
    }

    /// The private key in PKCS #8 DER.
    pub(crate) fn pkcs8(&self, name: &str) -> Vec<u8> {
        let key = format!("{name}.key");
        self.openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", &key, "-outform", "DER", "-out", "pkcs8"]);
        self.read("pkcs8")
    }

    pub(crate) fn revoke(&self, issuer: &str, name: &str, reason: &str) {
        let (pem, key, certificate) = (format!("{issuer}.pem"), format!("{issuer}.key"), format!("{name}.pem"));
        let command = ["ca", "-config", "openssl.cnf", "-cert", &pem, "-keyfile", &key];
        self.openssl(&[&command[..], &["-revoke", &certificate, "-crl_reason", reason]].concat());
    }

    /// The issuer's revocation list, DER.
    pub(crate) fn list(&self, issuer: &str) -> Vec<u8> {
        let (pem, key) = (format!("{issuer}.pem"), format!("{issuer}.key"));
        self.openssl(&["ca", "-config", "openssl.cnf", "-cert", &pem, "-keyfile", &key, "-gencrl", "-out", "list.pem"]);
        self.openssl(&["crl", "-in", "list.pem", "-outform", "DER", "-out", "list.der"]);
        self.read("list.der")
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// r and s of fixed length from the ASN.1 that openssl writes.
pub(crate) fn ecdsa_from_asn1(der: &[u8], half: usize) -> Vec<u8> {
    let integers = if der[1] < 0x80 { &der[2..] } else { &der[3..] };
    let (r, rest) = integer(integers);
    let (s, _) = integer(rest);
    [r, s].iter().flat_map(|number| [vec![0; half - number.len()], number.to_vec()].concat()).collect()
}

fn integer(der: &[u8]) -> (&[u8], &[u8]) {
    assert_eq!(der[0], 2);
    let (number, rest) = der[2..].split_at(usize::from(der[1]));
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    (&number[zeros..], rest)
}

pub(crate) fn ecdsa_to_asn1(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let body: Vec<u8> = [r, s]
        .iter()
        .flat_map(|number| {
            let zeros = number.iter().take_while(|&&byte| byte == 0).count();
            let mut content = number[zeros..].to_vec();
            if content.first().is_none_or(|&byte| byte >= 0x80) {
                content.insert(0, 0);
            }
            [vec![2, u8::try_from(content.len()).unwrap()], content].concat()
        })
        .collect();
    let length = u8::try_from(body.len()).unwrap();
    let header = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
    [header, body].concat()
}

const N_P256: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const N_P384: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";

/// The same signature with n - s in the place of s: one of the two is the high one.
pub(crate) fn with_high_s(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let n = hex::decode(if s.len() == 32 { N_P256 } else { N_P384 }).unwrap();
    let mut borrow = 0;
    let mut difference = vec![0; s.len()];
    for place in (0..s.len()).rev() {
        let value = i16::from(n[place]) - i16::from(s[place]) - borrow;
        borrow = i16::from(value < 0);
        difference[place] = u8::try_from(value & 0xff).unwrap();
    }
    [r, difference.as_slice()].concat()
}
