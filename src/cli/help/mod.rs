//! Help: `-h` with what most calls need, `--help` and the manual with everything, and the topics of
//! `jwtctl help`.

mod pages;
mod short;
mod topics;

pub use pages::{ManualPage, page};
pub use topics::topic;

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::{Command, CommandFactory as _};

use super::Cli;

/// Every command as help and manual describe it: its own options in the order of their groups, and
/// the global ones last.
pub fn whole() -> Command {
    let mut command = Cli::command();
    command.build();
    arranged(&command)
}

/// The help that a command line asks for: short with `-h`, else long.
pub fn render(args: &[OsString]) -> StyledStr {
    let words = words(args);
    let command = find(whole(), &words);
    let path = words_of(&command);
    let is_short = args.iter().any(|arg| arg == "-h") && !args.iter().any(|arg| arg == "--help");
    match is_short {
        true => short::only(command, &path).render_help(),
        false => with_page(command, &path).render_long_help(),
    }
}

/// The words of a command line that could be commands.
fn words(args: &[OsString]) -> Vec<String> {
    let words = args.iter().skip(1).take_while(|arg| *arg != "--");
    let words = words.filter_map(|arg| arg.to_str());
    words
        .filter(|word| !word.starts_with('-'))
        .map(String::from)
        .collect()
}

/// The command that `words` lead to, past values of global options among them.
fn find(mut command: Command, words: &[String]) -> Command {
    for word in words {
        let found = command.find_subcommand(word).cloned();
        command = found.unwrap_or(command);
    }
    command
}

/// The path of a command without the name of the program, such as `jwks list`.
fn words_of(command: &Command) -> String {
    let name = command.get_bin_name().unwrap_or_default();
    name.strip_prefix("jwtctl")
        .unwrap_or(name)
        .trim()
        .to_owned()
}

/// A command with examples and the rest behind its options.
fn with_page(command: Command, path: &str) -> Command {
    match page(path) {
        Some(page) => command.after_long_help(page.to_text(path)),
        None => command,
    }
}

/// A copy of a command whose arguments are in the order in which help lists them.
fn arranged(command: &Command) -> Command {
    let mut source = command.clone();
    let usage = source.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim().to_owned();
    let mut new = Command::new(command.get_name().to_owned())
        .bin_name(command.get_bin_name().unwrap_or("jwtctl").to_owned())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .max_term_width(100)
        .override_usage(usage);
    if let Some(about) = command.get_about() {
        new = new.about(about.clone());
    }
    if let Some(about) = command.get_long_about() {
        new = new.long_about(about.clone());
    }
    if let Some(version) = command.get_version() {
        new = new.version(version.to_owned());
    }
    if let Some(name) = command.get_display_name() {
        new = new.display_name(name.to_owned());
    }
    let is_last = |arg: &&clap::Arg| arg.is_global_set();
    let is_help = |arg: &&clap::Arg| ["help", "version"].contains(&arg.get_id().as_str());
    let (last, own): (Vec<_>, Vec<_>) = command.get_arguments().partition(is_last);
    let (help, own): (Vec<_>, Vec<_>) = own.into_iter().partition(is_help);
    for arg in own.into_iter().chain(help).chain(last) {
        new = new.arg(arg.clone().global(false));
    }
    for group in command.get_groups() {
        new = new.group(group.clone());
    }
    for sub in command
        .get_subcommands()
        .filter(|it| it.get_name() != "help")
    {
        let hidden = sub.is_hide_set();
        new = new.subcommand(arranged(sub).hide(hidden));
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command, with its path.
    fn all() -> Vec<(String, Command)> {
        fn walk(command: Command, found: &mut Vec<(String, Command)>) {
            let subs: Vec<Command> = command.get_subcommands().cloned().collect();
            found.push((words_of(&command), command));
            for sub in subs.into_iter().filter(|it| !it.is_hide_set()) {
                walk(sub, found);
            }
        }
        let mut found = Vec::new();
        walk(whole(), &mut found);
        found
    }

    #[test]
    fn short_help_fits_a_screen() {
        for (path, command) in all() {
            let text = short::only(command, &path)
                .term_width(100)
                .render_help()
                .to_string();
            let lines = text.lines().count();
            assert!(lines < 40, "{path}: {lines} lines\n{text}");
        }
    }

    #[test]
    fn every_command_has_examples() {
        for (path, command) in all() {
            let page = page(&path).unwrap_or_else(|| panic!("{path} has no page"));
            if !command.has_subcommands() {
                let count = page.examples.len();
                assert!((1..=4).contains(&count), "{path}: {count} examples");
            }
            for (call, _) in page.examples {
                let rest = call.split(" | ").last().unwrap();
                assert!(rest.starts_with("jwtctl "), "{path}: {call}");
            }
        }
    }

    #[test]
    fn global_options_come_last() {
        for (path, command) in all().into_iter().filter(|(path, _)| !path.is_empty()) {
            let text = command
                .clone()
                .term_width(100)
                .render_long_help()
                .to_string();
            let at = text
                .find("\nGlobal options:")
                .unwrap_or_else(|| panic!("{path}"));
            let behind = text[at..]
                .lines()
                .skip(2)
                .filter(|it| it.ends_with(':') && !it.starts_with(' '));
            assert_eq!(behind.collect::<Vec<_>>(), Vec::<&str>::new(), "{path}");
        }
    }
}
