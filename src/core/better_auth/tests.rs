use super::super::alg::SigAlg;
use super::super::env::{Boot, Clock, Env};
use super::super::json::{Json, Object};
use super::super::key::{Key, Recipe, generate};
use super::super::secret::Secret;
use super::*;

/// A row that better-auth 1.7.25 made under [`SECRET`].
const ROW: &str = r##"[{"id":"Pf48zPjHiiJkgHXlWRtynV6C7hwekoEY","publicKey":"{\"crv\":\"Ed25519\",\"x\":\"gmo8STLguAP_TSegB0UiY8-pRx4wtQpluO90xiB87dg\",\"kty\":\"OKP\"}","privateKey":"\"50962dda18b4860d97dad3c61289306d50c5ab020056539223f0b6920935865edaf51c109e0bca98741bd32235b19d09f1ca250119f9018bda16e472e8d8899a6ec15772ecb13ada1566af521401b18ace089a80bbe9ef89b186337c28c6aacfdb984a82706bad5f6ebfa32e7c6b7c7e038a0361e5bcbfb20bafec54741c9d133810ea2cfa7d92ce1a71718a980f00a6ce3696a7d777f2c52e9d0b80af722a3b6847dfb9f7d156a785\"","createdAt":"2026-11-26T18:25:48.232Z","expiresAt":null,"alg":"EdDSA","crv":"Ed25519"}]"##;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

const NOW: Timestamp = Timestamp(1_800_000_000);

struct Stopped;

impl Clock for Stopped {
    fn millis(&self) -> Option<i64> {
        None
    }
    fn monotonic(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
    fn boot(&self) -> Option<Boot> {
        None
    }
    fn sleep(&self, _: std::time::Duration) {}
}

fn with_env<T>(test: impl FnOnce(&Env<'_>) -> T) -> T {
    let count = std::sync::atomic::AtomicU8::new(0);
    let random = |buffer: &mut [u8]| {
        for byte in buffer {
            *byte = count
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
                .wrapping_add(1);
        }
    };
    test(&Env {
        now: NOW,
        random: &random,
        clock: &Stopped,
    })
}

fn secret(version: Option<u32>, value: &str) -> ServerSecret {
    ServerSecret {
        version,
        value: Secret::new(value.as_bytes().to_vec()),
    }
}

fn items(text: &str) -> Vec<Json> {
    match Json::parse(text.as_bytes()).unwrap() {
        Json::Array(items) => items,
        other => vec![other],
    }
}

fn table(text: &str) -> Table {
    let (table, dropped) = Table::from_rows(items(text)).unwrap();
    assert_eq!(dropped, []);
    table
}

/// The row with one column changed.
fn changed(column: &str, value: Json) -> String {
    let Json::Object(mut row) = items(ROW).remove(0) else {
        panic!("not a row")
    };
    row.set(column, value);
    Json::Object(row).to_text()
}

fn sealed() -> String {
    let Json::Object(row) = items(ROW).remove(0) else {
        panic!("not a row")
    };
    row.text("privateKey").unwrap().to_owned()
}

fn closed(text: &str, secrets: &[ServerSecret]) -> Option<Closed> {
    let mut table = table(text);
    table.open(secrets);
    table.rows.remove(0).closed
}

#[test]
fn a_row_of_the_server_opens_under_its_secret_alone() {
    let mut table = table(ROW);
    let row = &table.rows[0];
    assert_eq!(row.closed, Some(Closed::NoSecret(None)));
    assert!(!row.key.is_private() && row.key.kid.as_deref() == Some(row.id.as_str()));
    table.open(&[secret(None, "another"), secret(None, SECRET)]);
    let row = &table.rows[0];
    assert_eq!(row.closed, None);
    assert!(row.key.is_private() && row.key.alg.as_deref() == Some("EdDSA"));
    assert!(row.key.signer(SigAlg::EdDsa, false).is_ok());
}

#[test]
fn each_damage_has_its_own_reason() {
    let right = || vec![secret(None, SECRET)];
    let digits = sealed().trim_matches('"').to_owned();
    let versioned = |version: &str| format!("\"$ba${version}${digits}\"");
    let column = |text: &str| changed("privateKey", text.into());
    assert_eq!(
        closed(ROW, &[secret(None, "wrong")]),
        Some(Closed::WrongSecret)
    );
    assert_eq!(
        closed(ROW, &[secret(Some(1), SECRET)]),
        Some(Closed::NoSecret(None))
    );
    let mut flipped = digits.clone().into_bytes();
    let last = flipped.len() - 1;
    flipped[last] = if flipped[last] == b'0' { b'1' } else { b'0' };
    let flipped = String::from_utf8(flipped).unwrap();
    assert_eq!(
        closed(&column(&flipped), &right()),
        Some(Closed::WrongSecret)
    );
    let odd = &digits[..digits.len() - 1];
    assert!(
        matches!(closed(&column(odd), &right()), Some(Closed::Damaged(why)) if why.contains("hexadecimal"))
    );
    assert!(
        matches!(closed(&column(&digits[..60]), &right()), Some(Closed::Damaged(why)) if why.contains("cut off"))
    );
    assert!(
        matches!(closed(&column(&versioned("x")), &right()), Some(Closed::Damaged(why)) if why.contains("version"))
    );
    assert_eq!(
        closed(&column(&versioned("3")), &right()),
        Some(Closed::NoSecret(Some(3)))
    );
    assert_eq!(
        closed(&column(&versioned("3")), &[secret(Some(3), SECRET)]),
        None
    );
    assert_eq!(closed(&column(&digits), &right()), None);
    let other =
        r#"{"crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kty":"OKP"}"#;
    assert_eq!(
        closed(&changed("publicKey", other.into()), &right()),
        Some(Closed::OtherKey)
    );
}

#[test]
fn rows_are_known_however_a_database_prints_them() {
    let one = items(ROW).remove(0);
    assert!(is_row(one.as_object().unwrap()));
    let line = one.to_text();
    assert_eq!(
        lines(format!("{line}\n\n{}\n", changed("id", "b".into())).as_bytes())
            .unwrap()
            .len(),
        2
    );
    assert_eq!(lines(b"{\"a\":1}\n{\"a\":1}"), None);
    assert_eq!(lines(format!("{line}\n{{\n").as_bytes()), None);
    let snake = line
        .replace("\"publicKey\"", "\"public_key\"")
        .replace("\"privateKey\"", "\"private_key\"")
        .replace("\"createdAt\"", "\"created_at\"")
        .replace("\"expiresAt\"", "\"expires_at\"");
    let snake = table(&snake);
    assert_eq!(snake.shape.columns, Columns::Snake);
    assert!(
        to_json(&[&snake.rows[0]], snake.shape)
            .expose_str()
            .unwrap()
            .contains("\"private_key\":\"\\\"")
    );
    let mongo = line.replace("\"id\":", "\"_id\":");
    assert_eq!(table(&mongo).rows.len(), 1);
    let oid = Object(vec![("$oid".into(), "65f0".into())]);
    let Json::Object(mut row) = one else {
        panic!("not a row")
    };
    row.remove("id");
    row.set("_id", Json::Object(oid));
    assert_eq!(table(&Json::Object(row).to_text()).rows[0].id, "65f0");
    assert_eq!(
        Table::from_rows(items(&format!("[{line},{line}]"))).unwrap_err(),
        TableRefusal::Twice(table(&line).rows[0].id.clone())
    );
    for column in ["publicKey", "createdAt", "id"] {
        let (table, dropped) = Table::from_rows(items(&changed(column, Json::Bool(true)))).unwrap();
        assert!(table.rows.is_empty() && dropped.len() == 1, "{column}");
    }
}

#[test]
fn times_are_read_in_every_spelling() {
    let milliseconds = 1_785_579_300_000;
    let date = |inner: Json| Json::Object(Object(vec![("$date".into(), inner)]));
    let long = Object(vec![("$numberLong".into(), "1785579300000".into())]);
    for time in [
        Json::Number("1785579300".into()),
        Json::Number("1785579300000".into()),
        Json::Number("1785579300000.0".into()),
        "1785579300000".into(),
        "2026-08-01T10:15:00.000Z".into(),
        "2026-08-01T12:15:00+02:00".into(),
        "2026-08-01 10:15:00+00".into(),
        "2026-08-01 10:15:00.000".into(),
        "2026-08-01T10:15:00".into(),
        date("2026-08-01T10:15:00Z".into()),
        date(Json::Object(long)),
    ] {
        let text = changed("createdAt", time);
        assert_eq!(table(&text).rows[0].created_at_ms, milliseconds, "{text}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    with_env(|env| {
        for alg in [SigAlg::EdDsa, SigAlg::Es256, SigAlg::Es512, SigAlg::Rs256] {
            let recipe = Recipe::for_sig(alg, None, None).unwrap();
            let mut key = generate(recipe, env).unwrap();
            key.alg = Some(alg.as_str().into());
            key.usage = Some("sig".into());
            let secret = secret(Some(2), SECRET);
            let protection = RowProtection::Sealed(&secret);
            let row = Row::new(
                &key,
                "k1".into(),
                1_700_000_000_123,
                Some(1),
                protection,
                env,
            )
            .unwrap();
            let text = to_json(&[&row], Shape::default());
            let mut again = table(text.expose_str().unwrap());
            again.open(&[secret]);
            let again = &again.rows[0];
            assert!(again.closed.is_none() && again.key.is_private(), "{alg}");
            assert!(
                again.key.same_material(&key) && again.key.alg == key.alg,
                "{alg}"
            );
            assert_eq!(
                (again.created_at_ms, again.expires_at_ms),
                (1_700_000_000_123, Some(1))
            );
            assert!(!text.expose_str().unwrap().contains("sig"), "{alg}");
        }
        let symmetric = Key::from_secret(Secret::new(vec![7; 64]));
        let refused = Row::new(&symmetric, "k".into(), 0, None, RowProtection::Clear, env);
        assert_eq!(refused.unwrap_err(), RowRefusal::NotPrivate);
    });
}

#[test]
fn statements_quote_what_they_hold() {
    with_env(|env| {
        let key = generate(Recipe::for_sig(SigAlg::Es256, None, None).unwrap(), env).unwrap();
        let row = Row::new(
            &key,
            r"a'b\c".into(),
            1_785_579_300_000,
            None,
            RowProtection::Clear,
            env,
        )
        .unwrap();
        let snake = Shape {
            columns: Columns::Snake,
            ..Shape::default()
        };
        let sql = |dialect| {
            let statements = [
                insert(&row, Shape::default()),
                update(&row, Change::Expiry, snake),
            ];
            to_sql(&statements, dialect)
                .expose_str()
                .unwrap()
                .to_owned()
        };
        let lite = sql(Dialect::Sqlite);
        assert!(
            lite.starts_with("BEGIN;\nINSERT INTO \"jwks\" (\"id\", \"publicKey\""),
            "{lite}"
        );
        assert!(lite.contains(r"('a''b\c', '{"), "{lite}");
        assert!(
            lite.contains("'2026-08-01T10:15:00.000Z', NULL, 'ES256', 'P-256');"),
            "{lite}"
        );
        assert!(
            lite.contains(r#"SET "expires_at" = NULL WHERE "id" = 'a''b\c';"#),
            "{lite}"
        );
        assert_eq!(lite, sql(Dialect::Postgres));
        let my = sql(Dialect::Mysql);
        assert!(
            my.contains(r"('a''b\\c', '{") && my.contains("`publicKey`"),
            "{my}"
        );
        assert!(my.contains("'2026-08-01 10:15:00.000', NULL"), "{my}");
    });
}

/// Rows with these times, in seconds before and after now.
fn rows(times: &[(&str, i64, Option<i64>)]) -> Table {
    let row = |(id, made, end): &(&str, i64, Option<i64>)| {
        let Json::Object(mut row) = items(ROW).remove(0) else {
            panic!("not a row")
        };
        let time = |at: i64| Json::Number(NOW.plus(at).0.to_string());
        row.set("id", (*id).into());
        row.set("createdAt", time(*made));
        row.set("expiresAt", end.map_or(Json::Null, time));
        Json::Object(row)
    };
    Table::from_rows(times.iter().map(row).collect()).unwrap().0
}

/// The row that the plugin signs with, as its source says: of those that have not expired, the one
/// made last.
fn signing(table: &Table, now: i64) -> Option<String> {
    let mut live: Vec<&Row> = table.rows.iter().collect();
    live.retain(|row| row.expires_at_ms.is_none_or(|at| at > now));
    live.sort_by_key(|row| std::cmp::Reverse(row.created_at_ms));
    live.first().map(|row| row.id.clone())
}

#[test]
fn a_rotation_publishes_before_it_signs() {
    let starts: &[&[(&str, i64, Option<i64>)]] = &[
        &[("a", -100, None)],
        &[("a", -100, None), ("b", -50, None), ("c", -200, Some(-10))],
        &[("a", -100, Some(500)), ("b", -101, None)],
        &[("a", -100, Some(10)), ("b", 50, None)],
    ];
    for start in starts {
        let before = rows(start);
        let Due::Now(rotation) = before.rotation(None, 3600, None, NOW) else {
            panic!("not due")
        };
        let mut after = rows(start);
        for row in &mut after.rows {
            if let Some((_, at)) = rotation.expires.iter().find(|(id, _)| *id == row.id) {
                row.expires_at_ms = Some(*at);
            }
        }
        let mut new = rows(&[("new", 0, None)]).rows.remove(0);
        new.created_at_ms = rotation.created_at_ms;
        after.rows.push(new);
        let now = millis(NOW);
        for at in [now, now + 5_000, now + 3_599_999] {
            assert_eq!(signing(&after, at), signing(&before, at), "{start:?} {at}");
        }
        assert_eq!(
            signing(&after, now + 3_600_000).as_deref(),
            Some("new"),
            "{start:?}"
        );
        let new = after.row("new").unwrap();
        assert!(new.is_published(NOW) && after.will_sign(new, NOW));
        assert_eq!(after.signs_from(new), Some(NOW.plus(3600)), "{start:?}");
        assert_eq!(after.in_order().last().unwrap().0.id, "new");
        // It is the newest in effect, whatever its createdAt says.
        let Due::Wait { id, due_at } = after.rotation(None, 3600, Some(86_400), NOW) else {
            panic!("due again at once")
        };
        assert_eq!((id.as_str(), due_at), ("new", NOW.plus(3600 + 86_400)));
    }
    let Due::Now(rotation) = rows(&[("a", -9, Some(-1))]).rotation(None, 3600, None, NOW) else {
        panic!("not due")
    };
    assert_eq!((rotation.activates_at(), rotation.replaces), (NOW, None));
}

#[test]
fn a_line_of_keys_becomes_rows_that_sign_in_turn() {
    let at = |seconds: i64| NOW.plus(seconds);
    let line = [
        (at(-100), Some(at(-10))),
        (at(-10), Some(at(50))),
        (at(50), Some(at(90))),
        (at(90), None),
    ];
    let mut table = rows(&[
        ("0", 0, None),
        ("1", 0, None),
        ("2", 0, None),
        ("3", 0, None),
    ]);
    for (row, (created, end)) in table.rows.iter_mut().zip(times(&line, NOW)) {
        (row.created_at_ms, row.expires_at_ms) = (created, end);
    }
    for (second, id) in [
        (0, "1"),
        (49, "1"),
        (50, "2"),
        (89, "2"),
        (90, "3"),
        (9999, "3"),
    ] {
        assert_eq!(
            signing(&table, millis(at(second))).as_deref(),
            Some(id),
            "{second}"
        );
    }
}

#[test]
fn ids_are_of_the_kind_that_the_others_have() {
    with_env(|env| {
        let named = |id: &str| rows(&[(id, 0, None)]).rows;
        assert_eq!(new_id(&named("12"), env), None);
        let uuid = "6b0ad8a4-1a33-4f53-9c93-0f6a5c4f3a11";
        assert_eq!(new_id(&named(uuid), env).unwrap().len(), uuid.len());
        let id = new_id(&named("Pf48zPjHiiJkgHXlWRtynV6C7hwekoEY"), env).unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    });
}

#[test]
fn of_rows_made_at_once_the_first_one_signs() {
    let table = rows(&[("a", -5, None), ("b", -5, None)]);
    assert_eq!(table.current(NOW).unwrap().id, "a");
    assert_eq!(signing(&table, millis(NOW)).as_deref(), Some("a"));
    assert_eq!(table.signs_from(&table.rows[0]), Some(NOW.plus(-5)));
    assert_eq!(table.signs_from(&table.rows[1]), None);
}

#[test]
fn a_rotation_keeps_to_one_algorithm() {
    let mut table = rows(&[("a", -9, None), ("b", -5, None)]);
    let other = |row: &mut Row| {
        let mut key = row.key.public().unwrap();
        key.alg = Some("ES256".into());
        row.key = Arc::new(key);
    };
    other(&mut table.rows[1]);
    assert_eq!(table.algorithms(NOW), ["ES256", "EdDSA"]);
    let Due::Now(rotation) = table.rotation(Some("EdDSA"), 60, None, NOW) else {
        panic!("not due")
    };
    assert_eq!(rotation.replaces.as_deref(), Some("a"));
    let expired: Vec<&str> = rotation.expires.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(expired, ["a"]);
}

#[test]
fn a_row_that_expires_by_itself_is_left_when_it_does() {
    let table = rows(&[("a", -1000, Some(100))]);
    let Due::Now(rotation) = table.rotation(None, 3600, None, NOW) else {
        panic!("not due")
    };
    assert_eq!(rotation.activates_at(), NOW.plus(100));
    assert_eq!(rotation.expires, []);
    // The server rotates every 1100 seconds, and goes on to.
    assert_eq!(rotation.expires_at_ms, Some(millis(NOW.plus(1200))));
}

#[test]
fn times_go_out_as_they_came_in() {
    let table = rows(&[("a", -1000, Some(100))]);
    assert_eq!(table.shape.times, Times::Seconds);
    let row = &table.rows[0];
    let text = to_json(&[row], table.shape);
    let text = text.expose_str().unwrap();
    assert!(
        text.contains(&format!("\"createdAt\":{}", NOW.0 - 1000)),
        "{text}"
    );
    let sql = to_sql(&[update(row, Change::Expiry, table.shape)], Dialect::Sqlite);
    let sql = sql.expose_str().unwrap();
    assert!(
        sql.contains(&format!("SET \"expiresAt\" = {} WHERE", NOW.0 + 100)),
        "{sql}"
    );
    for strange in ["2461254.5", "1785579300000000", "0"] {
        let row = changed("createdAt", Json::Number(strange.into()));
        assert!(
            Table::from_rows(items(&row)).unwrap().0.rows.is_empty(),
            "{strange}"
        );
    }
}
