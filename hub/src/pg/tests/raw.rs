//! Clients that do not follow the protocol.

use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

fn startup() -> BytesMut {
    let mut body = BytesMut::new();
    body.put_i32(196_608);
    for word in ["user", NAME, "database", "x"] {
        body.put_slice(word.as_bytes());
        body.put_u8(0);
    }
    body.put_u8(0);
    let mut message = BytesMut::new();
    message.put_i32(i32::try_from(body.len()).unwrap() + 4);
    message.put_slice(&body);
    message
}

async fn answered(port: &Port, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port.number)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    answer
}

#[tokio::test]
async fn nothing_is_heard_before_sign_in_has_succeeded() {
    let port = Port::open().await;
    let query = [b"Q".as_slice(), &23_i32.to_be_bytes(), b"select from v_rows\0"].concat();
    // A query instead of a password, and a query right behind a wrong one.
    for tail in [
        query.clone(),
        [b"p".as_slice(), &9_i32.to_be_bytes(), b"nope\0", &query].concat(),
    ] {
        let answer = answered(&port, &[&startup()[..], &tail].concat()).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.contains("FATAL") && !text.contains("433101"), "{text}");
        assert!(port.house.purpose.lock().unwrap().is_none(), "a query ran");
    }
}

#[tokio::test]
async fn messages_that_are_too_long_or_torn_hurt_nobody_else() {
    let port = Port::open().await;
    let huge = [&startup()[..], b"Q", &0x3fff_ffff_i32.to_be_bytes(), b"select"].concat();
    let _ = answered(&port, &huge).await;
    let _ = answered(&port, &[0, 0, 0, 3]).await;
    let _ = answered(
        &port,
        &[&startup()[..], b"P", &6_i32.to_be_bytes(), b"\0\0"].concat(),
    )
    .await;
    let _ = answered(&port, b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(
        texts(
            &port
                .client()
                .await
                .simple_query("select * from v_rows")
                .await
                .unwrap()
        )
        .len(),
        3
    );
}
