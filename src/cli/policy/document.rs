//! Policy files: TOML with the members of one policy, or with a table for each of several.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files;
use jwtctl::core::key::to_hex;
use jwtctl::core::limits::MAX_SECRET;
use serde::Serialize;
use strsim::osa_distance;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::PolicyUsed;
use super::super::input::policy_folder;
use super::members::{MEMBERS, Member, Shape};

/// The version of the format. A file may name it at its top, as `version`.
const VERSION: i64 = 1;

/// A policy as it was read.
#[derive(Debug)]
pub struct Document {
    /// What it is, for reports.
    pub used: PolicyUsed,
    /// What it says, in its order.
    pub settings: Vec<Setting>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// One member and its values.
#[derive(Debug)]
pub struct Setting {
    pub member: &'static Member,
    /// As they would stand on the command line; of a switch none.
    pub values: Vec<String>,
    pub line: usize,
}

impl Setting {
    pub fn problem(&self, message: String) -> Problem {
        Problem {
            line: self.line,
            message,
        }
    }
}

/// What is wrong, and where.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    pub line: usize,
    pub message: String,
}

/// Where a policy is: `FILE`, `FILE#TABLE`, or the name of one in the user's configuration
/// directory. A name has neither a dot nor a slash in it, so that no file of the current directory
/// is taken for one that was meant.
fn place(spec: &str) -> Result<(PathBuf, Option<&str>), Error> {
    let (file, table) = match spec.rsplit_once('#') {
        Some((file, table)) => (file, Some(table)),
        None => (spec, None),
    };
    if file.contains(['/', '.', '\\']) {
        return Ok((file.into(), table));
    }
    let refuse = |why: &str| Err(Error::usage(format!("--policy {spec}"), why));
    if file.is_empty() {
        return refuse("names no policy");
    }
    let Some(folder) = policy_folder() else {
        return refuse("there is no home directory to look for it in");
    };
    let path = folder.join(format!("{file}.toml"));
    match path.is_file() {
        true => Ok((path, table)),
        false => {
            let error = Error::usage(
                format!("--policy {spec}"),
                format!("there is no file {}", path.display()),
            );
            Err(match Path::new(file).is_file() {
                true => error.hint(format!("for the file in this directory: --policy ./{file}")),
                false => error,
            })
        }
    }
}

/// Reads a policy. What is wrong with what it says is among its problems.
///
/// # Errors
/// When there is no such file or table, or its format is of another version.
pub fn read(spec: &str) -> Result<Document, Error> {
    let (path, table) = place(spec)?;
    let bytes = files::read(&path, MAX_SECRET)?;
    let name = path.display().to_string();
    let text = bytes
        .expose_str()
        .ok_or_else(|| Error::input(Code::BadInput, &name, "is not text"))?;
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let (document, errors) = DeTable::parse_recoverable(text);
    let lines = Lines(text);
    let mut problems: Vec<Problem> = errors
        .iter()
        .map(|error| Problem {
            line: error.span().map_or(1, |span| lines.of(span.start)),
            message: error.message().lines().collect::<Vec<_>>().join("; "),
        })
        .collect();
    let mut document = document.into_inner();
    check_version(&mut document, &name)?;
    let chosen = choose(&document, table, &name)?;
    let mut settings = Vec::new();
    let folder = path.parent().unwrap_or(Path::new(""));
    if let Some((_, members)) = chosen {
        for (name, value) in members {
            let line = lines.of(name.span().start);
            match setting(name.get_ref(), value, line, folder) {
                Ok(setting) => settings.extend(setting),
                Err(message) => problems.push(Problem { line, message }),
            }
        }
    }
    let own = chosen.and_then(|(own, _)| own);
    Ok(Document {
        used: PolicyUsed {
            name: own.unwrap_or(spec).to_owned(),
            file: name,
            sha256: to_hex(digest.as_ref()),
        },
        settings,
        problems,
    })
}

/// Takes the version out of a document, since it is not a member of a policy.
fn check_version(document: &mut DeTable<'_>, file: &str) -> Result<(), Error> {
    let is_policy = |value: &DeValue<'_>| matches!(value, DeValue::Table(_));
    match document.get("version").map(Spanned::get_ref) {
        None => return Ok(()),
        // A policy of that name.
        Some(value) if is_policy(value) => return Ok(()),
        Some(DeValue::Integer(number)) if number.as_str() == VERSION.to_string() => {}
        Some(value) => {
            let version = match value {
                DeValue::Integer(number) => number.as_str(),
                other => kind(other),
            };
            let why = format!("is of version {version}, and this jwtctl reads version {VERSION}");
            let error = Error::input(Code::BadInput, file, why);
            return Err(error.hint("use the jwtctl that it was written for, or a newer one"));
        }
    }
    document.remove("version");
    Ok(())
}

/// A table and its name; without one, the members at the top of the file.
type Chosen<'d> = (Option<&'d str>, &'d DeTable<'d>);

/// The policy that is meant: the table of that name, the only table, or the members at the top.
fn choose<'d>(
    document: &'d DeTable<'d>,
    table: Option<&str>,
    file: &str,
) -> Result<Option<Chosen<'d>>, Error> {
    let tables: Vec<Chosen<'d>> = document
        .iter()
        .filter_map(|(name, value)| match value.get_ref() {
            DeValue::Table(table) => Some((Some(name.get_ref().as_ref()), table)),
            _ => None,
        })
        .collect();
    let names: Vec<&str> = tables.iter().filter_map(|(name, _)| *name).collect();
    if let Some(wanted) = table {
        let found = tables.iter().find(|(name, _)| *name == Some(wanted));
        let why = format!("has no policy {wanted:?}, only {}", names.join(", "));
        return match found {
            Some(chosen) => Ok(Some(*chosen)),
            None => Err(Error::input(Code::BadInput, file, why)),
        };
    }
    match (document.len() - tables.len(), &tables[..]) {
        (_, []) => Ok(Some((None, document))),
        (0, [only]) => Ok(Some(*only)),
        (0, _) => {
            let error = Error::input(
                Code::BadInput,
                file,
                format!("has several policies: {}", names.join(", ")),
            );
            Err(error.hint(format!("name one: --policy {file}#{}", names[0])))
        }
        (_, _) => Err(Error::input(
            Code::BadInput,
            file,
            "has members outside of its tables; each policy of a file with several is one table",
        )),
    }
}

fn setting(
    name: &str,
    value: &Spanned<DeValue<'_>>,
    line: usize,
    folder: &Path,
) -> Result<Option<Setting>, String> {
    let Some(member) = Member::named(name) else {
        return Err(unknown(name));
    };
    let single = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
        other => Err(format!("{name} is {}, not a text", kind(other))),
    };
    let values = match (member.shape, value.get_ref()) {
        (Shape::Switch, DeValue::Boolean(true)) => Vec::new(),
        (Shape::Switch, DeValue::Boolean(false)) => return Ok(None),
        (Shape::Switch, other) => {
            return Err(format!("{name} is {}, not true or false", kind(other)));
        }
        (Shape::Many, DeValue::Array(items)) => {
            let texts = items.iter().map(|item| single(item.get_ref()));
            let texts: Vec<String> = texts.collect::<Result<_, _>>()?;
            match texts.is_empty() {
                true => return Err(format!("{name} is an empty array, which says nothing")),
                false => texts,
            }
        }
        (_, other) => vec![single(other)?],
    };
    let values = values.into_iter().map(|value| match member.is_path {
        true => beside(value, folder),
        false => Ok(value),
    });
    Ok(Some(Setting {
        member,
        values: values.collect::<Result<_, _>>()?,
        line,
    }))
}

/// A file that a policy names, from the policy's own directory.
fn beside(value: String, folder: &Path) -> Result<String, String> {
    if value == "-" || value.starts_with("fd:") {
        return Err(format!(
            "{value} is the business of a call, not of a policy"
        ));
    }
    if value.starts_with("store:") || value.starts_with("env:") {
        return Ok(value);
    }
    Ok(folder.join(value).display().to_string())
}

fn unknown(name: &str) -> String {
    if [
        "secret",
        "passphrase",
        "passphrase_from",
        "decrypt_key",
        "client_key",
    ]
    .contains(&name)
    {
        return format!("{name}: no secret stands in a policy; name it on the command line");
    }
    let underscored = name.replace('-', "_");
    let by_distance = |it: &Member| (osa_distance(it.name, &underscored), it.name);
    match MEMBERS.iter().map(by_distance).min() {
        Some((0 | 1, close)) => {
            format!("{name} is not a member of a policy; did you mean {close}?")
        }
        _ => format!("{name} is not a member of a policy"),
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// A text by its lines.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    /// The number of the line that a byte is in, from 1.
    fn of(&self, byte: usize) -> usize {
        let before = self.0.as_bytes().get(..byte).unwrap_or(self.0.as_bytes());
        1 + before.iter().filter(|it| **it == b'\n').count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, text).unwrap();
        let document = read(path.to_str().unwrap()).unwrap();
        let line = |it: &Problem| format!("{}: {}", it.line, it.message);
        document.problems.iter().map(line).collect()
    }

    #[test]
    fn every_problem_is_found_with_its_line() {
        assert_eq!(
            problems(
                "isuer = 1\n\nsecret = \"x\"\naud = [1, true]\nmax-age = 3\nrequire_kid = 1\niss = []\n"
            ),
            [
                "1: isuer is not a member of a policy; did you mean issuer?",
                "3: secret: no secret stands in a policy; name it on the command line",
                "4: aud is true or false, not a text",
                "5: max-age is not a member of a policy; did you mean max_age?",
                "6: require_kid is 1, not true or false"
                    .replace("is 1", "is a number")
                    .as_str(),
                "7: iss is an empty array, which says nothing",
            ]
        );
    }

    #[test]
    fn a_file_holds_one_policy_or_several() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, "[a]\naud = \"x\"\n[b]\njwks = \"set.json\"\n").unwrap();
        let path = path.display().to_string();
        assert!(read(&path).unwrap_err().to_string().contains("a, b"));
        let b = read(&format!("{path}#b")).unwrap();
        assert_eq!(b.used.name, "b");
        let expected = folder.path().join("set.json").display().to_string();
        assert_eq!(b.settings[0].values, [expected]);
        assert!(read(&format!("{path}#c")).is_err());
        assert!(read("no-such-policy").is_err());
    }
}
