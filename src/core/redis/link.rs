//! A connection to one server, which follows a cluster to the node that has the key.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use redis::RedisError as ClientError;
use redis::{Client, ConnectionAddr, ConnectionLike as _, IntoConnectionInfo as _};
use redis::{RedisConnectionInfo, TlsCertificates, Value};
use zeroize::Zeroizing;

use super::super::address::Reach;
use super::super::error::{Code, Error, shell_word};
use super::super::hint::{Hint, RedisHint};
use super::super::tls::handshake_error;
use super::worker::silent;
use super::{RedisError, Reply, ServerAddress, Target};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a command may take to be answered.
const COMMAND_TIMEOUT: Duration = Duration::from_millis(1500);

/// Redirections of a cluster that are followed for one command.
const MAX_REDIRECTS: usize = 5;

/// A connection.
pub struct Link<'a> {
    target: &'a Target,
    address: ServerAddress,
    connection: redis::Connection,
    is_awaiting: bool,
}

impl<'a> Link<'a> {
    /// Connects, to another node of the same cluster if `address` says so, and logs in.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] when no connection can be made; [`Code::BadSecret`] when
    /// the password is not accepted.
    pub fn open(target: &'a Target, address: Option<&ServerAddress>) -> Result<Self, Error> {
        let address = address.unwrap_or(&target.address).clone();
        let connection = connect(target, &address)?;
        connection
            .set_read_timeout(Some(COMMAND_TIMEOUT))
            .and_then(|()| connection.set_write_timeout(Some(COMMAND_TIMEOUT)))
            .map_err(|error| trouble(target, &address, &error))?;
        let mut link = Self {
            target,
            address,
            connection,
            is_awaiting: false,
        };
        if let Some(password) = &target.password {
            let user = target.user.as_ref().map(String::as_bytes);
            let parts: Vec<&[u8]> = [Some(b"AUTH".as_slice()), user, Some(password.expose())]
                .into_iter()
                .flatten()
                .collect();
            link.try_ask(&parts)?
                .map_err(|refusal| refusal.explain(target))?;
        }
        if target.database != 0 {
            link.try_ask(&[b"SELECT", target.database.to_string().as_bytes()])?
                .map_err(|refusal| refusal.explain(target))?;
        }
        Ok(link)
    }

    /// Sends one command, to the node of a cluster that has its key.
    ///
    /// # Errors
    /// Those of [`RedisError::explain`], and [`Code::RedisUnavailable`] when there is no reply.
    pub fn ask(&mut self, command: &[&[u8]]) -> Result<Reply, Error> {
        for _ in 0..=MAX_REDIRECTS {
            let refusal = match self.try_ask(command)? {
                Ok(reply) => return Ok(reply),
                Err(refusal) => refusal,
            };
            match (refusal.code.as_str(), refusal.redirect()) {
                ("MOVED", Some(node)) => *self = Self::open(self.target, Some(&self.node(node)?))?,
                ("ASK", Some(node)) => {
                    // For this command only: the cluster is still moving the key's slot to that
                    // node.
                    let mut other = Self::open(self.target, Some(&self.node(node)?))?;
                    self.is_awaiting = true;
                    let answers = other.ask_all(&[vec![b"ASKING"], command.to_vec()])?;
                    self.is_awaiting = false;
                    let answer = answers.into_iter().nth(1).unwrap_or(Ok(Reply::Nil));
                    return answer.map_err(|refusal| refusal.explain(self.target));
                }
                _ => return Err(refusal.explain(self.target)),
            }
        }
        Err(Error::Unavailable {
            code: Code::RedisUnavailable,
            what: self.target.to_string(),
            why: format!("its nodes sent us from one to the next more than {MAX_REDIRECTS} times"),
            hints: vec!["is the cluster being rearranged? try again".into()],
        })
    }

    /// Sends one command to this node.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] if the server does not reply in time. An error reply is `Ok(Err(_))`.
    pub fn try_ask(&mut self, command: &[&[u8]]) -> Result<Result<Reply, RedisError>, Error> {
        self.is_awaiting = true;
        let value = self.connection.req_packed_command(&packed(command));
        let answer = value
            .and_then(answer)
            .map_err(|error| trouble(self.target, &self.address, &error))?;
        self.is_awaiting = false;
        Ok(answer)
    }

    /// Whether the last command has not been replied to: it may have been carried out or not.
    pub fn is_awaiting(&self) -> bool {
        self.is_awaiting
    }

    /// Sends several commands to this node at once.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] if the server does not reply in time. Error replies are `Err` in the
    /// list.
    pub fn ask_all(
        &mut self,
        commands: &[Vec<&[u8]>],
    ) -> Result<Vec<Result<Reply, RedisError>>, Error> {
        let bytes: Vec<u8> = commands
            .iter()
            .flat_map(|command| packed(command).to_vec())
            .collect();
        let values = self
            .connection
            .req_packed_commands(&bytes, 0, commands.len());
        let answers = values.and_then(|values| values.into_iter().map(answer).collect());
        answers.map_err(|error| trouble(self.target, &self.address, &error))
    }

    /// The address of another node of the cluster, from this node's redirection, where an empty
    /// host means this node's own.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] when the connection to this node is guarded (by TLS, or as it
    /// stays on this machine) and one to that node would not be.
    pub fn node(&self, (host, port): (String, u16)) -> Result<ServerAddress, Error> {
        let node = match (&self.address, host.is_empty()) {
            (ServerAddress::Tcp(own, _), true) => ServerAddress::Tcp(own.clone(), port),
            (ServerAddress::Unix(_), true) => ServerAddress::Tcp("127.0.0.1".into(), port),
            (_, false) => ServerAddress::Tcp(host, port),
        };
        let ServerAddress::Tcp(host, port) = &node else {
            return Ok(node);
        };
        if !self.target.is_guarded() || self.target.guards(&node) {
            return Ok(node);
        }
        let host = match host.contains(':') {
            true => format!("[{host}]"),
            false => host.to_string(),
        };
        let url = shell_word(&format!("rediss://{host}:{port}"));
        let host = host.escape_debug();
        Err(Error::Unavailable {
            code: Code::RedisUnavailable,
            what: self.target.to_string(),
            why: format!(
                "sends its callers on to {host}:{port}, another machine, and the way there is not guarded"
            ),
            hints: vec![format!("name a node of the cluster, with TLS: {url}").into()],
        })
    }
}

/// Connects to a server, by the addresses that its host has now.
fn connect(target: &Target, address: &ServerAddress) -> Result<redis::Connection, Error> {
    let failed = |error: ClientError| trouble(target, address, &error);
    let open = |place: ConnectionAddr| {
        client(target, place).and_then(|it| it.get_connection_with_timeout(CONNECT_TIMEOUT))
    };
    let (host, port) = match address {
        ServerAddress::Unix(_) if !cfg!(unix) => {
            return Err(Error::Unavailable {
                code: Code::RedisUnavailable,
                what: target.to_string(),
                why: "this system has no Unix sockets for Redis".into(),
                hints: vec!["name the server with redis://HOST:PORT".into()],
            });
        }
        ServerAddress::Unix(path) => {
            return open(ConnectionAddr::Unix(path.clone())).map_err(failed);
        }
        ServerAddress::Tcp(host, port) => (host, *port),
    };
    let found = (host.as_str(), port).to_socket_addrs();
    let found: Vec<SocketAddr> = found.map_err(|e| failed(e.into()))?.collect();
    let ips: Vec<IpAddr> = found.iter().map(SocketAddr::ip).collect();
    // Without TLS this host is accepted only because it counts as this machine, so all its
    // addresses have to be this machine's.
    let reach = if !target.tls && target.guards(address) {
        Reach::ThisMachine
    } else {
        Reach::Anywhere
    };
    reach.check(host, &ips).map_err(|why| Error::Unavailable {
        code: Code::RedisUnavailable,
        what: target.to_string(),
        why: why.to_string(),
        hints: Vec::new(),
    })?;
    if target.tls {
        return open(ConnectionAddr::TcpTls {
            host: host.clone(),
            port,
            insecure: false,
            tls_params: None,
        })
        .map_err(failed);
    }
    let mut last = None;
    for place in found {
        match open(ConnectionAddr::Tcp(place.ip().to_string(), port)) {
            Ok(connection) => return Ok(connection),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(|| silent(&target.to_string()), failed))
}

/// A command as it goes over the wire, wiped afterwards: it may carry a password.
fn packed(command: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let room = command.iter().map(|part| part.len() + 24).sum::<usize>() + 24;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    bytes.extend_from_slice(format!("*{}\r\n", command.len()).as_bytes());
    for part in command {
        bytes.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// A client that asks nothing on its own (no password, no database, no name), so that every refusal
/// is seen as the server wrote it.
fn client(target: &Target, address: ConnectionAddr) -> Result<Client, ClientError> {
    let is_tls = matches!(address, ConnectionAddr::TcpTls { .. });
    let info = address
        .into_connection_info()?
        .set_redis_settings(RedisConnectionInfo::default().set_skip_set_lib_name());
    if !is_tls {
        return Client::open(info);
    }
    // This fails if a provider is installed already, and that one is used then.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::build_with_tls(
        info,
        TlsCertificates {
            client_tls: None,
            root_cert: target.ca.clone(),
        },
    )
}

fn answer(value: Value) -> Result<Result<Reply, RedisError>, ClientError> {
    match value {
        Value::ServerError(error) => {
            let detail = error.details().unwrap_or_default().to_owned();
            Ok(Err(RedisError {
                code: error.code().to_owned(),
                detail,
            }))
        }
        other => reply(other).map(Ok),
    }
}

fn reply(value: Value) -> Result<Reply, ClientError> {
    Ok(match value {
        Value::Int(number) => Reply::Int(number),
        Value::BulkString(bytes) => Reply::Bytes(bytes),
        Value::SimpleString(text) => Reply::Bytes(text.into_bytes()),
        Value::Okay => Reply::Bytes(b"OK".to_vec()),
        Value::Array(items) => Reply::List(items.into_iter().map(reply).collect::<Result<_, _>>()?),
        Value::ServerError(error) => return Err(error.into()),
        Value::Nil => Reply::Nil,
        // RESP3 was not asked for.
        _ => return Err((redis::ErrorKind::Parse, "a reply that is not RESP2").into()),
    })
}

/// The error for a connection or a command that failed.
fn trouble(target: &Target, address: &ServerAddress, error: &ClientError) -> Error {
    let what = match (address, address == &target.address) {
        (ServerAddress::Tcp(host, port), false) => format!("{target}: node {host}:{port}"),
        _ => target.to_string(),
    };
    if error.is_timeout() {
        return silent(&what);
    }
    let (why, hint) = match handshake_error(error) {
        Some(found) if found.is_other_protocol => (
            "does not speak TLS on that port".into(),
            Some("without TLS the URL is redis://".into()),
        ),
        Some(found) => (
            format!("its certificate is not accepted: {}", found.why),
            Some(RedisHint::CertificatesForHost(target.serves).into()),
        ),
        None => plain(error),
    };
    Error::Unavailable {
        code: Code::RedisUnavailable,
        what,
        why,
        hints: hint.into_iter().collect(),
    }
}

/// The cause of a failure that is not one of TLS, and a hint.
fn plain(error: &ClientError) -> (String, Option<Hint>) {
    let system = || {
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or(&text);
        text.to_lowercase()
    };
    if error.is_connection_refusal() {
        let hint = "is Redis running there? the server is chosen with a URL: redis://HOST:PORT, unix:///PATH";
        return (system(), Some(hint.into()));
    }
    if error.is_connection_dropped() {
        let hint = "if it speaks TLS on that port, the URL is rediss://";
        return ("closed the connection".into(), Some(hint.into()));
    }
    match error.kind() {
        redis::ErrorKind::Parse => (
            "answered with something that is not Redis".into(),
            Some("is that the right port?".into()),
        ),
        redis::ErrorKind::Io => (system(), None),
        _ => ("cannot be talked to".into(), None),
    }
}
