//! Crashes, torn ends and disks that refuse.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use super::*;
use crate::disk::{Disk, open_file};

/// Everything in the folder is copied as a crash would leave it: while the log is in use, without its lock.
fn copy(from: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}

#[test]
fn entries_left_open_by_a_crash_are_closed_as_interrupted() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let log = Log::open_with(dir.path(), signer.clone(), quiet()).unwrap();
    let first = log.open_entry(query("a")).unwrap();
    let second = log.open_entry(query("b")).unwrap();
    let second_id = second.close(done(2)).unwrap();
    let crashed = copy(dir.path());
    assert_eq!(verify(crashed.path(), signer.verifying_key()).unwrap().open, 1);
    let again = Log::open_with(crashed.path(), signer.clone(), quiet()).unwrap();
    assert_eq!(again.opening().interrupted, [first.id()]);
    drop(again);
    let verified = verify(crashed.path(), signer.verifying_key()).unwrap();
    assert_eq!((verified.open, verified.unsigned), (0, 0));
    let entries = read(
        crashed.path(),
        &Filter {
            kind: Some(ActKind::Query),
            ..Filter::default()
        },
    )
    .unwrap();
    let outcomes: Vec<Outcome> = entries
        .iter()
        .map(|entry| entry.closing.as_ref().unwrap().outcome)
        .collect();
    assert_eq!(outcomes, [Outcome::Interrupted, Outcome::Done]);
    assert_eq!(entries[1].id, second_id);
    first.close(done(1)).unwrap();
}

#[test]
fn a_torn_last_line_is_cut_off_at_every_length_and_said_so() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let log = Log::open_with(dir.path(), signer.clone(), quiet()).unwrap();
    log.record(query("李"), done(1)).unwrap();
    log.sign_head().unwrap();
    let before = fs::read(entries_file(dir.path())).unwrap();
    log.record(query("吉首"), done(2)).unwrap();
    let after = fs::read(entries_file(dir.path())).unwrap();
    let crashed = copy(dir.path());
    let file = fs::OpenOptions::new()
        .write(true)
        .open(entries_file(crashed.path()))
        .unwrap();
    for length in (before.len() + 1..after.len()).rev() {
        for zeros in [5, 0] {
            file.set_len(length as u64).unwrap();
            file.set_len((length + zeros) as u64).unwrap();
            let torn = (length + zeros - before.len()) as u64;
            let seen = verify(crashed.path(), signer.verifying_key()).unwrap();
            assert_eq!((seen.entries, seen.torn_bytes), (2, torn));
            // Opening syncs several times, which is slow on a real disk; every length was seen, some are mended.
            if length % 50 == 0 {
                mends(copy(crashed.path()).path(), &signer, torn);
            }
        }
    }
}

fn mends(dir: &Path, signer: &Signer, torn: u64) {
    let log = Log::open_with(dir, signer.clone(), quiet()).unwrap();
    assert_eq!(log.opening().torn_bytes, torn);
    drop(log);
    let mended = verify(dir, signer.verifying_key()).unwrap();
    assert_eq!((mended.entries, mended.unsigned, mended.torn_bytes), (3, 0, 0));
}

#[test]
fn a_torn_head_is_cut_off_and_signed_again() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    drop(Log::open_with(dir.path(), signer.clone(), quiet()).unwrap());
    let path = dir.path().join("heads.jsonl");
    let before = fs::read(&path).unwrap();
    let log = Log::open_with(dir.path(), signer.clone(), quiet()).unwrap();
    log.record(query("a"), done(1)).unwrap();
    drop(log);
    let after = fs::read(&path).unwrap();
    for length in (before.len()..after.len()).step_by(16) {
        fs::write(&path, &after[..length]).unwrap();
        drop(Log::open_with(dir.path(), signer.clone(), quiet()).unwrap());
        assert_eq!(verify(dir.path(), signer.verifying_key()).unwrap().unsigned, 0);
    }
    assert_eq!(heads::read_heads(dir.path()).unwrap().heads.len(), 2);
}

#[test]
fn a_crash_before_the_first_head_begins_the_log_anew() {
    let (full, _) = small_log();
    let first_line = fs::read_to_string(entries_file(full.path())).unwrap();
    let first_line = &first_line[..=first_line.find('\n').unwrap()];
    for length in (0..=first_line.len()).step_by(11) {
        let dir = TempDir::new().unwrap();
        let signer = Signer::ephemeral().unwrap();
        fs::write(entries_file(dir.path()), &first_line[..length]).unwrap();
        drop(Log::open_with(dir.path(), signer.clone(), quiet()).unwrap());
        assert_eq!(verify(dir.path(), signer.verifying_key()).unwrap().entries, 1);
    }
}

/// A disk that takes so many bytes and then none; it writes what fits, as a full disk does.
struct Refusing {
    file: Box<dyn Disk>,
    room: Arc<AtomicI64>,
    syncs: Arc<AtomicBool>,
}

impl Disk for Refusing {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = self.room.fetch_sub(bytes.len() as i64, Ordering::SeqCst).max(0) as usize;
        match bytes.get(..room) {
            Some(fits) if room < bytes.len() => {
                self.file.append(fits)?;
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }
            _ => self.file.append(bytes),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.syncs.load(Ordering::SeqCst) {
            self.file.sync()
        } else {
            Err(io::Error::other("the disk is gone"))
        }
    }
}

fn refusing_log(dir: &Path, signer: &Signer) -> (Log, Arc<AtomicI64>, Arc<AtomicBool>) {
    let room = Arc::new(AtomicI64::new(i64::MAX / 2));
    let syncs = Arc::new(AtomicBool::new(true));
    let (room_there, syncs_there) = (Arc::clone(&room), Arc::clone(&syncs));
    let open_disk = Box::new(move |path: &Path| -> io::Result<Box<dyn Disk>> {
        Ok(Box::new(Refusing {
            file: open_file(path)?,
            room: Arc::clone(&room_there),
            syncs: Arc::clone(&syncs_there),
        }))
    });
    (
        Log::open_on(dir, signer.clone(), quiet(), open_disk).unwrap(),
        room,
        syncs,
    )
}

#[test]
fn a_full_disk_stops_the_log_for_good_and_loses_nothing_acknowledged() {
    for room_left in [0, 1, 40, 500, 700] {
        let dir = TempDir::new().unwrap();
        let signer = Signer::ephemeral().unwrap();
        let (log, room, _) = refusing_log(dir.path(), &signer);
        let opened = log.open_entry(query("a")).unwrap();
        room.store(room_left, Ordering::SeqCst);
        let mut acknowledged = 2;
        while log.record(query("b"), done(0)).is_ok() {
            acknowledged += 1;
        }
        // Room comes back; the log stays shut all the same, and so does every entry it had opened.
        room.store(i64::MAX / 2, Ordering::SeqCst);
        assert!(!log.is_writable());
        assert!(matches!(
            log.record(query("c"), done(0)),
            Err(AuditError::Stopped)
        ));
        assert!(matches!(log.open_entry(query("c")), Err(AuditError::Stopped)));
        assert!(log.sign_head().is_err());
        let id = opened.id();
        assert!(opened.close(done(1)).is_err());
        drop(log);
        let log = Log::open_with(dir.path(), signer.clone(), quiet()).unwrap();
        assert_eq!(log.opening().interrupted, [id]);
        assert!(log.record(query("d"), done(0)).unwrap().seq() >= acknowledged);
        drop(log);
        verify(dir.path(), signer.verifying_key()).unwrap();
    }
}

#[test]
fn a_failed_sync_is_an_error_even_if_the_next_would_succeed() {
    let dir = TempDir::new().unwrap();
    let signer = Signer::ephemeral().unwrap();
    let (log, _, syncs) = refusing_log(dir.path(), &signer);
    syncs.store(false, Ordering::SeqCst);
    assert!(matches!(log.record(query("a"), done(0)), Err(AuditError::Io(_))));
    syncs.store(true, Ordering::SeqCst);
    assert!(matches!(
        log.record(query("a"), done(0)),
        Err(AuditError::Stopped)
    ));
}

#[test]
fn a_disk_that_hangs_counts_as_one_that_refuses() {
    struct Hanging(Box<dyn Disk>, Arc<AtomicBool>);
    impl Disk for Hanging {
        fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.0.append(bytes)
        }
        fn sync(&mut self) -> io::Result<()> {
            while self.1.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
            self.0.sync()
        }
    }
    let dir = TempDir::new().unwrap();
    let hangs = Arc::new(AtomicBool::new(false));
    let there = Arc::clone(&hangs);
    let open_disk = Box::new(move |path: &Path| -> io::Result<Box<dyn Disk>> {
        Ok(Box::new(Hanging(open_file(path)?, Arc::clone(&there))))
    });
    let settings = Settings {
        wait_max: Duration::from_millis(50),
        ..quiet()
    };
    let log = Log::open_on(dir.path(), Signer::ephemeral().unwrap(), settings, open_disk).unwrap();
    hangs.store(true, Ordering::SeqCst);
    assert!(matches!(
        log.record(query("a"), done(0)),
        Err(AuditError::TimedOut)
    ));
    assert!(matches!(
        log.record(query("a"), done(0)),
        Err(AuditError::Stopped)
    ));
    hangs.store(false, Ordering::SeqCst);
}
