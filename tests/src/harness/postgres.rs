//! A private Postgres for the tests of one process, made from the system's binaries and thrown away with the process,
//! however that ends. A cluster costs under a second, a database in it some 30 ms.
//!
//! The environment may say more: `AISHA_TEST_POSTGRES=required` turns a missing Postgres from a loud line into a
//! failure, and `AISHA_TEST_POSTGRES_URL` names a running server (as a user who may create databases) to use instead.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection, migrate::Migrator};
use url::Url;
use uuid::Uuid;

/// The URL of a fresh database in which every migration of `migrations` has run, or `None`, after saying so on the
/// standard error, when this machine has no Postgres 15 or later.
///
/// # Panics
///
/// When `AISHA_TEST_POSTGRES=required` and there is none, and when a server is there but does not work.
pub async fn database(migrations: &Migrator) -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(Server::find_or_start).as_ref()?;
    Some(server.database(migrations).await.expect("Postgres makes a database for a test"))
}

/// A server of a test's own, which it may let crash.
pub struct OwnServer {
    server: Server,
    said: BufReader<ChildStdout>,
}

impl OwnServer {
    /// Starts one whose commits last; `None`, after saying so, if this machine has no Postgres.
    pub fn start() -> Option<Self> {
        let (server, said) = found(Server::start("on"))?;
        Some(Self { server, said })
    }

    /// The URL of a fresh database in which every migration has run.
    ///
    /// # Panics
    ///
    /// When the server does not work.
    pub async fn database(&self, migrations: &Migrator) -> String {
        self.server.database(migrations).await.expect("Postgres makes a database for a test")
    }

    /// Ends it as a crash would (`pg_ctl -m immediate`), and gives back when it has recovered.
    ///
    /// # Panics
    ///
    /// When it does not recover.
    pub fn crash(&mut self) {
        let watchdog = self.server.watchdog.as_mut().expect("it is ours");
        writeln!(watchdog.stdin.as_mut().expect("its input is ours"), "crash").expect("the watchdog listens");
        let mut said = String::new();
        self.said.read_line(&mut said).expect("the watchdog answers");
        assert_eq!(said.trim(), "ready");
    }
}

/// A server with one user who may create databases.
struct Server {
    /// The address of its maintenance database.
    url: Url,
    /// The process that ends the server when its standard input does, which is when we do.
    watchdog: Option<Child>,
}

/// What was started, or `None` after saying why not.
fn found<T>(started: io::Result<T>) -> Option<T> {
    match started {
        Ok(started) => Some(started),
        Err(reason) if variable("AISHA_TEST_POSTGRES").as_deref() == Some("required") => {
            panic!("AISHA_TEST_POSTGRES=required, but Postgres cannot be started: {reason}")
        }
        Err(reason) => {
            // Not `eprintln!`, which the test harness keeps to itself as long as a test passes.
            let _ = writeln!(io::stderr(), "\n!!! NOT TESTED ON POSTGRES: it cannot be started: {reason}\n");
            None
        }
    }
}

/// Ours to drop when they are older than this, if a named server still has them.
const LONGEST_TEST: Duration = Duration::from_hours(1);
const DATABASE_PREFIX: &str = "aisha_test_";

impl Server {
    fn find_or_start() -> Option<Self> {
        if let Some(url) = variable("AISHA_TEST_POSTGRES_URL") {
            let url = url.parse().expect("AISHA_TEST_POSTGRES_URL is a URL");
            return Some(Self { url, watchdog: None });
        }
        found(Self::start("off")).map(|(server, _)| server)
    }

    /// The whole life of the cluster is in the hands of one child, so that even a killed test leaves nothing behind:
    /// the child waits for the end of its input, and the kernel closes that however we end.
    ///
    /// What `synchronous_commit` is `off` for may be lost in a crash of the server; no crash of the machine is survived.
    fn start(synchronous_commit: &str) -> io::Result<(Self, BufReader<ChildStdout>)> {
        let binaries = binaries().ok_or_else(|| io::Error::other("no Postgres 15 or later is installed"))?;
        // Not the folder TMPDIR names: it may lie in root's home, which the server's user cannot enter, and the path
        // of a Unix socket must stay under 108 bytes.
        let folder = tempfile::Builder::new().prefix("aisha-postgres-").tempdir_in("/tmp")?;
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", LIFE, "sh"]).arg(folder.path()).arg(&binaries).arg(synchronous_commit);
        watchdog.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Out of reach of the signals that a terminal or a test runner sends to our whole group.
        watchdog.process_group(0);
        if folder.path().metadata()?.uid() == 0 {
            let (user, group) = server_user()?;
            chown(folder.path(), Some(user), Some(group))?;
            watchdog.uid(user).gid(group);
        }
        let mut watchdog = watchdog.spawn()?;
        // From here on the watchdog removes the folder.
        let folder = folder.keep();
        let mut said = String::new();
        let mut output = BufReader::new(watchdog.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        output.read_line(&mut said)?;
        if said.trim() != "ready" {
            output.read_to_string(&mut said)?;
            return Err(io::Error::other(format!("{}\n{said}", binaries.display())));
        }
        let url = format!("postgres://aisha@localhost/postgres?host={}", folder.display());
        let server = Self { url: url.parse().map_err(io::Error::other)?, watchdog: Some(watchdog) };
        Ok((server, output))
    }

    async fn database(&self, migrations: &Migrator) -> sqlx::Result<String> {
        let mut server = PgConnection::connect(self.url.as_str()).await?;
        let template = self.template(&mut server, migrations).await?;
        let name = format!("{DATABASE_PREFIX}{}", Uuid::now_v7().simple());
        // Copying files beats copying through the write-ahead log for a database this small.
        execute(&mut server, format!("create database {name} template {template} strategy file_copy")).await?;
        server.close().await?;
        Ok(self.url_of(&name))
    }

    /// The migrated database from which all others are copied. Its name says which migrations made it, and it gets that
    /// name only when they have all run, so that processes on one server share it and a killed one leaves no half of it.
    async fn template(&self, server: &mut PgConnection, migrations: &Migrator) -> sqlx::Result<String> {
        let name = format!("aisha_template_{}", fingerprint(migrations));
        // Held until the connection ends or the lock is given back; the number is only ours.
        sqlx::query("select pg_advisory_lock(7206514)").execute(&mut *server).await?;
        let known: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(&mut *server)
            .await?;
        drop_leftovers(server).await?;
        if !known {
            let unfinished = format!("{DATABASE_PREFIX}{}", Uuid::now_v7().simple());
            execute(server, format!("create database {unfinished}")).await?;
            let mut database = PgConnection::connect(&self.url_of(&unfinished)).await?;
            migrations.run(&mut database).await?;
            database.close().await?;
            execute(server, format!("alter database {unfinished} rename to {name}")).await?;
        }
        sqlx::query("select pg_advisory_unlock(7206514)").execute(&mut *server).await?;
        Ok(name)
    }

    fn url_of(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(database);
        url.into()
    }
}

/// `$1` is the folder, `$2` the folder of the binaries, `$3` the durability. Nothing here is to outlast the machine, so
/// nothing waits for the disk. Each line of input is a crash.
const LIFE: &str = r#"
trap '"$2/pg_ctl" stop -D "$1/data" -m immediate >/dev/null 2>&1; rm -rf "$1"' EXIT
"$2/initdb" -D "$1/data" -U aisha -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$1/log" 2>&1 &&
"$2/pg_ctl" start -w -D "$1/data" -l "$1/log" -o "-k $1 -c listen_addresses='' -c max_connections=200 \
    -c fsync=off -c synchronous_commit=$3 -c full_page_writes=off" >/dev/null 2>&1 ||
{ cat "$1/log"; exit 1; }
echo ready
while read -r crash; do
    "$2/pg_ctl" restart -w -D "$1/data" -m immediate -l "$1/log" >/dev/null 2>&1 && echo ready || echo lost
done
"#;

/// On a named server the databases of earlier runs are still there. Their names begin with the time they were made.
async fn drop_leftovers(server: &mut PgConnection) -> sqlx::Result<()> {
    let names: Vec<String> = sqlx::query_scalar("select datname from pg_database where starts_with(datname, $1)")
        .bind(DATABASE_PREFIX)
        .fetch_all(&mut *server)
        .await?;
    for name in names {
        let made = name.strip_prefix(DATABASE_PREFIX).and_then(|id| id.parse::<Uuid>().ok()?.get_timestamp());
        let made = made.map(|at| SystemTime::UNIX_EPOCH + Duration::from_secs(at.to_unix().0));
        if made.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > LONGEST_TEST) {
            execute(server, format!("drop database if exists {name} with (force)")).await?;
        }
    }
    Ok(())
}

/// Only for statements whose names are made here: a database's name cannot be bound.
async fn execute(server: &mut PgConnection, sql: String) -> sqlx::Result<()> {
    sqlx::query(AssertSqlSafe(sql)).execute(server).await.map(drop)
}

/// A short text that changes with any migration.
fn fingerprint(migrations: &Migrator) -> String {
    let mut all = Sha256::new();
    for migration in migrations.iter() {
        all.update(migration.version.to_be_bytes());
        all.update(&migration.checksum);
    }
    hex::encode(&all.finalize()[..16])
}

/// The folder of the first Postgres 15 or later: from `PATH`, or from where Debian keeps its versions, newest first.
fn binaries() -> Option<PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    let mut debian: Vec<PathBuf> = Path::new("/usr/lib/postgresql").read_dir().map_or_else(
        |_| Vec::new(),
        |versions| versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).collect(),
    );
    debian.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    std::env::split_paths(&path).chain(debian).find(|folder| version(folder) >= Some(15))
}

/// `initdb --version` says `initdb (PostgreSQL) 15.18 (Debian …)`.
fn version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("initdb")).arg("--version").stderr(Stdio::null()).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    said.split_whitespace().nth(2)?.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// Postgres refuses to run as root, so root lends the cluster to its user, or to nobody.
fn server_user() -> io::Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd")?;
    let ids = |wanted: &str| {
        let mut fields = users.lines().map(|line| line.split(':')).find(|line| line.clone().next() == Some(wanted))?;
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let found = ids("postgres").or_else(|| ids("nobody"));
    found.ok_or_else(|| io::Error::other("neither a user `postgres` nor `nobody` to run it as"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests have no `config`; these are settings of the machine they run on"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use sqlx::{SqlStr, migrate::Migration};

    use super::*;

    fn migrations() -> Migrator {
        let sql = SqlStr::from_static("create table notes (text text not null)");
        Migrator::with_migrations(vec![Migration::new(
            1,
            "notes".into(),
            sqlx::migrate::MigrationType::Simple,
            sql,
            false,
        )])
    }

    async fn notes(database: &mut PgConnection) -> i64 {
        sqlx::query_scalar("select count(*) from notes").fetch_one(database).await.expect("the migration has run")
    }

    #[tokio::test]
    async fn every_database_is_migrated_and_apart_from_the_others() {
        let migrations = migrations();
        let (Some(one), Some(two)) = tokio::join!(database(&migrations), database(&migrations)) else { return };
        let mut one = PgConnection::connect(&one).await.expect("the first database");
        let mut two = PgConnection::connect(&two).await.expect("the second database");
        sqlx::query("insert into notes values ('mine')").execute(&mut one).await.expect("a row");
        assert_eq!((notes(&mut one).await, notes(&mut two).await), (1, 0));
    }

    /// What the next test starts and kills: a process that holds a cluster until its input ends.
    #[test]
    #[ignore = "`a_killed_process_leaves_no_cluster_behind` runs it"]
    fn hold_a_cluster() {
        let (server, _) = Server::start("off").expect("the test that runs this one has started a cluster, too");
        let (_, folder) = server.url.query_pairs().next().expect("the folder of the socket");
        println!("\ncluster: {folder}");
        io::stdin().read_line(&mut String::new()).expect("an input");
    }

    #[tokio::test]
    async fn a_killed_process_leaves_no_cluster_behind() {
        if database(&migrations()).await.is_none() {
            return;
        }
        let mut holder = Command::new(std::env::current_exe().expect("a program has a path"))
            .args(["--exact", "harness::postgres::tests::hold_a_cluster", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts once more");
        let mut lines = BufReader::new(holder.stdout.take().expect("its output is ours")).lines();
        let folder = lines.find_map(|line| Some(line.ok()?.strip_prefix("cluster: ")?.to_owned()));
        let folder = PathBuf::from(folder.expect("it names its folder"));
        let postmaster = std::fs::read_to_string(folder.join("data/postmaster.pid")).expect("the server is running");
        let postmaster = Path::new("/proc").join(postmaster.lines().next().expect("its process id"));
        assert!(postmaster.exists());

        holder.kill().expect("a child can be killed");
        holder.wait().expect("a killed child ends");
        let deadline = SystemTime::now() + Duration::from_secs(20);
        while folder.exists() || postmaster.exists() {
            assert!(SystemTime::now() < deadline, "{} or its server is still there", folder.display());
            std::thread::yield_now();
        }
    }
}
