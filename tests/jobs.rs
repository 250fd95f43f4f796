//! Tokens of everyday jobs, minted as their transcripts in `tests/jobs` show it, and judged by
//! another implementation: jwcrypto has to find the signature good and the claims as they are meant.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use support::{jwtctl, ran, repository};

mod support;

#[test]
fn minted_tokens_are_good_elsewhere() {
    let jobs: Value =
        serde_json::from_slice(&fs::read(repository("tests/jobs/cross.json")).unwrap()).unwrap();
    let jobs = jobs.as_array().unwrap();
    assert!(jobs.len() >= 15, "{} jobs", jobs.len());
    let mut asked = Vec::new();
    for job in jobs {
        let text = |name: &str| job[name].as_str().unwrap();
        let folder = repository("tests/jobs").join(format!("{}.in", text("job")));
        let args = job["args"].as_array().unwrap().iter();
        let args: Vec<&str> = args.map(|it| it.as_str().unwrap()).collect();
        let token = ran(jwtctl().current_dir(&folder).args(&args)).answer(0);
        let key = fs::read(folder.join(text("jwk"))).unwrap();
        let key: Value = serde_json::from_slice(&key).unwrap();
        // It may stand in a header, or in a line for curl.
        let token = token
            .trim()
            .rsplit(' ')
            .next()
            .unwrap()
            .trim_end_matches('"');
        asked.push(json!({
            "token": token, "key": key, "alg": text("alg"), "payload": "",
            "detached": false, "b64": true,
        }));
    }
    let scratch = TempDir::new().unwrap();
    let file = scratch.path().join("jobs.json");
    fs::write(&file, Value::from(asked).to_string()).unwrap();
    let call = ["verifyobjects", file.to_str().unwrap()];
    let judged = support::adapter("jwcrypto.py", &call, scratch.path());
    if judged.is_skipped() {
        return;
    }
    let answers: Vec<Value> = serde_json::from_str(&judged.answer(0)).unwrap();
    assert_eq!(answers.len(), jobs.len());
    for (job, answer) in jobs.iter().zip(answers) {
        let payload = answer["payload"].as_str();
        let payload = payload.unwrap_or_else(|| panic!("{}: {answer}", job["job"]));
        let claims: Value = serde_json::from_str(payload).unwrap();
        for (name, value) in job["claims"].as_object().unwrap() {
            assert_eq!(&claims[name], value, "{} {name}", job["job"]);
        }
    }
}
