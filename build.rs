//! Compiles `src/openssl.c`, for the feature that brings OpenSSL.

fn main() {
    println!("cargo::rerun-if-changed=src/openssl.c");
    #[cfg(feature = "jwe")]
    cc::Build::new()
        .file("src/openssl.c")
        // Nothing refers to what is in it, so that the linker would leave it out.
        .link_lib_modifier("+whole-archive")
        .compile("jwtctl_openssl");
}
