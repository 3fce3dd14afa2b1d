//! What ends a query or a connection: cancel requests, absence, revocation, silence, a stop.

use std::sync::atomic::Ordering;

use super::*;

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
    let (error, ()) = tokio::time::timeout(Duration::from_secs(5), async {
        tokio::join!(running, cancelling)
    })
    .await
    .unwrap();
    assert_eq!(sqlstate(&error), "57014");
    assert!(port.house.stopped.load(Ordering::SeqCst));
    assert_eq!(
        texts(&client.simple_query("select * from v_rows").await.unwrap()).len(),
        3
    );
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
    let settings = PgSettings {
        token_check_time: Duration::from_millis(50),
        ..PgSettings::from_limits(&Limits::default())
    };
    let port = Port::with(settings).await;
    let (busy, idle) = (port.client().await, port.client().await);
    let running =
        tokio::spawn(async move { busy.simple_query("select * from v_endless").await.unwrap_err() });
    tokio::time::sleep(Duration::from_millis(150)).await;
    port.house.revoke(&port.token).await;
    let error = tokio::time::timeout(Duration::from_secs(5), running)
        .await
        .unwrap()
        .unwrap();
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
    assert!(
        port.metrics
            .render()
            .contains("taxhub_refusals_total{protocol=\"pg\",code=\"pg.idle\"} 1\n")
    );
    assert!(!port.client().await.is_closed());
}

#[tokio::test]
async fn a_stop_ends_what_runs() {
    let mut port = Port::open().await;
    let client = port.client().await;
    let running =
        tokio::spawn(async move { client.simple_query("select * from v_endless").await.unwrap_err() });
    tokio::time::sleep(Duration::from_millis(150)).await;
    port.stop.take().unwrap().send(()).unwrap();
    let error = tokio::time::timeout(Duration::from_secs(5), running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(sqlstate(&error), "57P01");
}
