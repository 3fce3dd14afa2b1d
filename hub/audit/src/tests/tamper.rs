//! Every small change to a closed log is found, and the first bad record is named.

use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::*;

struct Kept {
    dir: TempDir,
    key: VerifyingKey,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Kept {
    fn of(name: &str) -> Kept {
        let (dir, key) = small_log();
        let path = dir.path().join(name);
        let bytes = fs::read(&path).unwrap();
        Kept {
            dir,
            key,
            path,
            bytes,
        }
    }

    fn verify_with(&self, bytes: &[u8]) -> Result<Verified, Fault> {
        fs::write(&self.path, bytes).unwrap();
        verify(self.dir.path(), &self.key)
    }

    /// Flips one bit in place and back: rewriting the whole file so often would only exercise the file system.
    fn verify_flipped(&self, at: usize, bit: u8) -> Result<Verified, Fault> {
        let file = fs::OpenOptions::new().write(true).open(&self.path).unwrap();
        file.write_all_at(&[self.bytes[at] ^ (1 << bit)], at as u64)
            .unwrap();
        let result = verify(self.dir.path(), &self.key);
        file.write_all_at(&[self.bytes[at]], at as u64).unwrap();
        result
    }

    /// Cuts the file to this length; lengths must not rise from call to call.
    fn verify_cut(&self, length: usize) -> Result<Verified, Fault> {
        let file = fs::OpenOptions::new().write(true).open(&self.path).unwrap();
        file.set_len(length as u64).unwrap();
        verify(self.dir.path(), &self.key)
    }

    fn verify_with_lines(&self, change: impl FnOnce(&mut Vec<&[u8]>)) -> Result<Verified, Fault> {
        let mut lines: Vec<&[u8]> = self.bytes.split_inclusive(|byte| *byte == b'\n').collect();
        change(&mut lines);
        self.verify_with(&lines.concat())
    }
}

#[test]
fn every_flipped_bit_in_the_records_is_found_in_its_record() {
    let kept = Kept::of("entries-000000000000.jsonl");
    let mut seq = 0;
    for at in 0..kept.bytes.len() {
        for bit in 0..8 {
            let fault = kept.verify_flipped(at, bit).unwrap_err();
            assert_eq!(fault.seq, Some(seq), "byte {at}, bit {bit}: {fault}");
        }
        seq += u64::from(kept.bytes[at] == b'\n');
    }
}

#[test]
fn every_flipped_bit_in_the_heads_is_found() {
    let kept = Kept::of("heads.jsonl");
    for at in 0..kept.bytes.len() {
        for bit in 0..8 {
            assert!(kept.verify_flipped(at, bit).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn every_truncation_of_the_records_is_found() {
    let kept = Kept::of("entries-000000000000.jsonl");
    for length in (0..kept.bytes.len()).rev() {
        let whole = kept.bytes[..length].iter().filter(|byte| **byte == b'\n').count() as u64;
        let fault = kept.verify_cut(length).unwrap_err();
        assert_eq!(
            fault,
            Fault {
                seq: Some(whole),
                what: Flaw::Missing
            }
        );
    }
    fs::remove_file(&kept.path).unwrap();
    assert!(verify(kept.dir.path(), &kept.key).is_err());
}

#[test]
fn truncated_heads_leave_records_unsigned_and_say_so() {
    let kept = Kept::of("heads.jsonl");
    for length in (0..kept.bytes.len()).rev() {
        match kept.verify_cut(length) {
            Ok(verified) => assert!(verified.unsigned > 0),
            Err(fault) => assert_eq!(fault.what, Flaw::ForgedHead),
        }
    }
}

#[test]
fn a_removed_repeated_or_moved_record_is_found_where_it_happened() {
    let kept = Kept::of("entries-000000000000.jsonl");
    for at in 0..5_u64 {
        let place = at as usize;
        let removed = kept
            .verify_with_lines(|lines| _ = lines.remove(place))
            .unwrap_err();
        assert_eq!(removed.seq, Some(at), "removed {at}");
        let repeated = kept
            .verify_with_lines(|lines| lines.insert(place, lines[place]))
            .unwrap_err();
        assert_eq!(repeated.seq, Some(at + 1), "repeated {at}");
        for other in place + 1..5 {
            let swapped = kept
                .verify_with_lines(|lines| lines.swap(place, other))
                .unwrap_err();
            assert_eq!(swapped.seq, Some(at), "swapped {at} and {other}");
        }
    }
}

#[test]
fn a_removed_repeated_or_moved_head_is_found() {
    let kept = Kept::of("heads.jsonl");
    for at in 0..3 {
        // Without its last head a log is whole but unsigned at the end; only a kept head can tell.
        let removed = kept.verify_with_lines(|lines| _ = lines.remove(at));
        assert!(removed.is_err() || (at == 2 && removed.unwrap().unsigned == 2));
        assert!(
            kept.verify_with_lines(|lines| lines.insert(at, lines[at]))
                .is_err()
        );
        for other in at + 1..3 {
            assert!(kept.verify_with_lines(|lines| lines.swap(at, other)).is_err());
        }
    }
}

/// Writes the log anew with one record changed, chained properly, with heads signed by `signer`.
fn rewrite(dir: &Path, signer: &Signer) {
    let text = fs::read_to_string(entries_file(dir)).unwrap();
    let name = log_name(text.lines().next().unwrap().as_bytes()).unwrap();
    let mut chain = tree::Hash::ZERO;
    let mut frontier = tree::Frontier::new();
    let mut lines = String::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let changed = line.replace("\"rows\":7", "\"rows\":0");
        let body_at = changed.find("\"phase\"").unwrap();
        let body = &changed[body_at..changed.rfind(",\"chain\"").unwrap()];
        let (line, next) = record::line(value["seq"].as_u64().unwrap(), noon(), body, &chain);
        chain = next;
        frontier.push(tree::leaf(line.as_bytes()));
        lines.push_str(&(line + "\n"));
    }
    fs::write(entries_file(dir), lines).unwrap();
    let old = heads::read_heads(dir).unwrap().heads;
    let mut text = String::new();
    for head in old {
        let root = if head.size == frontier.size() {
            frontier.root()
        } else {
            head.root
        };
        let head = Head::sign(signer, head.number, &name, head.size, root, noon());
        text.push_str(&heads::head_line(&head).unwrap());
    }
    fs::write(dir.join("heads.jsonl"), text).unwrap();
}

#[test]
fn a_log_rewritten_and_chained_anew_does_not_match_its_heads() {
    let (dir, key) = small_log();
    let heads = fs::read(dir.path().join("heads.jsonl")).unwrap();
    rewrite(dir.path(), &Signer::ephemeral().unwrap());
    let forged = verify(dir.path(), &key).unwrap_err();
    // The head over the first record alone still holds, so the suspect begins at record 1.
    assert_eq!(
        forged,
        Fault {
            seq: Some(1),
            what: Flaw::Rewritten
        }
    );
    fs::write(dir.path().join("heads.jsonl"), heads).unwrap();
    assert_eq!(
        verify(dir.path(), &key).unwrap_err(),
        Fault {
            seq: Some(1),
            what: Flaw::Rewritten
        }
    );
}

#[test]
fn heads_signed_with_another_key_are_forged() {
    let (dir, key) = small_log();
    let other = Signer::ephemeral().unwrap();
    let path = dir.path().join("heads.jsonl");
    let mut text = String::new();
    for head in heads::read_heads(dir.path()).unwrap().heads {
        let head = Head::sign(&other, head.number, &head.log, head.size, head.root, head.at);
        text.push_str(&heads::head_line(&head).unwrap());
    }
    fs::write(&path, &text).unwrap();
    assert_eq!(verify(dir.path(), &key).unwrap_err().what, Flaw::ForgedHead);
    // Naming the right key does not help.
    fs::write(&path, text.replace(other.key_id(), key.key_id())).unwrap();
    assert_eq!(verify(dir.path(), &key).unwrap_err().what, Flaw::ForgedHead);
}

#[test]
fn even_the_holder_of_the_key_is_found_out_by_a_kept_head() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let key = signer.verifying_key().clone();
    let log = Log::open_with(dir.path(), signer.clone(), quiet()).unwrap();
    log.open_entry(query("tax.jishou"))
        .unwrap()
        .close(done(7))
        .unwrap();
    let kept = log.sign_head().unwrap();
    drop(log);
    rewrite(dir.path(), &signer);
    assert!(verify(dir.path(), &key).is_ok(), "inside, the forgery is perfect");
    let fault = verify_against(dir.path(), &key, &[kept]).unwrap_err();
    assert_eq!(fault.what, Flaw::Rewritten);
}

#[test]
fn a_damaged_log_does_not_open() {
    let kept = Kept::of("entries-000000000000.jsonl");
    let at = kept.bytes.len() / 2;
    let mut bytes = kept.bytes.clone();
    bytes[at] ^= 1;
    fs::write(&kept.path, bytes).unwrap();
    let opened = Log::open_with(kept.dir.path(), Signer::ephemeral().unwrap(), quiet());
    assert!(matches!(
        opened,
        Err(AuditError::Damaged(Fault { seq: Some(_), .. }))
    ));
}

#[test]
fn a_log_does_not_open_with_a_key_that_is_not_its_own() {
    let (dir, _) = small_log();
    let opened = Log::open_with(dir.path(), Signer::ephemeral().unwrap(), quiet());
    assert!(matches!(
        opened,
        Err(AuditError::Damaged(Fault {
            what: Flaw::ForgedHead,
            ..
        }))
    ));
}
