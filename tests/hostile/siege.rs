//! A service under attack, its neighbourly user, and what is watched meanwhile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aisha_api::storage::{Db, objects};
use aisha_tests::harness::app::PATIENCE;
use aisha_tests::harness::{Answer, Person, Program, raw_http};
use aisha_tests::hostile::originals::Original;
use aisha_tests::hostile::{Case, requests};
use serde_json::Value;
use tempfile::TempDir;

/// In which anything is answered.
const PROMISED: Duration = Duration::from_secs(2);
/// What all processes together may take beyond what they took at the start, in MB.
const ROOM: f64 = 256.0;
/// Processes that read pictures, two so that they meet.
const WORKERS: usize = 2;
/// Files in one form, when they come in company.
const TOGETHER: usize = 40;

/// The service under attack.
pub(crate) struct Siege {
    folder: TempDir,
    program: Program,
    attacker: Person,
    target: String,
    /// The processes and the files there were at the start.
    processes: Vec<u32>,
    files: Vec<PathBuf>,
    /// What all processes took at the start, and the most they have taken since.
    start: f64,
    peak: f64,
    wrong: Vec<String>,
}

impl Siege {
    /// Starts the service and weighs it.
    pub(crate) async fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = [("AISHA_PICTURE_WORKERS", "2"), ("AISHA_LOG", "error")];
        let program = Program::start(env!("CARGO_BIN_EXE_aisha-api-under-test"), folder.path(), &settings).await;
        let workers = async {
            while program.processes().len() <= WORKERS {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, workers).await.expect("the workers start");
        let attacker = program.person("mallory");
        let target = attacker.avatar().await;
        let (processes, files) = (program.processes(), files_below(folder.path()));
        let start = program.peaks().iter().sum();
        Self { folder, program, attacker, target, processes, files, start, peak: start, wrong: Vec::new() }
    }

    /// Sends each file alone, and takes its time.
    pub(crate) async fn send_each_alone(&mut self, cases: &[Case]) {
        let mut slowest = BTreeMap::new();
        for case in cases {
            let bytes = case.bytes();
            let begun = Instant::now();
            let answer = self.attacker.upload_body(&self.target, Some(case.content_type), bytes).await;
            let taken = begun.elapsed();
            self.judge(case, &answer, &answer.body["results"][0]);
            if taken > PROMISED {
                self.wrong.push(format!("{}, {}: {taken:?}", case.kind, case.name));
            }
            let of_kind = slowest.entry(case.kind).or_insert((Duration::ZERO, case.name.as_str()));
            *of_kind = (*of_kind).max((taken, case.name.as_str()));
            self.weigh();
        }
        println!("the slowest of each kind, alone:");
        for (kind, (taken, name)) in slowest {
            println!("{:>7.0} ms  {kind}: {name}", taken.as_secs_f64() * 1e3);
        }
    }

    /// Sends the files again, many in a form, while a neighbour sends good ones: the originals of all of them.
    pub(crate) async fn send_in_company(&mut self, cases: &[Case], originals: &[Original]) {
        let neighbour = self.program.person("ann");
        let avatar = neighbour.avatar().await;
        let begun = Instant::now();
        let good = originals.iter().map(|original| (original.name, Arc::clone(&original.bytes))).collect();
        let beside = tokio::spawn(live_beside(neighbour.clone(), avatar.clone(), good));
        self.send_forms(cases).await;
        let (longest, what) = beside.await.expect("good photos are taken");
        println!("in company: {:?}; the neighbour waited {longest:?} at most, for {what}", begun.elapsed());
        if longest > PROMISED {
            self.wrong.push(format!("the neighbour waited {longest:?} for {what}"));
        }
        neighbour.delete(&format!("/v1/avatars/{avatar}")).await.expect(202);
    }

    async fn send_forms(&mut self, cases: &[Case]) {
        for company in cases.chunks(TOGETHER) {
            let files = company.iter().map(|case| (case.file_name, case.bytes())).collect();
            let answer = self.attacker.upload(&self.target, files).await;
            let results = answer.body["results"].as_array().cloned().unwrap_or_default();
            assert_eq!(results.len(), company.len(), "{:#}", answer.body);
            for (case, result) in company.iter().zip(&results) {
                self.judge(case, &answer, result);
            }
            self.weigh();
        }
    }

    /// Sends what is no proper request.
    pub(crate) async fn send_requests(&mut self) {
        let mut slowest = (Duration::ZERO, String::new());
        let all = requests::all(&self.attacker, &self.target);
        println!("{} requests", all.len());
        for request in all {
            let begun = Instant::now();
            let answer = raw_http::exchange_at(&self.program.url(), &request.bytes, request.ends).await;
            let taken = begun.elapsed();
            let (status, code) = told(&answer);
            if (status, code.as_deref()) != (request.status, request.code) || taken > PROMISED {
                let expected = (request.status, request.code);
                self.wrong.push(format!("{}: {status} {code:?} instead of {expected:?} in {taken:?}", request.name));
            }
            slowest = slowest.max((taken, request.name));
            self.weigh();
        }
        println!("the slowest request: {slowest:?}");
    }

    /// Looks at what is left: no photo, no object, the files and the processes there were at the start, and these no
    /// larger than allowed.
    pub(crate) async fn end(mut self) {
        self.weigh();
        let peaks: Vec<_> = self.program.peaks().iter().map(|peak| peak.round()).collect();
        println!("memory of all processes at their peaks: {:.0} MB at the start, {peaks:?} MB now", self.start);
        if self.program.processes() != self.processes {
            self.wrong.push("a process did not survive".to_owned());
        }
        if self.peak > self.start + ROOM {
            self.wrong.push(format!("{:.0} MB were taken, and {:.0} MB at the start", self.peak, self.start));
        }
        assert!(self.wrong.is_empty(), "{} are wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
        let listed = self.attacker.get(&format!("/v1/avatars/{}/photos", self.target)).await.expect(200);
        assert_eq!(listed["data"], Value::Array(Vec::new()));
        let emptied = async {
            while !self.objects().await.is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = tokio::time::timeout(PATIENCE, emptied).await;
        assert_eq!(self.objects().await, [""; 0]);
        assert_eq!(files_below(self.folder.path()), self.files);
    }

    /// The objects in the ledger of the service.
    async fn objects(&self) -> Vec<String> {
        let db = Db::open_sqlite(&self.folder.path().join("aisha.sqlite")).await.expect("the database");
        let ledger = objects::list(&db).await.expect("the ledger");
        db.close().await;
        ledger.into_iter().map(|(key, _)| key).collect()
    }

    /// Notes what is answered to a file, unless it is what is declared.
    fn judge(&mut self, case: &Case, answer: &Answer, result: &Value) {
        let code = result["problem"]["code"].as_str().unwrap_or_default();
        if answer.status != 422 || !case.codes.contains(&code) {
            let told = if result.is_null() { &answer.body } else { &result["problem"]["detail"] };
            self.wrong
                .push(format!("{}, {}: {} {told} instead of {:?}", case.kind, case.name, answer.status, case.codes));
        }
    }

    /// The sum of the peaks of all processes, each as the system keeps it (`VmHWM`): no less than they ever had together.
    fn weigh(&mut self) {
        self.peak = self.peak.max(self.program.peaks().iter().sum());
    }
}

/// Lives beside the attack: sends every original, asks for something small in between, and tells what took longest.
async fn live_beside(
    neighbour: Person,
    avatar: String,
    good: Vec<(&'static str, Arc<[u8]>)>,
) -> (Duration, &'static str) {
    let mut longest = (Duration::ZERO, "");
    for (name, bytes) in good {
        let begun = Instant::now();
        neighbour.get("/v1/me").await.expect(200);
        longest = longest.max((begun.elapsed(), "/v1/me"));
        let begun = Instant::now();
        let taken = neighbour.upload_body(&avatar, None, bytes.to_vec()).await;
        longest = longest.max((begun.elapsed(), name));
        assert_eq!(taken.status, 201, "{name} is not good: {:#}", taken.body);
    }
    longest
}

/// The status of an answer read from the socket, and the code of its problem or of that of its first file.
fn told(answer: &str) -> (u16, Option<String>) {
    let (head, rest) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    let body: Option<Value> = serde_json::Deserializer::from_str(rest).into_iter().next().and_then(Result::ok);
    let body = body.unwrap_or_default();
    let code = body["code"].as_str().or_else(|| body["results"][0]["problem"]["code"].as_str());
    (status, code.map(str::to_owned))
}

/// Every file below a folder, in order.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> =
        entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect();
    files.sort();
    files
}
