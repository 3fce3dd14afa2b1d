//! The client against made-up servers that say what real ones say when things go wrong. A real server is in
//! `tests/e2e/test_reminders.py`.

use std::path::PathBuf;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// Says each of these in turn, after every line but those of the message, and gives back all it heard.
async fn server(says: &'static [&'static str]) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut heard = String::new();
        let mut buffer = [0_u8; 4096];
        for said in says {
            socket.write_all(said.as_bytes()).await.unwrap();
            match socket.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(read) => heard.push_str(&String::from_utf8_lossy(&buffer[..read])),
            }
        }
        heard
    });
    (port, heard)
}

fn mail(port: u16, security: MailSecurity) -> Mail {
    Mail {
        host: "127.0.0.1".to_owned(),
        port,
        security,
        from: "hub@tg.example".to_owned(),
        ..Mail::default()
    }
}

async fn sent(
    says: &'static [&'static str],
    security: MailSecurity,
    to: &[&str],
) -> (Result<(), NotSent>, String) {
    let (port, heard) = server(says).await;
    let to: BTreeSet<String> = to.iter().map(|to| (*to).to_owned()).collect();
    let server = Server::new(&mail(port, security)).unwrap();
    let sent = server
        .send("hub@tg.example", &to, "Subject: x\r\n\r\nYQ==\r\n")
        .await;
    drop(server);
    (sent, heard.await.unwrap())
}

#[tokio::test]
async fn a_message_is_handed_over_line_by_line_and_ends_with_a_dot() {
    let says = &[
        "220 mail\r\n",
        "250-mail\r\n250-SIZE 1000\r\n250 8BITMIME\r\n",
        "250 ok\r\n",
        "250 ok\r\n",
        "550 who\r\n",
        "354 go\r\n",
        "250 taken\r\n",
        "221 bye\r\n",
    ];
    let (sent, heard) = sent(says, MailSecurity::None, &["a@x.example", "b@x.example"]).await;
    assert_eq!(sent, Ok(()));
    let expected = "EHLO [127.0.0.1]\r\nMAIL FROM:<hub@tg.example>\r\nRCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n\
                    DATA\r\nSubject: x\r\n\r\nYQ==\r\n.\r\nQUIT\r\n";
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn a_server_that_refuses_breaks_off_or_babbles_is_told_apart() {
    for (says, code) in [
        (
            &[
                "220 mail\r\n",
                "250 mail\r\n",
                "250 ok\r\n",
                "550 who\r\n",
                "250 ok\r\n",
            ][..],
            REFUSED,
        ),
        (&["554 go away\r\n"][..], REFUSED),
        (&["220 mail\r\n", "250 mail\r\n"][..], UNREACHABLE),
        (&["hello\r\n"][..], UNREACHABLE),
    ] {
        let says: &'static [&'static str] = Box::leak(says.to_vec().into_boxed_slice());
        let (sent, _) = sent(says, MailSecurity::None, &["a@x.example"]).await;
        assert_eq!(sent, Err(code), "{says:?}");
    }
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let server = Server::new(&mail(closed, MailSecurity::None)).unwrap();
    let to = ["a@x.example".to_owned()].into();
    assert_eq!(server.send("hub@tg.example", &to, "x").await, Err(UNREACHABLE));
}

#[tokio::test]
async fn without_starttls_or_with_words_behind_it_nothing_is_said_further() {
    let says = &["220 mail\r\n", "250 mail\r\n"];
    let (without, heard) = sent(says, MailSecurity::Starttls, &["a@x.example"]).await;
    assert_eq!(
        (without, heard.as_str()),
        (Err(UNTRUSTED), "EHLO [127.0.0.1]\r\n")
    );
    let says = &[
        "220 mail\r\n",
        "250-mail\r\n250 STARTTLS\r\n",
        "220 go\r\n250 injected\r\n",
    ];
    let (injected, heard) = sent(says, MailSecurity::Starttls, &["a@x.example"]).await;
    assert_eq!(injected, Err(UNTRUSTED));
    assert_eq!(heard, "EHLO [127.0.0.1]\r\nSTARTTLS\r\n");
}

#[test]
fn a_file_without_certificates_is_refused_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let ca_file: PathBuf = folder.path().join("ca.pem");
    std::fs::write(&ca_file, "nothing\n").unwrap();
    let mail = Mail {
        ca_file,
        ..mail(1, MailSecurity::Starttls)
    };
    assert_eq!(Server::new(&mail).err().unwrap().code, "reminder.ca_unusable");
}
