//! What PostgreSQL's clients ask about the catalogue: every statement that psql, SQLAlchemy and tools over JDBC are known
//! to send is planned and answered, and the answers say what the session may know.

use policy::Condition;
use schemas::Treatment;

use super::by_hand::some_rows;
use super::world::{Answered, GrantSpec, World, counties, given, on_query_threads};
use crate::catalog::{Shown, ShownView, view_types};
use crate::refusal::{Reason, Refusal};
use crate::statements::classify;
use crate::task::{Parameter, Task};
use crate::views::embedded;

pub(super) const CLIENTS: [(&str, &str); 7] = [
    ("jdbc", include_str!("clients/jdbc.sql")),
    ("psql", include_str!("clients/psql_lists.sql")),
    ("psql", include_str!("clients/psql_one.sql")),
    ("psql", include_str!("clients/psql_code.sql")),
    ("psql", include_str!("clients/psql_absent.sql")),
    ("psql", include_str!("clients/psql_tab.sql")),
    ("sqlalchemy", include_str!("clients/sqlalchemy.sql")),
];

/// Two views of which one is granted with three columns; the other is listed.
async fn shown(world: &World) -> Shown {
    let views = embedded().unwrap();
    let feeds = [(world.snapshot.feed.clone(), world.snapshot.columns.clone())].into();
    let both: Vec<_> = views
        .iter()
        .filter(|view| ["v_power_month", "v_power_county_month"].contains(&view.name().as_str()))
        .collect();
    let types = view_types(&both, &feeds).unwrap();
    let view = |view: &&crate::views::View| {
        let released =
            (view.name().as_str() == "v_power_month").then_some(["month", "kwh", "read_date"].as_slice());
        ShownView::new(view, &types[view.name()], released)
    };
    Shown {
        person: "tax.jishou".to_owned(),
        views: both.iter().map(view).collect(),
    }
}

fn grant() -> [GrantSpec; 1] {
    let columns = ["month", "kwh", "read_date"].map(|name| (name, Treatment::Clear));
    [GrantSpec::new("v_power_month", &columns, counties(&["433101"]))]
}

async fn ask(world: &World, shown: &Shown, sql: &str) -> Result<Answered, Refusal> {
    let [statement] = &classify(sql, &world.settings.statements)?[..] else {
        panic!("one statement: {sql}");
    };
    let needs_rows = statement
        .relations
        .iter()
        .any(|relation| relation == "v_power_month");
    let grants = if needs_rows { grant().to_vec() } else { vec![] };
    let task = Task {
        shown: statement.describes.then(|| shown.clone()),
        parameters: (0..statement.parameters).map(|_| value()).collect(),
        ..world.task(&grants, &statement.sql)
    };
    let described = world
        .engine()
        .describe(Task {
            parameters: vec![],
            ..task.clone()
        })
        .await?;
    assert_eq!(described.parameters.len(), statement.parameters, "{sql}");
    let answered = world.run(task).await?;
    let told: Vec<_> = described
        .columns
        .fields()
        .iter()
        .map(|field| field.data_type())
        .collect();
    assert_eq!(
        told,
        answered.columns.iter().map(|(_, kind)| kind).collect::<Vec<_>>(),
        "{sql}"
    );
    Ok(answered)
}

/// Fits every type that clients send here.
fn value() -> Parameter {
    given("1")
}

#[test]
fn every_question_of_the_usual_clients_is_answered() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let shown = shown(&world).await;
        let oid = ask(&world, &shown, "SELECT 'v_power_month'::regclass::oid")
            .await
            .unwrap()
            .cell();
        let (mut failed, mut asked) = (vec![], 0);
        for (client, statements) in CLIENTS {
            for statement in statements.split("\n----").skip(1) {
                let (title, sql) = statement.split_once('\n').unwrap();
                let sql = sql.replace("{oid}", &oid);
                asked += 1;
                if let Err(refusal) = ask(&world, &shown, sql.trim()).await {
                    let start: String = sql.trim().chars().take(60).collect();
                    failed.push(format!("{client}{title}: {refusal:?}\n    {start}"));
                }
            }
        }
        assert!(
            failed.is_empty(),
            "{} of {asked}:\n{}",
            failed.len(),
            failed.join("\n")
        );
        assert!(asked > 90, "{asked}");
    });
}

#[test]
fn the_catalogue_says_what_is_released_and_nothing_else() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let shown = shown(&world).await;
        let said = async |sql: &str| ask(&world, &shown, sql).await.unwrap().text();
        let columns =
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum)
            FROM pg_attribute a WHERE a.attrelid = 'v_power_month'::regclass ORDER BY a.attnum";
        assert_eq!(
            said(columns).await,
            "month|text|电费月（YYYYMM）\nkwh|numeric(18,2)|电量（kWh）\nread_date|date|抄表日"
        );
        let relations =
            "SELECT c.oid::regclass, c.relkind, pg_get_userbyid(c.relowner), c.reltuples, c.relacl,
            has_table_privilege(c.oid, 'SELECT') FROM pg_class c ORDER BY 1";
        assert_eq!(
            said(relations).await,
            "v_power_county_month|v|pow|-1.0|NULL|false\nv_power_month|v|pow|-1.0|{tax.jishou=r/pow}|true"
        );
        assert_eq!(said("SELECT rolname FROM pg_roles").await, "tax.jishou");
        assert_eq!(
            said("SELECT current_user, session_user, current_schema(), current_database()").await,
            "tax.jishou|tax.jishou|public|taxhub"
        );
        assert_eq!(said("SELECT pg_get_viewdef('v_power_month'::regclass), view_definition FROM information_schema.views LIMIT 1").await, "NULL|NULL");
        assert_eq!(said("SELECT count(*) FROM pg_index").await, "0");
        assert_eq!(said("SELECT EXISTS (SELECT 1 FROM pg_trigger)").await, "false");
    });
}

#[test]
fn names_a_session_may_not_know_of_are_told_in_the_words_of_names_that_do_not_exist() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let mut shown = shown(&world).await;
        shown.views.retain(|view| view.name.as_str() == "v_power_month");
        for sql in [
            "SELECT '{}'::regclass",
            "SELECT has_table_privilege('{}', 'SELECT')",
            "SELECT c.oid FROM pg_class c WHERE c.oid = '{}'::regclass",
            "SELECT * FROM {}",
        ] {
            let hidden = ask(&world, &shown, &sql.replace("{}", "v_power_county_month"))
                .await
                .unwrap_err();
            let unknown = ask(&world, &shown, &sql.replace("{}", "v_no_such_thing_here"))
                .await
                .unwrap_err();
            assert_eq!(hidden.reason(), Reason::UnknownRelation, "{sql}");
            let same = format!("{hidden:?}").replace("v_power_county_month", "X");
            assert_eq!(same, format!("{unknown:?}").replace("v_no_such_thing_here", "X"));
        }
        for sql in [
            "SELECT to_regclass('{}')",
            "SELECT count(*) FROM pg_class WHERE relname = '{}'",
            "SELECT count(*) FROM information_schema.columns WHERE table_name = '{}'",
        ] {
            let hidden = ask(&world, &shown, &sql.replace("{}", "v_power_county_month"))
                .await
                .unwrap();
            assert_eq!(
                hidden,
                ask(&world, &shown, &sql.replace("{}", "v_nothing"))
                    .await
                    .unwrap()
            );
        }
    });
}

#[test]
fn lists_and_casts_of_postgresql_mean_what_they_mean_there() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let shown = shown(&world).await;
        for (sql, wanted) in [
            ("SELECT 1 = ANY (ARRAY[1, 2])", "true"),
            ("SELECT 'b' = ANY ('{a,b}'::text[])", "true"),
            (
                "SELECT true WHERE 'b' = ANY (SELECT t.n FROM (VALUES ('a'), ('b')) AS t(n))",
                "true",
            ),
            (
                "SELECT true WHERE 2.50 = ANY (ARRAY(SELECT t.n FROM (VALUES (1), (2.5)) AS t(n)))",
                "true",
            ),
            (
                "SELECT true WHERE 'public' = ANY (SELECT nspname FROM pg_namespace)",
                "true",
            ),
            ("SELECT 'c' <> ALL (ARRAY['a', 'b'])", "true"),
            ("SELECT 'public' = ANY (current_schemas(false))", "true"),
            ("SELECT (current_schemas(true))[1]", "pg_catalog"),
            (
                "SELECT array_to_string(ARRAY(SELECT nspname FROM pg_namespace ORDER BY 1), '+')",
                "information_schema+pg_catalog+public",
            ),
            ("SELECT ARRAY(SELECT indexrelid FROM pg_index)", "{}"),
            (
                "SELECT 'abc' OPERATOR(pg_catalog.~) '^(a.*)$' COLLATE pg_catalog.default",
                "true",
            ),
            ("SELECT 1700::regtype::text", "numeric"),
            ("SELECT 'int8'::regtype", "bigint"),
            ("SELECT to_regtype('hstore')", "NULL"),
            ("SELECT '1259'::regclass", "pg_class"),
            ("SELECT pg_catalog.version()", "PostgreSQL 16.0 (Tax Hub)"),
            ("SELECT CAST(5 AS pg_catalog.text)", "5"),
            (
                "SELECT 'a_b' LIKE 'a/_%' ESCAPE '/' AND NOT 'axb' LIKE 'a/_%' ESCAPE '/'",
                "true",
            ),
            ("SELECT quote_ident('a b')", "\"a b\""),
        ] {
            assert_eq!(ask(&world, &shown, sql).await.unwrap().cell(), wanted, "{sql}");
        }
        // Columns are called what clients look for.
        let answered = ask(
            &world,
            &shown,
            "SELECT pg_catalog.version(), 'pg_class'::regclass, oid::text FROM pg_am",
        )
        .await;
        let answered = answered.unwrap();
        let names: Vec<&str> = answered.columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["version", "regclass", "oid"]);
    });
}

#[test]
fn a_question_may_look_into_views_and_the_catalogue_together() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let shown = shown(&world).await;
        let sql = "SELECT d.description, count(*) FROM v_power_month v, pg_description d
            WHERE d.objoid = 'v_power_month'::regclass AND d.objsubid = 0 GROUP BY 1";
        assert_eq!(
            ask(&world, &shown, sql).await.unwrap().text(),
            "用电户月度用电|80"
        );
        // Without a catalogue of its own it sees what is granted.
        let alone = world
            .ask(
                &[GrantSpec::month(Condition::All)],
                "SELECT relname FROM pg_class",
            )
            .await;
        assert_eq!(alone.unwrap().text(), "v_power_month");
    });
}
