//! The socket: accepts connections, limits their number and time, and closes them in order at the
//! end.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jwtctl::core::error::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::{Server, answer};

/// The most connections at the same time; further ones wait to be accepted.
pub const MAX_CONNECTIONS: usize = 4096;

/// The most connections that wait to be accepted.
const BACKLOG: u32 = 4096;

/// How long a client may take for a handshake, and for the head of a request.
const HEAD: Duration = Duration::from_secs(10);

/// How long a connection may live; a request that is in progress then is still answered.
const LIFE: Duration = Duration::from_secs(600);

/// How long answers that are in progress may still take when a connection is closed.
const GRACE: Duration = Duration::from_secs(2);

/// Bytes of the longest head of a request, and how many fields it may have.
const MAX_HEAD: usize = 16 * 1024;
const MAX_FIELDS: usize = 64;

/// Listens on `address`.
pub fn bind(address: SocketAddr) -> Result<TcpListener, Error> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let bound = socket.and_then(|socket| {
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    });
    bound.map_err(|e| {
        let error = Error::io(address.to_string(), &e);
        match e.kind() {
            std::io::ErrorKind::AddrInUse => error.hint(format!(
                "to take any free port: --listen {}:0",
                address.ip()
            )),
            _ => error,
        }
    })
}

/// The task that accepts connections.
pub struct Accepting {
    task: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

/// Accepts connections from now on.
pub fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, server: Rc<Server>) -> Accepting {
    let (stop, stopped) = watch::channel(false);
    Accepting {
        task: spawn_local(take(listener, tls, server, stopped)),
        stop,
    }
}

impl Accepting {
    /// Accepts no more connections, and closes the open ones.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        // A connection that does not end in time ends with the process.
        let _ = timeout(GRACE + Duration::from_millis(200), async {
            let _ = self.task.await;
            self.stop.closed().await;
        })
        .await;
    }
}

async fn take(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    server: Rc<Server>,
    mut stopped: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    // Most likely there are no file descriptors left; connections that end will
                    // free some.
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            _ = stopped.changed() => return,
        };
        // Small answers are sent at once (no Nagle's algorithm).
        let _ = stream.set_nodelay(true);
        let (server, tls, stopped) = (Rc::clone(&server), tls.clone(), stopped.clone());
        spawn_local(async move {
            match tls {
                None => converse(stream, server, stopped).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(HEAD, tls.accept(stream)).await {
                        converse(stream, server, stopped).await;
                    }
                }
            }
            drop(permit);
        });
    }
}

/// Serves one connection to its end.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    server: Rc<Server>,
    mut stopped: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| answer::answer(Rc::clone(&server), request));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_FIELDS);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        // An error of a client ends only its own connection.
        _ = connection.as_mut() => return,
        _ = stopped.changed() => {}
        () = sleep(LIFE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(GRACE, connection).await;
}
