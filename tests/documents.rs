//! What README.md and docs/ promise about themselves: links lead somewhere, nothing public is left out.
//! Their examples run in `cli.rs` and `examples.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::schema::conforms;
use support::{documents, repository};

mod support;

/// The targets of the links in a text, in Markdown and in HTML.
fn links(text: &str) -> Vec<&str> {
    let starts = ["](", "src=\"", "srcset=\""];
    let all = starts.iter().flat_map(|start| text.split(start).skip(1));
    all.filter_map(|rest| rest.split([')', '"']).next())
        .collect()
}

/// The anchor of a heading, as code hosts make it.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let text: String = heading.trim().chars().filter(kept).collect();
    text.to_lowercase().replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    let pages = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(repository);
    let mut count = 0;
    for document in documents().into_iter().chain(pages) {
        let text = fs::read_to_string(&document).unwrap();
        let context = document.display();
        for link in links(&text) {
            if link.starts_with("https://") {
                continue;
            }
            count += 1;
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => document.clone(),
                file => document.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{context} links to {link}");
            if !fragment.is_empty() {
                let target = fs::read_to_string(target).unwrap();
                let mut headings = target.lines().filter_map(|line| line.strip_prefix('#'));
                assert!(
                    headings.any(|it| anchor(it.trim_start_matches('#')) == fragment),
                    "{context} links to {link}, and there is no such heading"
                );
            }
        }
    }
    assert!(count > 20, "{count} links");
}

#[test]
fn the_readme_is_short_and_names_every_page() {
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let lines = readme.lines().count();
    assert!(lines <= 200, "README.md has {lines} lines");
    let named: BTreeSet<_> = links(&readme).into_iter().collect();
    for page in fs::read_dir(repository("docs")).unwrap() {
        let page = format!("docs/{}", page.unwrap().file_name().display());
        assert!(named.contains(page.as_str()), "README.md omits {page}");
    }
}

/// README.md quotes the last column of three rows.
#[test]
fn the_readme_has_the_measured_times() {
    let cells = |page: &str, first: &str| -> Vec<String> {
        let text = fs::read_to_string(repository(page)).unwrap();
        let start = format!("| {first} |");
        let row = text.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("{page} has no row {first:?}"));
        row.trim_matches('|')
            .split('|')
            .map(|it| it.trim().to_owned())
            .collect()
    };
    let measured = |row: &str| cells("benches/RESULTS.md", row).pop().unwrap();
    let quoted = cells(
        "README.md",
        "start and verify ES256, as times what `true` takes",
    );
    assert_eq!(
        [&quoted[1], &quoted[2], &quoted[4]],
        [
            &measured("verify ES256"),
            &measured("jwt-cli: verify ES256"),
            &measured("latchset: verify ES256")
        ]
    );
}

/// The Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// `man` is a hidden command, for those who build packages.
const NOT_PUBLIC: &str = "jwtctl.man/1";

#[test]
fn every_json_document_has_an_example() {
    let mut files = Vec::new();
    sources(&repository("src/cli"), &mut files);
    let page = fs::read_to_string(repository("docs/exit-codes-and-json.md")).unwrap();
    let declared = files
        .iter()
        .flat_map(|text| text.split("const SCHEMA: &'static str = \"").skip(1))
        .map(|rest| rest.split('"').next().unwrap());
    let schemas: BTreeSet<_> = declared.filter(|it| *it != NOT_PUBLIC).collect();
    assert!(schemas.len() > 30, "{schemas:?}");
    for schema in schemas {
        assert!(
            page.contains(&format!("{{\"schema\":\"{schema}\",\"ok\":")),
            "docs/exit-codes-and-json.md has no example of {schema}"
        );
    }
}

/// The pages of a folder of transcripts.
fn transcripts(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(repository(folder)).unwrap();
    let paths = entries.map(|it| it.unwrap().path());
    paths
        .filter(|it| it.extension().is_some_and(|it| it == "md"))
        .collect()
}

/// A recorded document, with something in the place of what was left out; trycmd takes a backslash for
/// a path's.
fn recorded(line: &str) -> Value {
    let filled = line
        .replace("\"[..]\"", "\"2026-08-01T10:00:00Z\"")
        .replace(":[..]", ":0");
    let escaped = || filled.replace("/\"", "\\\"");
    let document = serde_json::from_str(&filled);
    document
        .or_else(|_| serde_json::from_str(&escaped()))
        .unwrap_or_else(|why| panic!("{why}: {line}"))
}

#[test]
fn every_recorded_document_is_as_its_schema_says() {
    let mut seen = BTreeSet::new();
    let pages = [transcripts("tests/cmd"), transcripts("tests/jobs")].concat();
    for page in pages.into_iter().chain(documents()) {
        let text = fs::read_to_string(&page).unwrap();
        for line in text.lines().filter(|it| it.starts_with("{\"schema\":")) {
            let document = recorded(line);
            if let Err(why) = conforms(&document) {
                panic!("{}: {why}\n{line}", page.display());
            }
            seen.insert(document["schema"].as_str().unwrap().to_owned());
        }
    }
    let schemas = fs::read_dir(repository("docs/json")).unwrap();
    let names = schemas.map(|it| it.unwrap().file_name().into_string().unwrap());
    let schemas = names.map(|it| format!("jwtctl.{}/1", it.strip_suffix(".schema.json").unwrap()));
    let all: BTreeSet<_> = schemas.filter(|it| it != NOT_PUBLIC).collect();
    assert_eq!(all, seen, "schemas, and those that an example is of");
}

/// The schemas are not so wide that everything is in them.
#[test]
fn a_document_that_is_not_as_its_schema_says_is_found() {
    let good = json!({"schema": "jwtctl.cache-clear/1", "ok": true, "removed": 1});
    conforms(&good).unwrap();
    let wrong = [
        json!({"schema": "jwtctl.cache-clear/1", "ok": true}),
        json!({"schema": "jwtctl.cache-clear/1", "ok": true, "removed": "1"}),
        json!({"schema": "jwtctl.cache-clear/1", "ok": true, "removed": -1}),
        json!({"schema": "jwtctl.cache-clear/1", "ok": true, "removed": 1, "more": 1}),
        json!({"schema": "jwtctl.cache-clear/2", "ok": true, "removed": 1}),
        json!({"schema": "jwtctl.no-such/1", "ok": true}),
        json!({"ok": true}),
    ];
    for document in wrong {
        assert!(conforms(&document).is_err(), "{document}");
    }
}
