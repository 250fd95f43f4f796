//! JSON Schemas of the documents that `--json` prints, read off the types that they are written from:
//! the fields of a `Report` and what is in them, with the attributes of serde and the comments. What a
//! type writes by hand is in [`by_hand`].

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use quote::ToTokens as _;
use serde_json::{Map, Value, json};
use syn::visit::{self, Visit};

use super::support::repository;

/// The types of one file that serde writes, and what else is needed of it.
#[derive(Default)]
struct File {
    /// Its path below `src`, without `.rs`.
    path: String,
    types: BTreeMap<String, Type>,
    /// Types whose `Serialize` is written by hand, with the body of it.
    handwritten: BTreeMap<String, String>,
    /// The arms of functions that give a text for each variant, by `TYPE::FUNCTION`.
    names: BTreeMap<String, Vec<String>>,
    /// What an imported name is called where it comes from, by name.
    imports: BTreeMap<String, Vec<String>>,
    /// The types that are reports, with the name of their schema.
    reports: Vec<Report>,
}

enum Type {
    Struct(syn::ItemStruct),
    Enum(syn::ItemEnum),
}

struct Report {
    of: String,
    schema: String,
    /// Whether it may come with an `error` beside it.
    can_reject: bool,
}

impl<'a> Visit<'a> for File {
    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        if derives_serialize(&item.attrs) {
            let twin = self
                .types
                .insert(item.ident.to_string(), Type::Struct(item.clone()));
            assert!(twin.is_none(), "{}: two of {}", self.path, item.ident);
        }
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        if derives_serialize(&item.attrs) {
            self.types
                .insert(item.ident.to_string(), Type::Enum(item.clone()));
        }
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        let of = match &*item.self_ty {
            syn::Type::Path(it) => it.path.segments.last().unwrap().ident.to_string(),
            _ => return,
        };
        match item
            .trait_
            .as_ref()
            .and_then(|(_, it, _)| it.segments.last())
        {
            Some(it) if it.ident == "Serialize" => {
                let body = item.to_token_stream().to_string();
                self.handwritten.insert(of, body);
            }
            Some(it) if it.ident == "Report" => {
                let schema = item.items.iter().find_map(|it| match it {
                    syn::ImplItem::Const(it) if it.ident == "SCHEMA" => literal(&it.expr),
                    _ => None,
                });
                self.reports.push(Report {
                    of,
                    schema: schema.unwrap(),
                    can_reject: item.to_token_stream().to_string().contains("Rejected"),
                });
            }
            _ => {
                for function in &item.items {
                    let syn::ImplItem::Fn(function) = function else {
                        continue;
                    };
                    let mut arms = Arms::default();
                    arms.visit_block(&function.block);
                    self.names
                        .insert(format!("{of}::{}", function.sig.ident), arms.0);
                }
            }
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        import(Vec::new(), &item.tree, &mut self.imports);
    }
}

/// The texts that the arms of a `match` amount to.
#[derive(Default)]
struct Arms(Vec<String>);

impl<'a> Visit<'a> for Arms {
    fn visit_arm(&mut self, arm: &'a syn::Arm) {
        self.0.extend(literal(&arm.body));
    }
}

fn literal(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

fn import(before: Vec<String>, tree: &syn::UseTree, found: &mut BTreeMap<String, Vec<String>>) {
    let longer = |name: &syn::Ident| [before.clone(), vec![name.to_string()]].concat();
    match tree {
        syn::UseTree::Path(it) => import(longer(&it.ident), &it.tree, found),
        syn::UseTree::Group(it) => {
            (it.items.iter()).for_each(|it| import(before.clone(), it, found));
        }
        syn::UseTree::Name(it) => drop(found.insert(it.ident.to_string(), longer(&it.ident))),
        syn::UseTree::Rename(it) => drop(found.insert(it.rename.to_string(), longer(&it.ident))),
        syn::UseTree::Glob(_) => {}
    }
}

fn derives_serialize(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|it| {
        it.path().is_ident("derive") && it.to_token_stream().to_string().contains("Serialize")
    })
}

/// What the attributes of serde say about an item, such as `rename = "use"`.
#[derive(Default)]
struct Serde(BTreeMap<String, String>);

impl Serde {
    fn of(attributes: &[syn::Attribute]) -> Self {
        let mut found = Self::default();
        for attribute in attributes.iter().filter(|it| it.path().is_ident("serde")) {
            let read = attribute.parse_nested_meta(|meta| {
                let value = match meta.value() {
                    Ok(value) => value.parse::<syn::LitStr>()?.value(),
                    Err(_) => String::new(),
                };
                let name = meta.path.get_ident().map(ToString::to_string);
                found.0.insert(name.unwrap_or_default(), value);
                Ok(())
            });
            read.unwrap();
        }
        found
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A variant's name as the rule for all of them spells it.
    fn spelled(&self, variant: &str) -> String {
        let words = |between: &str| {
            let mut name = String::new();
            for letter in variant.chars() {
                if letter.is_uppercase() && !name.is_empty() {
                    name.push_str(between);
                }
                name.extend(letter.to_lowercase());
            }
            name
        };
        match self.get("rename_all") {
            Some("kebab-case") => words("-"),
            Some("snake_case") => words("_"),
            Some("lowercase") => words(""),
            other => panic!("{variant}: names by {other:?} are not known here"),
        }
    }
}

/// The first paragraph of a comment, as one line of plain text.
fn comment(attributes: &[syn::Attribute]) -> Option<String> {
    let lines = attributes.iter().filter_map(|it| match &it.meta {
        syn::Meta::NameValue(it) if it.path.is_ident("doc") => literal(&it.value),
        _ => None,
    });
    let lines: Vec<String> = lines.map(|it| it.trim().to_owned()).collect();
    let first = lines.split(String::is_empty).next()?.join(" ");
    Some(first.replace(['[', ']', '`'], "")).filter(|it| !it.is_empty())
}

/// All source files.
pub struct Source {
    files: Vec<File>,
}

impl Source {
    pub fn read() -> Self {
        let mut source = Self { files: Vec::new() };
        source.add(&repository("src"), "");
        source
    }

    fn add(&mut self, folder: &Path, below: &str) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{below}/{}", path.file_stem().unwrap().to_str().unwrap());
            if path.is_dir() {
                self.add(&path, &name);
            } else if path.extension().is_some_and(|it| it == "rs") && !name.ends_with("tests") {
                let mut file = File {
                    path: name,
                    ..File::default()
                };
                file.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
                self.files.push(file);
            }
        }
    }

    /// The schemas by the name of their file.
    pub fn schemas(&self) -> BTreeMap<String, String> {
        let mut documents: BTreeMap<&str, Vec<(&File, &Report)>> = BTreeMap::new();
        for file in &self.files {
            for report in &file.reports {
                let of_schema = documents.entry(&report.schema).or_default();
                of_schema.push((file, report));
            }
        }
        let output = self.files.iter().find(|it| it.path == "/cli/output/mod");
        let mut all = BTreeMap::new();
        let mut add = |schema: &str, document: Value| {
            let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
            all.insert(file_name(schema), text);
        };
        for (schema, mut reports) in documents {
            reports.sort_by_key(|(file, report)| (&file.path, &report.of));
            let mut reader = Reader::new(self);
            let mut forms = Vec::new();
            for (file, report) in reports {
                for mut form in reader.forms(file, &report.of) {
                    if report.can_reject {
                        let error = reader.named(output.unwrap(), "JsonError");
                        form["properties"]["error"] = error;
                    }
                    forms.push(form);
                }
            }
            add(schema, reader.document(schema, forms));
        }
        let mut reader = Reader::new(self);
        let error = reader.named(output.unwrap(), "JsonError");
        let failed = json!({
            "description": "A failure that left no answer.",
            "type": "object",
            "properties": { "error": error },
            "required": ["error"],
        });
        add(
            "jwtctl.error/1",
            reader.document("jwtctl.error/1", vec![failed]),
        );
        all
    }

    /// The file that a name means which is used in another one.
    fn find<'a>(&'a self, from: &'a File, name: &str) -> (&'a File, String) {
        let has = |file: &File, name: &str| {
            file.types.contains_key(name) || file.handwritten.contains_key(name)
        };
        if has(from, name) {
            return (from, name.to_owned());
        }
        let path = from.imports.get(name).cloned();
        let path = path.unwrap_or_else(|| vec![name.to_owned()]);
        let (name, modules) = path.split_last().unwrap();
        let module = modules.iter().rev().find(|it| *it != "super");
        let all = || self.files.iter().filter(|it| has(it, name));
        let named = |file: &&File| {
            module.is_some_and(|module| file.path.split('/').any(|part| part == module))
        };
        let found: Vec<&File> = match all().count() {
            1 => all().collect(),
            _ => all().filter(named).collect(),
        };
        assert_eq!(
            found.len(),
            1,
            "{}: {name} of {modules:?} is in {:?}",
            from.path,
            all().map(|it| &it.path).collect::<Vec<_>>()
        );
        (found[0], name.clone())
    }
}

/// `jwtctl.NAME/1` is in `NAME.schema.json`.
fn file_name(schema: &str) -> String {
    let (name, version) = schema.rsplit_once('/').unwrap();
    assert_eq!(version, "1", "a second version needs a file of its own");
    format!("{}.schema.json", name.strip_prefix("jwtctl.").unwrap())
}

/// What one document is made of.
struct Reader<'a> {
    source: &'a Source,
    /// The types within it, each of which is described once.
    definitions: BTreeMap<String, (String, Value)>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Source) -> Self {
        Self {
            source,
            definitions: BTreeMap::new(),
        }
    }

    /// The document, of which every form has `schema` and `ok`.
    fn document(self, schema: &str, mut forms: Vec<Value>) -> Value {
        for form in &mut forms {
            let mut properties = Map::new();
            properties.insert("schema".into(), json!({ "const": schema }));
            properties.insert("ok".into(), json!({ "type": "boolean" }));
            properties.append(form["properties"].as_object_mut().unwrap());
            form["properties"] = properties.into();
            let required = form["required"].as_array_mut().unwrap();
            required.splice(0..0, ["schema".into(), "ok".into()]);
        }
        let mut document = Map::new();
        let mut add = |name: &str, value: Value| document.insert(name.into(), value);
        add(
            "$schema",
            "https://json-schema.org/draft/2020-12/schema".into(),
        );
        add(
            "$id",
            format!("urn:{}", schema.replacen('.', ":", 1)).into(),
        );
        add("title", schema.into());
        add("type", "object".into());
        match forms.len() {
            1 => document.append(forms[0].as_object_mut().unwrap()),
            _ => drop(add("anyOf", forms.into())),
        }
        if !self.definitions.is_empty() {
            let definitions = self.definitions.into_iter();
            let definitions: Map<_, _> = definitions.map(|(name, (_, it))| (name, it)).collect();
            document.insert("$defs".into(), definitions.into());
        }
        document.into()
    }

    /// The forms of a report: several if it is one thing or another.
    fn forms(&mut self, file: &'a File, name: &str) -> Vec<Value> {
        let (file, name) = self.source.find(file, name);
        let Some(Type::Enum(item)) = file.types.get(&name) else {
            return vec![self.object(file, &name)];
        };
        assert!(Serde::of(&item.attrs).has("untagged"), "{name}");
        let variants = item.variants.iter().map(|it| match &it.fields {
            syn::Fields::Unnamed(fields) => {
                let inner = self.schema_of(file, &fields.unnamed[0].ty);
                self.taken(&inner)
            }
            fields => self.fields(file, fields, comment(&it.attrs)),
        });
        variants.collect()
    }

    /// What was put among the definitions, for a place where it stands alone.
    fn taken(&mut self, reference: &Value) -> Value {
        let name = reference["$ref"].as_str().unwrap();
        let name = name.strip_prefix("#/$defs/").unwrap();
        self.definitions.remove(name).unwrap().1
    }

    /// A type that is an object in JSON.
    fn object(&mut self, file: &'a File, name: &str) -> Value {
        if let Some(value) = by_hand(&file.path, name) {
            return value;
        }
        let body = file.handwritten.get(name);
        let written_from = body.and_then(|body| {
            let others = file.types.keys();
            let is_built = |it: &&String| body.contains(&format!(" {it} {{"));
            // The outermost is built last.
            others
                .filter(is_built)
                .max_by_key(|it| body.find(&format!(" {it} {{")))
        });
        let name = written_from.map_or(name, String::as_str);
        match file.types.get(name) {
            Some(Type::Struct(item)) => self.fields(file, &item.fields, comment(&item.attrs)),
            _ => panic!("{}: what is {name}?", file.path),
        }
    }

    fn fields(
        &mut self,
        file: &'a File,
        fields: &syn::Fields,
        description: Option<String>,
    ) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in fields {
            let serde = Serde::of(&field.attrs);
            if serde.has("skip") {
                continue;
            }
            let (optional, ty) = match inner(&field.ty, "Option") {
                Some(ty) => (true, ty),
                None => (false, &field.ty),
            };
            if serde.has("flatten") {
                let (file, name) = self.source.find(file, &last(ty));
                let mut object = self.object(file, &name);
                properties.append(object["properties"].as_object_mut().unwrap());
                if !optional {
                    required.append(object["required"].as_array_mut().unwrap());
                }
                continue;
            }
            let name = field.ident.as_ref().unwrap().to_string();
            let name = serde.get("rename").unwrap_or(&name).to_owned();
            let mut schema = match serde.has("serialize_with") {
                true => json!({ "type": "string" }),
                false => self.schema_of(file, ty),
            };
            if name.ends_with("_at") || name == "at" || name == "stale_until" {
                schema["format"] = "date-time".into();
            }
            let is_left_out = serde.has("skip_serializing_if");
            if optional && !is_left_out {
                schema = nullable(schema);
            }
            if let Some(text) = comment(&field.attrs) {
                schema["description"] = text.into();
            }
            if !is_left_out {
                required.push(Value::from(name.clone()));
            }
            properties.insert(name, schema);
        }
        let mut object = Map::new();
        if let Some(text) = description {
            object.insert("description".into(), text.into());
        }
        object.insert("type".into(), "object".into());
        object.insert("properties".into(), properties.into());
        object.insert("required".into(), required.into());
        object.into()
    }

    fn schema_of(&mut self, file: &'a File, ty: &syn::Type) -> Value {
        match ty {
            syn::Type::Reference(it) => return self.schema_of(file, &it.elem),
            syn::Type::Slice(it) => {
                return json!({ "type": "array", "items": self.schema_of(file, &it.elem) });
            }
            _ => {}
        }
        for wrapper in ["Box", "Cow"] {
            if let Some(ty) = inner(ty, wrapper) {
                return self.schema_of(file, ty);
            }
        }
        if let Some(ty) = inner(ty, "Vec") {
            return json!({ "type": "array", "items": self.schema_of(file, ty) });
        }
        match &*last(ty) {
            "str" | "String" => json!({ "type": "string" }),
            "bool" => json!({ "type": "boolean" }),
            "i64" => json!({ "type": "integer" }),
            "u8" | "u16" | "u32" | "u64" | "usize" => json!({ "type": "integer", "minimum": 0 }),
            // Whatever JSON the token, the key or the server's answer has there.
            "Json" => json!({}),
            "Object" => json!({ "type": "object" }),
            name => self.named(file, name),
        }
    }

    /// A type of this program.
    fn named(&mut self, from: &'a File, name: &str) -> Value {
        let (file, name) = self.source.find(from, name);
        if let Some(Type::Enum(item)) = file.types.get(&name)
            && item.variants.iter().any(|it| !it.fields.is_empty())
        {
            return self.tagged(file, item);
        }
        if let Some(values) = texts(file, &name) {
            return values;
        }
        if let Some(Type::Struct(item)) = file.types.get(&name)
            && Serde::of(&item.attrs).has("transparent")
        {
            return self.schema_of(file, &item.fields.iter().next().unwrap().ty);
        }
        // JSON as it is, and anything else as text.
        if (&*file.path, &*name) == ("/cli/jwks/convert", "Content") {
            return json!({});
        }
        let known = self.definitions.get(&name);
        if known.is_none_or(|(path, _)| *path == file.path) {
            if known.is_none() {
                let place = (file.path.clone(), Value::Null);
                self.definitions.insert(name.clone(), place);
                let object = self.object(file, &name);
                self.definitions.get_mut(&name).unwrap().1 = object;
            }
            return json!({ "$ref": format!("#/$defs/{name}") });
        }
        panic!(
            "two types {name} in one document, one of them in {}",
            file.path
        )
    }
}

/// What types write that have no fields to go by.
fn by_hand(file: &str, name: &str) -> Option<Value> {
    let text = json!({ "type": "string" });
    let rows = json!({ "description": "Rows of better-auth's table." });
    Some(match (file, name) {
        // Of a key set, exactly one of these.
        ("/cli/jwks/export", "Keys") => json!({
            "properties": { "jwks": { "type": "object" }, "sealed": text, "rows": rows, "sql": text },
            "required": [],
        }),
        // Of better-auth's table, exactly one of these.
        ("/cli/jwks/rows", "Written") => json!({
            "properties": { "out": text, "sql": text, "rows": rows },
            "required": [],
        }),
        // The names are those of claims.
        ("/cli/decode/document", "Times") => json!({
            "type": "object",
            "description": "The points in time that claims name, and how many seconds away those are.",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "at": { "type": ["string", "null"], "format": "date-time" },
                    "in_s": { "type": "integer" },
                },
                "required": ["at", "in_s"],
            },
        }),
        ("/core/lint/mod", "Finding") => json!({
            "description": "One thing that was found.",
            "type": "object",
            "properties": {
                "rule": { "type": "string", "description": "Which rule." },
                "severity": { "enum": ["error", "warn", "info"] },
                "index": {
                    "type": ["integer", "null"],
                    "description": "The key's place in the set, from 0; null when it is about the set.",
                },
                "kid": { "type": ["string", "null"] },
                "message": { "type": "string" },
            },
            "required": ["rule", "severity", "index", "kid", "message"],
        }),
        _ => return None,
    })
}

impl<'a> Reader<'a> {
    /// A type whose variants hold a value each: an object with one member, called like the variant.
    fn tagged(&mut self, file: &'a File, item: &'a syn::ItemEnum) -> Value {
        let variant = |it: &'a syn::Variant| {
            let name = spelled(item, it);
            let held = it
                .fields
                .iter()
                .next()
                .map(|it| self.schema_of(file, &it.ty));
            let held = held.unwrap_or_else(|| panic!("{name} holds nothing"));
            json!({ "type": "object", "properties": { &name: held }, "required": [&name] })
        };
        let variants: Vec<Value> = item.variants.iter().map(variant).collect();
        json!({ "oneOf": variants })
    }
}

/// How a variant is called in JSON.
fn spelled(item: &syn::ItemEnum, variant: &syn::Variant) -> String {
    match Serde::of(&variant.attrs).get("rename") {
        Some(name) => name.to_owned(),
        None => Serde::of(&item.attrs).spelled(&variant.ident.to_string()),
    }
}

/// A type that is one of several texts.
fn texts(file: &File, name: &str) -> Option<Value> {
    if let Some(Type::Enum(item)) = file.types.get(name) {
        let values: Vec<_> = item.variants.iter().map(|it| spelled(item, it)).collect();
        return Some(json!({ "enum": values }));
    }
    let body = file.handwritten.get(name)?;
    let (_, call) = body.split_once("serialize_str (self . ")?;
    let function = call.split([' ', '(']).next()?;
    let values = file.names.get(&format!("{name}::{function}"));
    Some(match values.filter(|it| !it.is_empty()) {
        Some(values) => json!({ "enum": values }),
        None => json!({ "type": "string" }),
    })
}

/// The same, or null.
fn nullable(mut schema: Value) -> Value {
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    } else if schema["type"].is_string() {
        let kind = schema["type"].take();
        schema["type"] = json!([kind, "null"]);
    } else if schema["$ref"].is_string() {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    }
    schema
}

/// What a type such as `Option` is about.
fn inner<'t>(ty: &'t syn::Type, wrapper: &str) -> Option<&'t syn::Type> {
    let syn::Type::Path(it) = ty else { return None };
    let segment = it.path.segments.last().filter(|it| it.ident == wrapper)?;
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|it| match it {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The name of a type without what leads to it.
fn last(ty: &syn::Type) -> String {
    match ty {
        syn::Type::Path(it) => it.path.segments.last().unwrap().ident.to_string(),
        other => panic!("{} is not known here", other.to_token_stream()),
    }
}
