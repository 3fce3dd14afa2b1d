//! The drop folder: what is taken, what is left alone, and that nothing half-written gets through.

use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use super::*;

struct Drop {
    dir: TempDir,
    folder: Folder,
}

fn drop_folder(extra: &str) -> Drop {
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        "feeds = ['pow_usage']\nunits = ['433101', '433122']\n[folder]\npath = '{}'\n{extra}",
        dir.path().display()
    );
    let settings: Settings = toml::from_str(&text).unwrap();
    let folder = Folder::new(settings.folder.clone().unwrap(), &settings, Path::new("/")).unwrap();
    Drop { dir, folder }
}

impl Drop {
    fn put(&self, name: &str, text: &str) {
        fs::write(self.dir.path().join(name), text).unwrap();
    }

    async fn names(&self) -> Vec<String> {
        let seen = self.folder.look(&[]).await.unwrap();
        seen.parcels.into_iter().map(|parcel| parcel.name).collect()
    }

    async fn only(&self) -> Parcel {
        let mut seen = self.folder.look(&[]).await.unwrap();
        assert_eq!(seen.parcels.len(), 1, "{seen:?}");
        seen.parcels.remove(0)
    }

    async fn read(&self, parcel: &Parcel) -> Result<Vec<u8>, Trouble> {
        let (mut reader, told) = self.folder.open(parcel).await?.into_parts();
        let mut bytes = Vec::new();
        match reader.read_to_end(&mut bytes).await {
            Ok(_) => Ok(bytes),
            Err(_) => Err(told.trouble().unwrap()),
        }
    }
}

const MARKER: &str = "ready = 'marker'";
const NAME: &str = "pow_usage_202501_433101.csv";

#[tokio::test]
async fn a_file_is_taken_when_its_marker_is_there() {
    let drop = drop_folder(MARKER);
    drop.put(NAME, "a,b\n1,2\n");
    assert!(drop.names().await.is_empty());
    drop.put(&format!("{NAME}.ready"), "");
    let parcel = drop.only().await;
    assert_eq!(parcel.slot.period, "202501");
    assert_eq!(drop.read(&parcel).await.unwrap(), b"a,b\n1,2\n");
}

#[tokio::test]
async fn a_file_is_taken_when_it_has_been_still_for_a_while() {
    let drop = drop_folder("stable_seconds = 1");
    drop.put(NAME, "a\n");
    assert!(drop.names().await.is_empty());
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    // It grew in the meantime, so the while begins anew.
    drop.put(NAME, "a\n1\n");
    assert!(drop.names().await.is_empty());
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(drop.names().await, [NAME]);
}

#[tokio::test]
async fn a_file_that_differs_from_its_marker_is_not_taken() {
    let drop = drop_folder(MARKER);
    drop.put(NAME, "abc");
    let right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    drop.put(&format!("{NAME}.ready"), &format!("{right}  {NAME}\n"));
    let parcel = drop.only().await;
    assert_eq!(drop.read(&parcel).await.unwrap(), b"abc");
    drop.put(
        &format!("{NAME}.ready"),
        &format!("{}  {NAME}\n", right.replace('b', "c")),
    );
    assert_eq!(drop.read(&parcel).await, Err(Trouble::HashDiffers));
    drop.put(&format!("{NAME}.ready"), "finished!");
    assert_eq!(drop.read(&parcel).await, Err(Trouble::Unreadable));
}

#[tokio::test]
async fn a_file_that_changed_after_the_look_is_not_taken() {
    let drop = drop_folder(MARKER);
    drop.put(NAME, "a\n");
    drop.put(&format!("{NAME}.ready"), "");
    let parcel = drop.only().await;
    drop.put(NAME, "a\n1\n");
    assert_eq!(drop.read(&parcel).await, Err(Trouble::Changed));
    fs::remove_file(drop.dir.path().join(NAME)).unwrap();
    assert_eq!(drop.read(&parcel).await, Err(Trouble::Changed));
}

#[tokio::test]
async fn links_folders_drafts_and_hidden_files_are_left_alone() {
    let drop = drop_folder(MARKER);
    let secret = drop.dir.path().join("elsewhere");
    fs::write(&secret, "not yours").unwrap();
    let name = "pow_usage_202501_433101.txt";
    symlink(&secret, drop.dir.path().join(name)).unwrap();
    drop.put(&format!("{name}.ready"), "");
    fs::create_dir(drop.dir.path().join("pow_usage_202502_433101")).unwrap();
    drop.put(".pow_usage_202501_433101.csv", "a\n");
    drop.put("pow_usage_202503_433101.csv.part", "a\n");
    drop.put("~$pow_usage_202503_433101.xlsx", "a\n");
    assert!(drop.names().await.is_empty());
    // A link that takes the place of a file between the look and the reading.
    drop.put(NAME, "not yours");
    drop.put(&format!("{NAME}.ready"), "");
    let parcel = drop.only().await;
    fs::remove_file(drop.dir.path().join(NAME)).unwrap();
    symlink(&secret, drop.dir.path().join(NAME)).unwrap();
    assert!(drop.read(&parcel).await.is_err());
}

#[tokio::test]
async fn older_files_come_first_and_unknown_names_are_told() {
    let drop = drop_folder(MARKER);
    for name in [
        "pow_usage_202502_433101.csv",
        "pow_usage_202501_433122.csv",
        "用电量.csv",
        "pow_usage_202501_439999.csv",
    ] {
        drop.put(name, "a\n");
        drop.put(&format!("{name}.ready"), "");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seen = drop.folder.look(&[]).await.unwrap();
    let names: Vec<&str> = seen.parcels.iter().map(|parcel| parcel.name.as_str()).collect();
    assert_eq!(
        names,
        ["pow_usage_202502_433101.csv", "pow_usage_202501_433122.csv"]
    );
    let told = |name: &str| (name.to_owned(), Trouble::NameUnknown);
    assert_eq!(
        seen.troubled,
        [told("用电量.csv"), told("pow_usage_202501_439999.csv")]
    );
}

#[tokio::test]
async fn an_empty_file_named_zero_is_a_zero_report_and_one_with_rows_is_a_mistake() {
    let drop = drop_folder(MARKER);
    drop.put("pow_usage_202501_433101.zero", "");
    drop.put("pow_usage_202501_433101.zero.ready", "");
    assert!(drop.only().await.zero);
    drop.put("pow_usage_202501_433101.zero", "a\n1\n");
    let seen = drop.folder.look(&[]).await.unwrap();
    assert_eq!(
        seen.troubled.first().map(|told| told.1),
        Some(Trouble::NameUnknown)
    );
}

#[tokio::test]
async fn a_file_that_is_over_moves_away_and_leaves_its_answer() {
    let drop = drop_folder(MARKER);
    let answer = |settled: bool| Answer {
        settled,
        document: b"{\"verdict\":\"accepted\"}".to_vec(),
    };
    for (number, settled) in [true, true, false].into_iter().enumerate() {
        drop.put(NAME, &format!("a\n{number}\n"));
        drop.put(&format!("{NAME}.ready"), "");
        let parcel = drop.only().await;
        drop.folder.done(&parcel, &answer(settled)).await.unwrap();
        // After a crash it is told again.
        drop.folder.done(&parcel, &answer(settled)).await.unwrap();
        assert!(drop.names().await.is_empty());
    }
    let told = fs::read(drop.dir.path().join("answers").join(format!("{NAME}.json"))).unwrap();
    assert_eq!(told, answer(true).document);
    let kept = |end: &str| {
        let day = fs::read_dir(drop.dir.path().join(end))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        fs::read_dir(day.path()).unwrap().count()
    };
    assert_eq!((kept("taken"), kept("refused")), (2, 1));
    assert!(!drop.dir.path().join(format!("{NAME}.ready")).exists());
}

#[tokio::test]
async fn a_file_that_came_meanwhile_under_the_same_name_stays() {
    let drop = drop_folder(MARKER);
    drop.put(NAME, "a\n");
    drop.put(&format!("{NAME}.ready"), "");
    let parcel = drop.only().await;
    drop.put(NAME, "a\n1\n");
    let answer = Answer {
        settled: true,
        document: b"{}".to_vec(),
    };
    drop.folder.done(&parcel, &answer).await.unwrap();
    assert_ne!(drop.only().await.version, parcel.version);
}

#[tokio::test]
async fn days_that_are_over_are_cleared_away() {
    let drop = drop_folder("keep_days = 7");
    let old = drop.dir.path().join("taken/20200101");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join(NAME), "a\n").unwrap();
    let other = drop.dir.path().join("taken/mine");
    fs::create_dir_all(&other).unwrap();
    drop.names().await;
    assert!(!old.exists() && other.exists());
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_a_trouble() {
    let drop = drop_folder(MARKER);
    fs::remove_dir_all(drop.dir.path()).unwrap();
    assert_eq!(drop.folder.look(&[]).await, Err(Trouble::PlaceUnusable));
}
