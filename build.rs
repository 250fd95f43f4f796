//! Compiles `src/openssl.c`, for the feature that brings OpenSSL, and asks the linker for what makes a
//! start fast, where it can: the short form of relocations, the code that a start needs side by side, and
//! one shared library less.

#![allow(
    clippy::disallowed_methods,
    reason = "cargo tells a build script about the target in the environment"
)]

fn main() {
    println!("cargo::rerun-if-changed=src/openssl.c");
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "jwe")]
    openssl();
    if knows_short_relocations() {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    if cfg!(feature = "cli")
        && variable("PROFILE") == "release"
        && variable("CARGO_CFG_TARGET_OS") == "linux"
    {
        place_code();
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Puts the code that a start needs side by side (`benches/order.py` says why), and the code that unwinds
/// a panic into the program, so that no start looks for libgcc_s. Each is left out where a test link
/// fails: gold, for one, does not know such scripts.
fn place_code() {
    println!("cargo::rerun-if-changed=src/order.ld");
    // One argument, whatever characters are in the path; cargo's own directives are UTF-8.
    let Ok(folder) = std::env::var("CARGO_MANIFEST_DIR") else {
        return;
    };
    let order = format!("-T{folder}/src/order.ld");
    if links(&["-C", &format!("link-arg={order}")]) {
        println!("cargo::rustc-link-arg-bins={order}");
    }
    let is_shared = !variable("CARGO_CFG_TARGET_FEATURE").contains("crt-static");
    if is_shared && links(&["-l", "static:-bundle=gcc_eh"]) {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Whether a program of one line can be linked with `arguments` of rustc, for the machine that this build
/// is for.
fn links(arguments: &[&str]) -> bool {
    let folder = std::path::PathBuf::from(variable("OUT_DIR"));
    let source = folder.join("probe.rs");
    let mut rustc = std::process::Command::new(variable("RUSTC"));
    rustc.args(["--target", &variable("TARGET"), "--crate-type", "bin", "-o"]);
    rustc.arg(folder.join("probe")).arg(&source).args(arguments);
    if let Some(linker) = std::env::var_os("RUSTC_LINKER") {
        rustc
            .arg("-C")
            .arg(format!("linker={}", linker.to_string_lossy()));
    }
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    rustc.args(flags.split('\u{1f}').filter(|it| !it.is_empty()));
    std::fs::write(&source, "fn main() {}").is_ok()
        && rustc.output().is_ok_and(|it| it.status.success())
}

/// The whole of `src/openssl.c` is for the program, over the OpenSSL that it is fitted to. Whoever uses
/// the library may use OpenSSL as well, and needs all of it.
#[cfg(feature = "jwe")]
fn openssl() {
    println!("cargo::rerun-if-env-changed=OPENSSL_NO_VENDOR");
    let is_vendored = !matches!(std::env::var("OPENSSL_NO_VENDOR"), Ok(it) if it != "0");
    let mut build = cc::Build::new();
    if cfg!(feature = "cli") && is_vendored {
        build.define("JWTCTL_PROGRAM", None);
    }
    build
        .file("src/openssl.c")
        // OpenSSL's own headers, wherever it was built.
        .includes(std::env::var_os("DEP_OPENSSL_INCLUDE"))
        // Ahead of OpenSSL's own functions of the same names.
        .link_lib_modifier("+whole-archive")
        .compile("jwtctl_openssl");
}

/// Whether the program is for this machine and its C library is glibc from 2.36 on. Tables of pointers,
/// of which OpenSSL has many, then take a few pages in the file instead of hundreds that every start
/// reads. A linker that is too old ignores the option.
fn knows_short_relocations() -> bool {
    let is_native = variable("HOST") == variable("TARGET");
    if !is_native || variable("CARGO_CFG_TARGET_ENV") != "gnu" {
        return false;
    }
    let Ok(output) = std::process::Command::new("getconf")
        .arg("GNU_LIBC_VERSION")
        .output()
    else {
        return false;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.trim().strip_prefix("glibc 2.");
    let minor = version.and_then(|it| it.split('.').next()?.parse::<u32>().ok());
    minor.is_some_and(|it| it >= 36)
}
