//! What the shared cache holds, made older as a disk is: see [`ageing`](crate::support::ageing).

/// A record of the shared cache under `name`, with its times set back: the text under its first
/// line, and that line's MAC by `key` or its checksum. One that does not hold is left as it is.
pub fn aged(name: &str, text: &str, key: &[u8], ms: i64) -> Option<String> {
    let (kind, id) = name.strip_prefix("jwtctl:")?.split_once(":1:")?;
    if kind == "jose" {
        return crate::support::ageing::document(text.as_bytes(), ms)
            .and_then(|it| String::from_utf8(it).ok());
    }
    let (line, body) = text.split_once('\n')?;
    let (method, tag) = line.strip_prefix("jwtctl-store/1 ")?.split_once(' ')?;
    let tag_of = |body: &str| match method {
        "sha256" => String::from_utf8_lossy(&crate::support::ageing::framed(body.as_bytes())[..64])
            .into_owned(),
        _ => mac(
            key,
            if kind == "attempt" { "-attempt" } else { "" },
            id,
            body,
        ),
    };
    (tag_of(body) == tag).then_some(())?;
    let body = String::from_utf8(crate::support::ageing::document(body.as_bytes(), ms)?).ok()?;
    Some(format!("jwtctl-store/1 {method} {}\n{body}", tag_of(&body)))
}

fn mac(key: &[u8], what: &str, id: &str, body: &str) -> String {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
    let covered = ["jwtctl-store-v1", what, id, body].concat();
    let tag = sign(&Key::new(HMAC_SHA256, key), covered.as_bytes());
    tag.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
