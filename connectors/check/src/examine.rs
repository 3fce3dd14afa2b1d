//! One frame after another: read, judged, handed on, counted.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer};
use decode::{Evidence, Frame, RowKind, TextColumn};

use crate::batches::{Batches, Columns};
use crate::doubts::{Doubts, Seen};
use crate::groups::Groups;
use crate::hits::Hits;
use crate::keys::{self, Fingerprints};
use crate::known::{KeySet, Met};
use crate::plan::Plan;
use crate::read::Readers;
use crate::rules::RuleSet;
use crate::slot::Slot;
use crate::tally::{Fate, Tally};
use crate::telling::Telling;
use crate::{CheckError, Severity, Sink, defects};

/// What a file's frames have in common.
pub(crate) struct Examination<'a> {
    plan: &'a Plan<'a>,
    evidence: &'a Evidence,
    readers: Readers,
    rules: RuleSet,
    slot: Slot,
    keys: KeySet,
    groups: Groups,
    batches: Batches,
    findings_left: u64,
    doubts: Doubts,
    pub tally: Tally,
}

impl<'a> Examination<'a> {
    pub fn new(plan: &'a Plan<'a>, evidence: &'a Evidence) -> Self {
        Self {
            plan,
            evidence,
            readers: Readers::new(plan),
            rules: RuleSet::new(plan),
            slot: Slot::default(),
            keys: KeySet::new(plan.job.limits.keys_held_max, plan.job.limits.scratch_folder()),
            groups: Groups::new(plan),
            batches: Batches::new(plan),
            findings_left: plan.job.limits.findings_max,
            doubts: Doubts::default(),
            tally: Tally::default(),
        }
    }

    /// Examines a frame. Whatever is wrong with its rows is a hit; an error is a failing sink or a bug.
    pub fn frame(&mut self, mut frame: Frame, sink: &mut dyn Sink) -> Result<(), CheckError> {
        let raw = std::mem::take(&mut frame.columns)
            .into_iter()
            .map(to_arrow)
            .collect::<Result<Vec<_>, _>>()?;
        let fields = &self.plan.header.fields;
        let is_field = |index: usize| fields.iter().flatten().any(|column| column.index == index);
        frame
            .defects
            .retain(|defect| defects::concerns(&defect.kind, is_field));
        let frame = &frame;
        let mut eligible: Vec<bool> = frame.kind.iter().map(|kind| *kind == RowKind::Data).collect();
        for defect in frame.defects.iter().filter(|defect| defect.kind.refuses_row()) {
            eligible
                .get_mut(defect.row)
                .into_iter()
                .for_each(|eligible| *eligible = false);
        }
        let mut hits = defects::hits(frame);
        let typed = self.readers.read(self.plan, &raw, &eligible, &mut hits)?;
        self.slot.check_period(self.plan, &typed, &mut hits);
        let regions = self.slot.regions(self.plan, &typed, &eligible, &mut hits);
        for (rule, broken) in self.rules.broken(self.plan, &typed)? {
            let severity = self
                .plan
                .rules
                .get(rule)
                .map_or(Severity::Error, |rule| rule.severity);
            for row in broken
                .iter()
                .enumerate()
                .filter_map(|(row, broken)| (broken == Some(true)).then_some(row))
            {
                hits.add(rule, severity, None, row);
            }
        }
        self.silence(&typed, &mut hits);
        self.doubts.frame(&Seen {
            plan: self.plan,
            raw: &raw,
            typed: &typed,
            eligible: &eligible,
            hits: &hits,
        });

        let content = self.fates_content(&typed, frame.rows());
        let fates = self.fates(frame, &typed, &content, &mut hits)?;
        self.groups.frame(&typed, &fates, &frame.row_no);
        let columns = Columns {
            raw: &raw,
            typed: &typed,
            regions: &regions,
            row_no: &frame
                .row_no
                .iter()
                .map(|row_no| i64::try_from(*row_no).unwrap_or(i64::MAX))
                .collect(),
        };
        let telling = Telling {
            plan: self.plan,
            frame,
            raw: &raw,
            evidence: self.evidence,
        };
        let of = |fate: Fate| -> BooleanArray { fates.iter().map(|found| Some(*found == fate)).collect() };
        if let Some(batch) = self.batches.accepted(self.plan, &columns, &of(Fate::Committed))? {
            self.tally.totals(self.plan, &batch);
            sink.accepted(batch)?;
        }
        let refused = of(Fate::Quarantined);
        if refused.true_count() > 0 {
            let batch = self
                .batches
                .quarantined(&columns, telling.broken_rules(&hits), &refused)?;
            batch.map_or(Ok(()), |batch| sink.quarantined(batch))?;
        }
        let findings = telling.findings(&hits, self.findings_left);
        self.findings_left -= findings.len() as u64;
        if !findings.is_empty() {
            sink.findings(&findings)?;
        }
        self.tally.sketch(&fates, &content.0);
        let as_sent = |(row, fate): (usize, &Fate)| match fate {
            Fate::Quarantined => keys::row_as_sent(&raw, row),
            _ => content.0.get(row).copied().unwrap_or_default(),
        };
        let content: Vec<u64> = fates.iter().enumerate().map(as_sent).collect();
        self.tally.hits(&hits);
        self.tally.rows(&fates, &frame.row_no, &content);
        sink.progress(
            self.tally.rows_read,
            // A workbook was read whole before its first row came.
            frame
                .bytes
                .last()
                .map_or(self.evidence.bytes_total, |range| range.end),
        );
        Ok(())
    }

    /// Tells what can only be told when every row was seen.
    pub fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), CheckError> {
        let (findings, counts) = self.groups.findings(self.plan, self.findings_left);
        self.findings_left -= findings.len() as u64;
        self.tally.remarks(&counts);
        if findings.is_empty() {
            return Ok(());
        }
        sink.findings(&findings)
    }

    /// What the file as a whole makes one doubt.
    pub fn doubts(&mut self) -> Vec<crate::Finding> {
        std::mem::take(&mut self.doubts).finish(self.plan)
    }

    /// Drops the hits of rules that are silent for their row, and those that ask for a value which is there but could
    /// not be read.
    fn silence(&self, typed: &[ArrayRef], hits: &mut Hits) {
        let found: &Hits = hits;
        let unread: HashSet<(usize, u32)> = self
            .plan
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.asks)
            .flat_map(|(index, rule)| {
                let of_field = found.0.iter().filter(move |hit| {
                    let told = self.plan.rules.get(hit.rule);
                    hit.rule != index
                        && hit.severity == Severity::Error
                        && told.is_some_and(|told| told.field == rule.field)
                });
                of_field.flat_map(move |hit| hit.rows.iter().map(move |row| (index, *row)))
            })
            .collect();
        hits.retain(|hit, row| {
            if unread.contains(&(hit.rule, row as u32)) {
                return false;
            }
            let unless = self
                .plan
                .rules
                .get(hit.rule)
                .and_then(|rule| rule.unless.as_ref());
            let Some((field, is)) = unless else { return true };
            let Some(column) = typed.get(*field).filter(|column| column.is_valid(row)) else {
                return true;
            };
            match (is, column.as_string_opt::<i32>()) {
                (None, _) => false,
                (Some(is), Some(column)) => column.value(row) != is,
                (Some(_), None) => true,
            }
        });
    }

    fn fates_content(&self, typed: &[ArrayRef], rows: usize) -> Fingerprints {
        let mut content = Fingerprints::of_content(rows);
        typed.iter().for_each(|column| content.fold(column));
        content
    }

    /// Decides what becomes of each record; keys that were met before are hits.
    fn fates(
        &mut self,
        frame: &Frame,
        typed: &[ArrayRef],
        content: &Fingerprints,
        hits: &mut Hits,
    ) -> Result<Vec<Fate>, CheckError> {
        let mut bad = vec![false; frame.rows()];
        for hit in hits.0.iter().filter(|hit| hit.severity == Severity::Error) {
            for row in &hit.rows {
                bad.get_mut(*row as usize).into_iter().for_each(|bad| *bad = true);
            }
        }
        let mut key = Fingerprints::of_keys(frame.rows());
        self.plan
            .key
            .iter()
            .filter_map(|field| typed.get(*field))
            .for_each(|column| key.fold(column));
        let mut repeated = Hits::default();
        let rows = frame
            .kind
            .iter()
            .zip(&frame.row_no)
            .zip(bad)
            .zip(key.0.iter().zip(&content.0))
            .enumerate();
        let fates = rows.map(|(row, (((kind, row_no), bad), (key, content)))| {
            let fate = match kind {
                RowKind::Preamble => Fate::Above,
                RowKind::Header if *row_no <= self.evidence.header_row_no => Fate::Above,
                // The header again, on top of a page.
                RowKind::Header | RowKind::Blank | RowKind::Total => Fate::BlankOrTotal,
                RowKind::Data if bad => Fate::Quarantined,
                RowKind::Data => {
                    // `decode` refuses files with more rows than 32 bits count.
                    let number = u32::try_from(*row_no).unwrap_or(u32::MAX);
                    let rule = self.plan.key_rule;
                    match self.keys.meet(*key, *content, number)? {
                        Met::New => Fate::Committed,
                        Met::Same(first) => {
                            let text = Some("check.duplicate_row");
                            repeated.add_numbered(rule, Severity::Warning, text, row, Some(first.into()));
                            Fate::Duplicate
                        }
                        Met::Other(first) => {
                            repeated.add_numbered(rule, Severity::Error, None, row, Some(first.into()));
                            Fate::Quarantined
                        }
                    }
                }
            };
            Ok(fate)
        });
        let fates = fates.collect::<std::io::Result<Vec<Fate>>>();
        let fates = fates.map_err(CheckError::Scratch)?;
        hits.append(repeated);
        Ok(fates)
    }
}

/// A column as an Arrow array over the same bytes.
fn to_arrow(column: TextColumn) -> Result<StringArray, CheckError> {
    let offsets = OffsetBuffer::new(column.offsets.into());
    StringArray::try_new(offsets, Buffer::from_vec(column.values), None).map_err(CheckError::engine)
}
