//! The gateway against a house that is not there, with a driver that is.

use std::sync::Arc;
use std::time::Duration;

use policy::{IssuedToken, TokenKind};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use super::{PgSettings, serve};
use crate::config::Limits;
use crate::front::fake::{FakeHouse, NAME};
use crate::metrics::Metrics;

mod endings;
mod prepared;
mod raw;

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
        let gateway = serve(socket, house.clone(), settings, metrics.clone(), async move {
            drop(stopped.await)
        });
        tokio::spawn(gateway);
        let token = house.token(TokenKind::Access).await;
        Port {
            house,
            metrics,
            token,
            number,
            stop: Some(stop),
        }
    }

    fn config(&self) -> Config {
        let mut config = Config::new();
        config
            .host("127.0.0.1")
            .port(self.number)
            .user(NAME)
            .password(self.token.secret.as_str())
            .dbname("taxhub");
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
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect())
        }
        _ => None,
    });
    rows.collect()
}

fn sqlstate(error: &tokio_postgres::Error) -> String {
    error
        .code()
        .map(|code| code.code().to_owned())
        .unwrap_or_else(|| format!("{error:?}"))
}

#[tokio::test]
async fn only_the_access_token_opens_the_door() {
    let port = Port::open().await;
    let client = port.client().await;
    assert_eq!(
        client.simple_query("select 1 from v_rows").await.unwrap().len(),
        5
    );
    for (user, password) in [
        (NAME, "wrong"),
        ("nobody.at.all", port.token.secret.as_str()),
        (NAME, crate::front::fake::PASSWORD),
    ] {
        let mut config = port.config();
        config.user(user).password(password);
        let error = connect(&config).await.err().unwrap();
        assert_eq!(sqlstate(&error), "28P01");
        assert!(
            error.as_db_error().unwrap().message().contains(" / "),
            "both languages"
        );
    }
    assert!(
        port.metrics
            .render()
            .contains("taxhub_sign_ins_total{protocol=\"pg\",outcome=\"refused\"} 3\n")
    );
}

#[tokio::test]
async fn simple_rows_are_text_and_decimals_keep_their_digits() {
    let port = Port::open().await;
    let client = port.client().await;
    let rows = texts(
        &client
            .simple_query("select * from v_rows; select * from v_none")
            .await
            .unwrap(),
    );
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(
        rows[0],
        [text("433101"), text("1.50"), text("5"), text("2025-01-01")]
    );
    assert_eq!(rows[1][1], text("999999999999999999999999999999999999.99"));
    assert_eq!(rows[2], [None, None, None, None]);
    assert_eq!(rows.len(), 3);
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
        assert!(
            told.message().contains(" / ") && told.detail().unwrap().contains("request req_"),
            "{told:?}"
        );
        let error = client.query(sql, &[]).await.unwrap_err();
        assert_eq!(sqlstate(&error), state, "{sql}");
    }
    let error = client
        .prepare("select 1 from v_rows; select 2 from v_rows")
        .await
        .unwrap_err();
    assert_eq!(sqlstate(&error), "42601");
    assert_eq!(
        texts(&client.simple_query("select * from v_rows").await.unwrap()).len(),
        3
    );
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
        while let Some(Ok(message)) =
            futures::future::poll_fn(|context| connection.poll_message(context)).await
        {
            let _ = tell.send(message);
        }
    });
    client.simple_query("select * from v_rows").await.unwrap();
    assert_eq!(port.house.purpose.lock().unwrap().as_deref(), Some("audit_case"));
    client
        .batch_execute("set taxhub.purpose = 'tax_risk'; set taxhub.notices = on")
        .await
        .unwrap();
    assert_eq!(
        texts(&client.simple_query("show taxhub.purpose").await.unwrap()),
        [[Some("tax_risk".to_owned())]]
    );
    assert_eq!(
        client
            .query_one("show server_version", &[])
            .await
            .unwrap()
            .get::<_, &str>(0),
        "16.0 (Tax Hub)"
    );
    client.simple_query("select * from v_rows").await.unwrap();
    assert_eq!(port.house.purpose.lock().unwrap().as_deref(), Some("tax_risk"));
    let notice = loop {
        if let tokio_postgres::AsyncMessage::Notice(notice) = told.recv().await.unwrap() {
            break notice;
        }
    };
    assert!(
        notice.message().contains("A-1") && notice.severity() == "NOTICE",
        "{notice:?}"
    );
    let mut wrong = port.config();
    wrong.options("-c taxhub.purpose=Not-One");
    assert_eq!(sqlstate(&connect(&wrong).await.err().unwrap()), "22023");
}
