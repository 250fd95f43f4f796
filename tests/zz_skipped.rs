//! Runs after all other tests of `cargo test` and says what they skipped for want of a program.
//! Its name makes it the last, and it has no test harness, which would swallow what it prints.

#[cfg(all(unix, feature = "cli"))]
mod support;

#[cfg(all(unix, feature = "cli"))]
fn main() {
    // Another runner asks for the names of the tests; here are none.
    if std::env::args().any(|it| it == "--list") {
        return;
    }
    let notes = support::skipped::notes();
    let Ok(text) = std::fs::read_to_string(&notes) else {
        println!("\nno test was skipped");
        return;
    };
    let _ = std::fs::remove_file(&notes);
    let mut tests: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
    for line in text.lines() {
        let (test, what) = line.split_once('\t').unwrap_or(("?", line));
        tests.entry(what).or_default().push(test);
    }
    println!("\nskipped, since this machine lacks what they need:");
    for (what, names) in &mut tests {
        names.sort_unstable();
        names.dedup();
        let few: Vec<&str> = names.iter().take(3).copied().collect();
        let more = if names.len() > few.len() { ", …" } else { "" };
        println!("  {what}: {} ({}{more})", names.len(), few.join(", "));
    }
    println!(".ci/peers.sh installs the programs that are peers of jwtctl; then run this again");
}

#[cfg(not(all(unix, feature = "cli")))]
fn main() {}
