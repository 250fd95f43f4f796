//! A certificate authority of one's own, by openssl.

use std::path::Path;
use std::process::{Command, Stdio};

use super::file;

fn openssl(args: &[&str]) {
    let status = Command::new("openssl")
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "openssl {}", args.join(" "));
}

/// A certificate that others can be signed with; its key is beside it.
pub fn authority(folder: &Path, name: &str) -> String {
    let (path, key) = (
        folder.join(format!("{name}.pem")),
        folder.join(format!("{name}.key")),
    );
    let (path, key) = (path.display().to_string(), key.display().to_string());
    let subject = format!("/CN={name}");
    let new = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ];
    let ca = ["-addext", "keyUsage=critical,keyCertSign"];
    openssl(
        &[
            &new[..],
            &["-subj", &subject, "-out", &path, "-keyout", &key],
            &ca,
        ]
        .concat(),
    );
    path
}

/// A certificate for a server, signed by `ca`, and its key.
pub fn signed(folder: &Path, name: &str, hosts: &str, ca: &str) -> (String, String) {
    let file_of = |end: &str| folder.join(format!("{name}.{end}")).display().to_string();
    let (request, path, key) = (file_of("csr"), file_of("pem"), file_of("key"));
    let new = [
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=redis",
    ];
    openssl(&[&new[..], &["-out", &request, "-keyout", &key]].concat());
    let extensions = file(
        folder,
        &format!("{name}.ext"),
        &format!("subjectAltName={hosts}\nbasicConstraints=CA:FALSE\n"),
    );
    let ca_key = ca.replace(".pem", ".key");
    let sign = [
        "x509",
        "-req",
        "-days",
        "2",
        "-in",
        &request,
        "-CA",
        ca,
        "-CAkey",
        &ca_key,
        "-CAcreateserial",
    ];
    openssl(&[&sign[..], &["-extfile", &extensions, "-out", &path]].concat());
    (path, key)
}
