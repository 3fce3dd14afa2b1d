//! Prepared statements, parameters and portals.

use std::error::Error;

use tokio_postgres::types::{FromSql, Type};

use super::*;

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
async fn prepared_rows_are_binary_and_parameters_reach_the_house() {
    let port = Port::open().await;
    let client = port.client().await;
    let statement = client.prepare("select * from v_rows").await.unwrap();
    let kinds: Vec<&str> = statement
        .columns()
        .iter()
        .map(|column| column.type_().name())
        .collect();
    assert_eq!(kinds, ["text", "numeric", "int8", "date"]);
    let rows = client.query(&statement, &[]).await.unwrap();
    assert_eq!(rows[1].get::<_, Option<&str>>(0), Some("吉首"));
    assert_eq!(rows[1].get::<_, Option<i64>>(2), Some(-6));
    assert_eq!(rows[2].get::<_, Option<i64>>(2), None);
    let Raw(numeric) = rows[1].get(1);
    assert_eq!(
        super::super::numeric::decode(&numeric).unwrap(),
        "999999999999999999999999999999999999.99"
    );

    let echo = client
        .prepare("select value from v_echo where a = $1 and b = $2")
        .await
        .unwrap();
    assert_eq!(echo.params(), [Type::INT8, Type::INT8]);
    let rows = client.query(&echo, &[&-7_i64, &None::<i64>]).await.unwrap();
    assert_eq!(rows[0].get::<_, Option<&str>>(0), Some("-7"));
    assert_eq!(rows[1].get::<_, Option<&str>>(0), None);
    let typed = client
        .prepare_typed("select value from v_echo where a = $1", &[Type::TEXT])
        .await
        .unwrap();
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
async fn a_connection_keeps_a_limited_number_of_statements() {
    let settings = PgSettings {
        kept_max: 4,
        ..PgSettings::from_limits(&Limits::default())
    };
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
