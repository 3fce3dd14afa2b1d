//! One question, three people, three answers: each sees the rows and the values of his own agreement.

use std::collections::{BTreeMap, BTreeSet};

use super::DemoError;
use super::people::{BUDGET, COUNTY_ANALYST, PREFECTURE_ANALYST};
use super::story::Stage;
use crate::cli::{query, table};

const VIEW: &str = "v_land_grant";
const QUESTION: &str = "SELECT county_code, COUNT(*) AS contracts, SUM(price) AS price FROM v_land_grant \
                        GROUP BY county_code ORDER BY county_code";
const PEOPLE: [&str; 3] = [PREFECTURE_ANALYST, COUNTY_ANALYST, BUDGET];

/// What one person is told of one county: contracts, and their price.
type Cell = (String, Option<String>);

impl Stage<'_> {
    pub(super) async fn three_ask_the_same(&mut self) -> Result<(), DemoError> {
        if self.views(&[VIEW]).is_empty() {
            return Ok(());
        }
        self.title("demo.ask", &[("name", &PEOPLE.join(", ")), ("sql", QUESTION)]);
        let mut answers: Vec<BTreeMap<String, Cell>> = Vec::new();
        for name in PEOPLE {
            let answer = query::answer(&self.client(name)?, QUESTION, None).await?;
            let cells = query::rows(&answer).into_iter().filter_map(|row| {
                let [county, contracts, price] = <[Option<String>; 3]>::try_from(row).ok()?;
                Some((county?, (contracts?, price)))
            });
            answers.push(cells.collect());
        }
        (self.say)(&side_by_side(&answers));
        let [everywhere, county, finance] = answers.as_slice() else {
            return Err(DemoError::Story("three answers"));
        };
        self.checks.expect(
            "the county's answer is its own row of the prefecture's",
            county.len() == 1
                && county
                    .iter()
                    .all(|(code, cell)| everywhere.get(code) == Some(cell)),
        );
        let counts = |of: &BTreeMap<String, Cell>| -> Vec<(String, String)> {
            of.iter()
                .map(|(code, (contracts, _))| (code.clone(), contracts.clone()))
                .collect()
        };
        self.checks.equal(
            "finance counts the same contracts",
            counts(finance),
            counts(everywhere),
        );
        self.checks.expect(
            "finance is told no price",
            finance.values().all(|(_, price)| price.is_none()),
        );
        Ok(())
    }
}

fn side_by_side(answers: &[BTreeMap<String, Cell>]) -> String {
    let header: Vec<String> = std::iter::once("county_code".to_owned())
        .chain(
            PEOPLE
                .iter()
                .flat_map(|name| [(*name).to_owned(), "price".to_owned()]),
        )
        .collect();
    let counties: BTreeSet<&String> = answers.iter().flat_map(BTreeMap::keys).collect();
    let lines: Vec<Vec<Option<String>>> = counties
        .into_iter()
        .map(|county| {
            let cells = answers.iter().flat_map(|answer| match answer.get(county) {
                Some((contracts, price)) => [
                    Some(contracts.clone()),
                    Some(price.clone().unwrap_or("NULL".to_owned())),
                ],
                None => [Some("·".to_owned()), Some("·".to_owned())],
            });
            std::iter::once(Some(county.clone())).chain(cells).collect()
        })
        .collect();
    table::render(&header, &lines)
}
