//! The schemas of `docs/json`, and whether a document is as its schema says.

use std::cell::RefCell;
use std::collections::BTreeMap;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

use super::repository;

#[derive(Default)]
struct Known {
    schemas: Schemas,
    compiled: BTreeMap<String, SchemaIndex>,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Whether a document of jwtctl is as the schema in `docs/json` says that it names, and has no member
/// besides: for readers a schema is open, as members may be added, and these have to be in it then.
///
/// # Errors
/// Why not.
pub fn conforms(document: &Value) -> Result<(), String> {
    let schema = document["schema"].as_str().unwrap_or_default();
    let name = schema
        .strip_prefix("jwtctl.")
        .and_then(|it| it.strip_suffix("/1"))
        .ok_or_else(|| format!("{schema:?} names no schema"))?;
    KNOWN.with_borrow_mut(|known| {
        let index = match known.compiled.get(name) {
            Some(index) => *index,
            None => {
                let index = compile(name, &mut known.schemas)?;
                known.compiled.insert(name.to_owned(), index);
                index
            }
        };
        let result = known.schemas.validate(document, index);
        result.map_err(|why| format!("{schema}: {why}"))
    })
}

fn compile(name: &str, schemas: &mut Schemas) -> Result<SchemaIndex, String> {
    let file = repository(&format!("docs/json/{name}.schema.json"));
    let text = std::fs::read(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    let mut schema: Value = serde_json::from_slice(&text).unwrap();
    close(&mut schema);
    let mut compiler = Compiler::new();
    compiler.enable_format_assertions();
    let url = format!("urn:closed:{name}");
    schema["$id"] = url.clone().into();
    compiler.add_resource(&url, schema).unwrap();
    compiler
        .compile(&url, schemas)
        .map_err(|why| why.to_string())
}

/// Takes away the leave to have members that are not named.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("properties").is_some_and(Value::is_object) {
                members.insert("additionalProperties".into(), false.into());
            }
            members.values_mut().for_each(close);
        }
        Value::Array(elements) => elements.iter_mut().for_each(close),
        _ => {}
    }
}
