//! A cluster of three primaries: every command finds the node that has its session.

use std::thread;
use std::time::{Duration, Instant};

use redis::Value;

use crate::needs;
use crate::support::redis::{Jwtctl, Server, free_port};

struct Cluster {
    nodes: Vec<Server>,
    ports: Vec<u16>,
}

impl Cluster {
    fn start() -> Self {
        let ports: Vec<u16> = (0..3).map(|_| free_port()).collect();
        let node = |port: &u16| {
            let port = port.to_string();
            Server::start(&[
                "--port",
                &port,
                "--bind",
                "127.0.0.1",
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "3000",
            ])
        };
        let cluster = Self {
            nodes: ports.iter().map(node).collect(),
            ports,
        };
        for (node, slots) in
            cluster
                .nodes
                .iter()
                .zip([("0", "5460"), ("5461", "10922"), ("10923", "16383")])
        {
            node.ask(&["CLUSTER", "ADDSLOTSRANGE", slots.0, slots.1]);
        }
        for port in &cluster.ports[1..] {
            cluster.nodes[0].ask(&["CLUSTER", "MEET", "127.0.0.1", &port.to_string()]);
        }
        cluster.wait("three nodes", |node| {
            let info = text(&node.ask(&["CLUSTER", "INFO"]));
            info.contains("cluster_state:ok")
                && info.contains("cluster_known_nodes:3")
                && info.contains("cluster_slots_ok:16384")
        });
        cluster
    }

    fn wait(&self, what: &str, ready: impl Fn(&Server) -> bool) {
        let start = Instant::now();
        while !self.nodes.iter().all(&ready) {
            assert!(
                start.elapsed() < Duration::from_secs(120),
                "the cluster does not get ready: {what}"
            );
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn url(&self, node: usize) -> String {
        format!("redis://127.0.0.1:{}", self.ports[node])
    }

    /// The node that has a key.
    fn owner(&self, key: &str) -> usize {
        (0..3)
            .find(|node| self.nodes[*node].try_ask(&["GET", key]).is_ok())
            .unwrap()
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn sessions_are_found_wherever_they_are() {
    needs!("redis-server");
    let mut cluster = Cluster::start();
    let folder = tempfile::tempdir().unwrap();
    let secret =
        crate::support::redis::file(folder.path(), "secret", crate::support::redis::SECRET);
    let run = |args: &[&str]| Jwtctl::new(folder.path()).run(args);
    let url = cluster.url(0);

    let mut owners = [0; 3];
    let mut ids = Vec::new();
    for i in 0..12 {
        let data = format!("n:={i}");
        let made = run(&[
            "session", "create", "--secret", &secret, "--data", &data, "--redis", &url, "--json",
        ])
        .expect(0)
        .json();
        let (token, id) = (
            made["token"].as_str().unwrap(),
            made["id"].as_str().unwrap().to_owned(),
        );
        owners[cluster.owner(&format!("sess:{id}"))] += 1;
        run(&["session", "update", "--id", &id, "m:=1", "--redis", &url]).expect(0);
        run(&["verify", token, "--secret", &secret, "--session", &url]).expect(0);
        ids.push(id);
    }
    assert!(
        owners.iter().filter(|count| **count > 0).count() > 1,
        "all on one node: {owners:?}"
    );
    // By way of a socket as well, whose node names the others by host and port.
    let by_socket = cluster.nodes[1].url();
    for id in &ids {
        let shown = run(&[
            "session", "show", "--id", id, "--redis", &by_socket, "--json",
        ])
        .expect(0)
        .json();
        assert_eq!(shown["data"]["m"], 1);
    }
    let listed = run(&["session", "list", "--redis", &url, "--json"])
        .expect(0)
        .json();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 12, "{listed}");

    a_slot_moves(&cluster, &ids[0], &run);
    run(&["session", "destroy", "--id", &ids[0], "--redis", &url]).expect(0);
    run(&["session", "destroy", "--id", &ids[0], "--redis", &url]).fails(16, "is gone");
    run(&["session", "list", "--redis", &format!("{url}/1")]).fails(2, "no database but 0");

    // A list that would lack the sessions of a node is none.
    cluster.nodes[2].kill();
    run(&["session", "list", "--redis", &url]).fails(3, &cluster.ports[2].to_string());
}

/// While a slot is on its way, the node that has it sends callers to the other for what has left
/// already.
fn a_slot_moves(cluster: &Cluster, id: &str, run: &dyn Fn(&[&str]) -> crate::support::redis::Ran) {
    let key = format!("sess:{id}");
    let from = cluster.owner(&key);
    let to = (from + 1) % 3;
    let slot = match cluster.nodes[from].ask(&["CLUSTER", "KEYSLOT", &key]) {
        Value::Int(slot) => slot.to_string(),
        other => panic!("{other:?}"),
    };
    let name = |node: usize| text(&cluster.nodes[node].ask(&["CLUSTER", "MYID"]));
    cluster.nodes[to].ask(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &name(from)]);
    cluster.nodes[from].ask(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &name(to)]);
    cluster.nodes[from].ask(&[
        "MIGRATE",
        "127.0.0.1",
        &cluster.ports[to].to_string(),
        &key,
        "0",
        "5000",
    ]);

    let url = cluster.url(from);
    run(&[
        "session",
        "update",
        "--id",
        id,
        "moved:=true",
        "--redis",
        &url,
    ])
    .expect(0);
    let shown = run(&["session", "show", "--id", id, "--redis", &url, "--json"])
        .expect(0)
        .json();
    assert_eq!(shown["data"]["moved"], true);
    for node in [to, from] {
        cluster.nodes[node].ask(&["CLUSTER", "SETSLOT", &slot, "NODE", &name(to)]);
    }
    run(&["session", "touch", "--id", id, "--redis", &url]).expect(0);
}
