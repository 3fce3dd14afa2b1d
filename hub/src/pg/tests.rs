//! The gateway against a house that is not there, with a driver that is.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use policy::{IssuedToken, TokenKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use super::{PgSettings, serve};
use crate::config::Limits;
use crate::front::fake::{FakeHouse, NAME};
use crate::metrics::Metrics;

struct Port {
    house: Arc<FakeHouse>,
    metrics: Arc<Metrics>,
    token: IssuedToken,
    number: u16,
    stop: Option<oneshot::Sender<()>>,
}

impl Port {
    async fn open() -> Port {
        Port::with(PgSettings::from_limits(&Limits::default())).await
    }

    async fn with(settings: PgSettings) -> Port {
        let house = FakeHouse::open().await;
        let metrics = Arc::new(Metrics::new());
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let number = socket.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel();
        let gateway = serve(socket, house.clone(), settings, metrics.clone(), async move { drop(stopped.await) });
        tokio::spawn(gateway);
        let token = house.token(TokenKind::Access).await;
        Port { house, metrics, token, number, stop: Some(stop) }
    }

    fn config(&self) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.number).user(NAME).password(self.token.secret.as_str()).dbname("taxhub");
        config
    }

    async fn client(&self) -> Client {
        connect(&self.config()).await.unwrap()
    }
}

async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn texts(messages: &[SimpleQueryMessage]) -> Vec<Vec<Option<String>>> {
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
        _ => None,
    });
    rows.collect()
}

fn sqlstate(error: &tokio_postgres::Error) -> String {
    error.code().map(|code| code.code().to_owned()).unwrap_or_else(|| format!("{error:?}"))
}

/// A binary `numeric` as it came.
struct Raw(Vec<u8>);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Raw, Box<dyn Error + Sync + Send>> {
        Ok(Raw(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

#[tokio::test]
async fn only_the_access_token_opens_the_door() {
    let port = Port::open().await;
    let client = port.client().await;
    assert_eq!(client.simple_query("select 1 from v_rows").await.unwrap().len(), 5);
    for (user, password) in [(NAME, "wrong"), ("nobody.at.all", port.token.secret.as_str()), (NAME, crate::front::fake::PASSWORD)] {
        let mut config = port.config();
        config.user(user).password(password);
        let error = connect(&config).await.err().unwrap();
        assert_eq!(sqlstate(&error), "28P01");
        assert!(error.as_db_error().unwrap().message().contains(" / "), "both languages");
    }
    assert!(port.metrics.render().contains("taxhub_sign_ins_total{protocol=\"pg\",outcome=\"refused\"} 3\n"));
}

#[tokio::test]
async fn simple_rows_are_text_and_decimals_keep_their_digits() {
    let port = Port::open().await;
    let client = port.client().await;
    let rows = texts(&client.simple_query("select * from v_rows; select * from v_none").await.unwrap());
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(rows[0], [text("433101"), text("1.50"), text("5"), text("2025-01-01")]);
    assert_eq!(rows[1][1], text("999999999999999999999999999999999999.99"));
    assert_eq!(rows[2], [None, None, None, None]);
    assert_eq!(rows.len(), 3);
}

#[tokio::test]
async fn prepared_rows_are_binary_and_parameters_reach_the_house() {
    let port = Port::open().await;
    let client = port.client().await;
    let statement = client.prepare("select * from v_rows").await.unwrap();
    let kinds: Vec<&str> = statement.columns().iter().map(|column| column.type_().name()).collect();
    assert_eq!(kinds, ["text", "numeric", "int8", "date"]);
    let rows = client.query(&statement, &[]).await.unwrap();
    assert_eq!(rows[1].get::<_, Option<&str>>(0), Some("吉首"));
    assert_eq!(rows[1].get::<_, Option<i64>>(2), Some(-6));
    assert_eq!(rows[2].get::<_, Option<i64>>(2), None);
    let Raw(numeric) = rows[1].get(1);
    assert_eq!(super::numeric::decode(&numeric).unwrap(), "999999999999999999999999999999999999.99");

    let echo = client.prepare("select value from v_echo where a = $1 and b = $2").await.unwrap();
    assert_eq!(echo.params(), [Type::INT8, Type::INT8]);
    let rows = client.query(&echo, &[&-7_i64, &None::<i64>]).await.unwrap();
    assert_eq!(rows[0].get::<_, Option<&str>>(0), Some("-7"));
    assert_eq!(rows[1].get::<_, Option<&str>>(0), None);
    let typed = client.prepare_typed("select value from v_echo where a = $1", &[Type::TEXT]).await.unwrap();
    let rows = client.query(&typed, &[&"电; drop"]).await.unwrap();
    assert_eq!(rows[0].get::<_, Option<&str>>(0), Some("电; drop"));
}

#[tokio::test]
async fn portals_give_rows_in_portions() {
    let port = Port::open().await;
    let mut client = port.client().await;
    let transaction = client.transaction().await.unwrap();
    let statement = transaction.prepare("select * from v_rows").await.unwrap();
    let portal = transaction.bind(&statement, &[]).await.unwrap();
    assert_eq!(transaction.query_portal(&portal, 2).await.unwrap().len(), 2);
    assert_eq!(transaction.query_portal(&portal, 2).await.unwrap().len(), 1);
    assert_eq!(transaction.query_portal(&portal, 2).await.unwrap().len(), 0);
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn errors_carry_a_code_a_hint_and_a_request_and_the_connection_goes_on() {
    let port = Port::open().await;
    let client = port.client().await;
    for (sql, state) in [
        ("select * from v_secret", "42501"),
        ("select * from v_refused", "22012"),
        ("select * from v_breaks", "53200"),
        ("insert into v_rows values (1)", "0A000"),
        ("selekt", "42601"),
        ("set datafusion.runtime.memory_limit = '1G'", "42704"),
        ("show no_such_thing", "42704"),
    ] {
        let error = client.simple_query(sql).await.unwrap_err();
        assert_eq!(sqlstate(&error), state, "{sql}");
        let told = error.as_db_error().unwrap();
        assert!(told.message().contains(" / ") && told.detail().unwrap().contains("request req_"), "{told:?}");
        let error = client.query(sql, &[]).await.unwrap_err();
        assert_eq!(sqlstate(&error), state, "{sql}");
    }
    let error = client.prepare("select 1 from v_rows; select 2 from v_rows").await.unwrap_err();
    assert_eq!(sqlstate(&error), "42601");
    assert_eq!(texts(&client.simple_query("select * from v_rows").await.unwrap()).len(), 3);
}

#[tokio::test]
async fn transactions_keep_their_manners() {
    let port = Port::open().await;
    let client = port.client().await;
    client.batch_execute("begin").await.unwrap();
    client.simple_query("select * from v_secret").await.unwrap_err();
    let error = client.simple_query("select * from v_rows").await.unwrap_err();
    assert_eq!(sqlstate(&error), "25P02");
    let error = client.query("select * from v_rows", &[]).await.unwrap_err();
    assert_eq!(sqlstate(&error), "25P02");
    client.batch_execute("rollback").await.unwrap();
    assert_eq!(client.query("select * from v_rows", &[]).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_purpose_is_set_shown_and_told_in_a_notice() {
    let port = Port::open().await;
    let mut config = port.config();
    config.options("-c taxhub.purpose=audit_case");
    let (client, mut connection) = config.connect(NoTls).await.unwrap();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = futures::future::poll_fn(|context| connection.poll_message(context)).await {
            let _ = tell.send(message);
        }
    });
    client.simple_query("select * from v_rows").await.unwrap();
    assert_eq!(port.house.purpose.lock().unwrap().as_deref(), Some("audit_case"));
    client.batch_execute("set taxhub.purpose = 'tax_risk'; set taxhub.notices = on").await.unwrap();
    assert_eq!(texts(&client.simple_query("show taxhub.purpose").await.unwrap()), [[Some("tax_risk".to_owned())]]);
    assert_eq!(client.query_one("show server_version", &[]).await.unwrap().get::<_, &str>(0), "16.0 (Tax Hub)");
    client.simple_query("select * from v_rows").await.unwrap();
    assert_eq!(port.house.purpose.lock().unwrap().as_deref(), Some("tax_risk"));
    let notice = loop {
        if let tokio_postgres::AsyncMessage::Notice(notice) = told.recv().await.unwrap() {
            break notice;
        }
    };
    assert!(notice.message().contains("A-1") && notice.severity() == "NOTICE", "{notice:?}");
    let mut wrong = port.config();
    wrong.options("-c taxhub.purpose=Not-One");
    assert_eq!(sqlstate(&connect(&wrong).await.err().unwrap()), "22023");
}

#[tokio::test]
async fn a_cancel_request_ends_the_query_and_not_the_connection() {
    let port = Port::open().await;
    let client = port.client().await;
    let cancel = client.cancel_token();
    let running = async { client.simple_query("select * from v_endless").await.unwrap_err() };
    let cancelling = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        cancel.cancel_query(NoTls).await.unwrap();
    };
    let (error, ()) = tokio::time::timeout(Duration::from_secs(5), async { tokio::join!(running, cancelling) }).await.unwrap();
    assert_eq!(sqlstate(&error), "57014");
    assert!(port.house.stopped.load(Ordering::SeqCst));
    assert_eq!(texts(&client.simple_query("select * from v_rows").await.unwrap()).len(), 3);
}

#[tokio::test]
async fn a_client_who_leaves_stops_the_query() {
    let port = Port::open().await;
    let (client, connection) = port.config().connect(NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let running = tokio::spawn(async move { client.simple_query("select * from v_endless").await.is_err() });
    tokio::time::sleep(Duration::from_millis(150)).await;
    connection.abort();
    assert!(running.await.unwrap());
    for _ in 0..100 {
        if port.house.stopped.load(Ordering::SeqCst) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the query went on without a reader");
}

#[tokio::test]
async fn a_connection_dies_with_its_token_even_in_the_middle_of_a_query() {
    let settings = PgSettings { token_check_time: Duration::from_millis(50), ..PgSettings::from_limits(&Limits::default()) };
    let port = Port::with(settings).await;
    let (busy, idle) = (port.client().await, port.client().await);
    let running = tokio::spawn(async move { busy.simple_query("select * from v_endless").await.unwrap_err() });
    tokio::time::sleep(Duration::from_millis(150)).await;
    port.house.revoke(&port.token).await;
    let error = tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
    assert_eq!(sqlstate(&error), "57P01");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(idle.is_closed());
}

#[tokio::test]
async fn idle_connections_and_too_many_of_them_are_told_so() {
    let settings = PgSettings {
        connections_max: 1,
        idle_time_max: Duration::from_millis(300),
        ..PgSettings::from_limits(&Limits::default())
    };
    let port = Port::with(settings).await;
    let first = port.client().await;
    assert_eq!(sqlstate(&connect(&port.config()).await.err().unwrap()), "53300");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(first.is_closed());
    assert!(port.metrics.render().contains("taxhub_refusals_total{protocol=\"pg\",code=\"pg.idle\"} 1\n"));
    assert!(!port.client().await.is_closed());
}

#[tokio::test]
async fn a_stop_ends_what_runs() {
    let mut port = Port::open().await;
    let client = port.client().await;
    let running = tokio::spawn(async move { client.simple_query("select * from v_endless").await.unwrap_err() });
    tokio::time::sleep(Duration::from_millis(150)).await;
    port.stop.take().unwrap().send(()).unwrap();
    let error = tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
    assert_eq!(sqlstate(&error), "57P01");
}

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
    for tail in [query.clone(), [b"p".as_slice(), &9_i32.to_be_bytes(), b"nope\0", &query].concat()] {
        let answer = answered(&port, &[&startup()[..], &tail].concat()).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.contains("FATAL") && !text.contains("433101") && !answer.contains(&b'D'), "{text}");
        assert!(port.house.purpose.lock().unwrap().is_none(), "a query ran");
    }
}

#[tokio::test]
async fn messages_that_are_too_long_or_torn_hurt_nobody_else() {
    let port = Port::open().await;
    let huge = [&startup()[..], b"Q", &0x3fff_ffff_i32.to_be_bytes(), b"select"].concat();
    let _ = answered(&port, &huge).await;
    let _ = answered(&port, &[0, 0, 0, 3]).await;
    let _ = answered(&port, &[&startup()[..], b"P", &6_i32.to_be_bytes(), b"\0\0"].concat()).await;
    let _ = answered(&port, b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(texts(&port.client().await.simple_query("select * from v_rows").await.unwrap()).len(), 3);
}

#[tokio::test]
async fn a_connection_keeps_a_limited_number_of_statements() {
    let settings = PgSettings { kept_max: 4, ..PgSettings::from_limits(&Limits::default()) };
    let port = Port::with(settings).await;
    let client = port.client().await;
    let mut kept = Vec::new();
    let error = loop {
        match client.prepare("select * from v_rows").await {
            Ok(statement) => kept.push(statement),
            Err(error) => break error,
        }
    };
    assert_eq!((kept.len(), sqlstate(&error).as_str()), (4, "53400"));
    client.batch_execute("discard all").await.unwrap();
    client.prepare("select * from v_rows").await.unwrap();
}
