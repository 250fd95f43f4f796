//! Compiles `src/openssl.c`, for the feature that brings OpenSSL, and asks the linker for the short
//! form of relocations where the system that runs the program knows it.

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
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
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
