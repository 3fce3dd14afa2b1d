//! A web service that gives one prepared answer after the other.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::said;

/// What a service answers, and the request heads it saw.
pub(super) struct Service {
    pub(super) address: String,
    pub(super) heads: Arc<Mutex<Vec<String>>>,
}

pub(super) async fn service(answers: Vec<String>) -> Service {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let heads: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        let mut answers = VecDeque::from(answers);
        while let Ok((mut line, _)) = listener.accept().await {
            let mut head = Vec::new();
            let mut piece = [0_u8; 4096];
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match line.read(&mut piece).await {
                    Ok(read) if read > 0 => head.extend_from_slice(&piece[..read]),
                    _ => break,
                }
            }
            seen.lock()
                .unwrap()
                .push(String::from_utf8_lossy(&head).into_owned());
            let answer = answers.pop_front().unwrap_or_else(|| said(500, ""));
            let _ = line.write_all(answer.as_bytes()).await;
            let _ = line.shutdown().await;
        }
    });
    Service { address, heads }
}
