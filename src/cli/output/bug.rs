//! What users see of a bug in jwtctl: instead of a backtrace one error with an exit code of its
//! own, which a script cannot take for a verdict.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::guard::is_guarded;

use super::Output;

/// Where the last panic was that was not behind [`jwtctl::core::guard`].
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Replaces Rust's panic message. A panic behind [`jwtctl::core::guard`] is a library's failure,
/// which its caller handles. The place of another one is kept for [`run_guarded`], or, on a thread
/// other than the main one, reported at once.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if is_guarded() {
            return;
        }
        let place = panic
            .location()
            .map(|it| format!("{}:{}", without_builder(it.file()), it.line()));
        if std::thread::current().name() != Some("main") {
            // `run_guarded` sees panics of the main thread only, so this one is reported here.
            let place = place.as_deref().unwrap_or("an unknown place");
            let line = format!("error: this is a bug in jwtctl (at {place}); please report it\n");
            let _ = std::io::stderr().lock().write_all(line.as_bytes());
            return;
        }
        if let Ok(mut last) = PLACE.lock() {
            *last = place;
        }
    }));
}

/// Runs a command, and reports a panic of it as a bug, through `output`.
pub fn run_guarded(output: &Output, run: impl FnOnce() -> ExitCode) -> ExitCode {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let place = PLACE.lock().ok().and_then(|mut it| it.take());
        let place = place.map(|it| format!(" (at {it})")).unwrap_or_default();
        let error = Error::input(Code::Bug, "", format!("this is a bug in jwtctl{place}"));
        output.fail(&error.hint("please report it, with the command but without any secret"))
    })
}

/// The path of a source file without the directories of the machine that built the program.
fn without_builder(file: &str) -> &str {
    let after = |mark: &str| file.split_once(mark).map(|(_, rest)| rest);
    // The source of a registry's crate is in a folder named after the registry.
    if let Some(rest) = after("/registry/src/") {
        return rest.split_once('/').map_or(rest, |(_, rest)| rest);
    }
    match file.rfind("/src/") {
        Some(at) => &file[at + 1..],
        None => file,
    }
}

#[cfg(test)]
mod tests {
    use super::without_builder;

    #[test]
    fn paths_name_the_crate_and_not_the_builder() {
        for (file, shown) in [
            ("src/core/jws.rs", "src/core/jws.rs"),
            ("/home/me/jwtctl/src/core/jws.rs", "src/core/jws.rs"),
            (
                "/home/me/.cargo/registry/src/index-0123/pkcs5-0.8.1/src/pbes2.rs",
                "pkcs5-0.8.1/src/pbes2.rs",
            ),
        ] {
            assert_eq!(without_builder(file), shown);
        }
    }
}
