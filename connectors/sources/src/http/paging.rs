//! One page after the other until the list is over, and the proof that it was the whole list.

use std::collections::BTreeSet;

use chrono::Utc;
use reqwest::Client;
use sha2::{Digest, Sha256};

use super::asking::{Asking, next};
use super::page::{Page, Row, Shape};
use super::template::Place;
use crate::body::Pen;
use crate::csv;
use crate::parcel::Wanted;
use crate::schedule::civil_day;
use crate::trouble::Trouble;

const PAGE_BYTES_MAX: usize = 32 << 20;

pub(super) struct Paging<'a> {
    asking: &'a Asking,
    shape: &'a Shape,
    wanted: &'a Wanted,
    client: Option<Client>,
    place: Place,
    pages: u32,
    total: Option<u64>,
    came: u64,
    over: bool,
    /// Of the page before: a service that does not understand our paging gives the same one for ever.
    former: Option<[u8; 32]>,
    cursors: BTreeSet<String>,
}

impl<'a> Paging<'a> {
    pub(super) fn new(asking: &'a Asking, shape: &'a Shape, wanted: &'a Wanted) -> Paging<'a> {
        Paging {
            asking,
            shape,
            wanted,
            client: None,
            place: Place {
                page: shape.settings.page_first,
                page_rows: shape.settings.page_rows,
                ..Place::default()
            },
            pages: 0,
            total: None,
            came: 0,
            over: false,
            former: None,
            cursors: BTreeSet::new(),
        }
    }

    /// By what one tells that the list is another one. It cannot be told without reading it all, so a list is read anew
    /// on another day; the same content is then the same submission.
    pub(super) fn version(&self) -> String {
        let total = self
            .total
            .map_or_else(|| "all".to_owned(), |total| total.to_string());
        format!("{}-{total}", civil_day(Utc::now()))
    }

    /// The next page, or `None` when the list is over and its count agrees.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, Trouble> {
        if self.over {
            return self.agreed().map(|()| None);
        }
        if self.pages >= self.shape.settings.pages_max {
            return Err(Trouble::TooLarge);
        }
        let (page, print) = self.fetch().await?;
        self.pages += 1;
        if let (Some(before), Some(now)) = (self.total, page.total)
            && before != now
        {
            // Rows came or went while we turned the pages, so some were skipped or came twice.
            return Err(Trouble::Changed);
        }
        self.total = self.total.or(page.total);
        if !page.rows.is_empty() && self.former == Some(print) {
            return Err(Trouble::CountDiffers);
        }
        self.former = Some(print);
        let rows = u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
        self.came = self.came.saturating_add(rows);
        self.turn(&page)?;
        Ok(Some(page))
    }

    fn turn(&mut self, page: &Page) -> Result<(), Trouble> {
        let settings = &self.shape.settings;
        if settings.next.is_some() {
            match &page.next {
                Some(cursor) if !self.cursors.insert(cursor.clone()) => return Err(Trouble::CountDiffers),
                Some(cursor) => self.place.cursor.clone_from(cursor),
                None => self.over = true,
            }
            return Ok(());
        }
        let all_here = self.total.is_some_and(|total| self.came >= total);
        // Without a total only an empty page proves the end: a service may give fewer rows than we ask for.
        self.over = !self.shape.is_paged || page.rows.is_empty() || all_here;
        self.place.page = self.place.page.saturating_add(1);
        self.place.offset = self.came;
        Ok(())
    }

    fn agreed(&self) -> Result<(), Trouble> {
        match self.total {
            Some(total) if total != self.came => {
                tracing::warn!(
                    total,
                    came = self.came,
                    "a list has other rows than its service counted"
                );
                Err(Trouble::CountDiffers)
            }
            _ => Ok(()),
        }
    }

    async fn fetch(&mut self) -> Result<(Page, [u8; 32]), Trouble> {
        let client = match &self.client {
            Some(client) => client,
            None => self.client.insert(self.asking.client()?),
        };
        let mut tries = 0;
        let bytes = loop {
            // A page that breaks off in the middle is asked for again; nothing of it was used.
            match whole(self.asking, client, self.wanted, &self.place).await {
                Err(Trouble::CutShort) if tries < 2 => tries += 1,
                fetched => break fetched?,
            }
        };
        let page = Page::read(&bytes, self.shape)?;
        Ok((page, Sha256::digest(&bytes).into()))
    }

    /// All rows as a file.
    pub(super) async fn write(mut self, mut pen: Pen) -> Result<Pen, Trouble> {
        let mut columns: Option<Vec<String>> = None;
        let mut line = Vec::new();
        while let Some(page) = self.next().await? {
            let columns = match &columns {
                Some(columns) => columns,
                None => {
                    let found = self.columns(&page.rows);
                    if found.is_empty() {
                        continue;
                    }
                    line.clear();
                    csv::record(&mut line, found.iter().map(|name| Some(self.ours(name))));
                    pen.write(&line).await?;
                    columns.insert(found)
                }
            };
            for row in &page.rows {
                if self.shape.settings.fields.is_empty() && row.keys().any(|name| !columns.contains(name)) {
                    return Err(Trouble::FieldUnknown);
                }
                line.clear();
                let cell = |name: &String| row.get(name).and_then(Option::as_deref);
                csv::record(&mut line, columns.iter().map(cell));
                pen.write(&line).await?;
            }
        }
        match columns {
            Some(_) => Ok(pen),
            None => Err(Trouble::NothingThere),
        }
    }

    /// Their names of our columns: those of the settings, or all of the first page.
    fn columns(&self, rows: &[Row]) -> Vec<String> {
        let fields = &self.shape.settings.fields;
        match fields.is_empty() {
            false => fields.keys().cloned().collect(),
            true => {
                let names: BTreeSet<&String> = rows.iter().flat_map(|row| row.keys()).collect();
                names.into_iter().cloned().collect()
            }
        }
    }

    fn ours<'n>(&'n self, theirs: &'n str) -> &'n str {
        self.shape
            .settings
            .fields
            .get(theirs)
            .map_or(theirs, String::as_str)
    }
}

async fn whole(asking: &Asking, client: &Client, wanted: &Wanted, place: &Place) -> Result<Vec<u8>, Trouble> {
    let mut response = asking.answered(client, wanted, place).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = next(&mut response, asking.patience).await? {
        if bytes.len() + piece.len() > PAGE_BYTES_MAX {
            return Err(Trouble::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
