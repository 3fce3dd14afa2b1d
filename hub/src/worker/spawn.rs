//! Starts worker processes, all from one thread that lives as long as the hub. Nothing of the hub's environment goes
//! along: no variables, no open files but three pipes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

use tokio::net::unix::pipe;
use tokio::sync::oneshot;

use super::Kind;

/// A line of a worker's log beyond this many bytes is cut.
const LOG_LINE_BYTES_MAX: u64 = 16 << 10;

/// The thread that starts workers.
///
/// A worker asks the kernel to kill it when the *thread* that started it ends. Threads of an async runtime come and go,
/// and would take healthy workers with them.
#[derive(Clone)]
pub struct Spawner {
    orders: mpsc::Sender<Order>,
}

struct Order {
    kind: Kind,
    started: oneshot::Sender<io::Result<Process>>,
}

/// A running worker process and its pipes. Dropping it kills the process.
pub struct Process {
    child: Child,
    pub requests: pipe::Sender,
    pub replies: pipe::Receiver,
}

impl Spawner {
    /// `binary` is the program to start; `None` is this very program, even if its file has been replaced since.
    pub fn start(binary: Option<PathBuf>) -> io::Result<Spawner> {
        let (orders, inbox) = mpsc::channel::<Order>();
        let runtime = tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        thread::Builder::new()
            .name("taxhub-spawn".to_owned())
            .spawn(move || {
                let binary = binary.unwrap_or_else(|| PathBuf::from("/proc/self/exe"));
                let _within = runtime.enter();
                for order in inbox {
                    let _ = order.started.send(start_process(&binary, order.kind));
                }
            })?;
        Ok(Spawner { orders })
    }

    pub async fn spawn(&self, kind: Kind) -> io::Result<Process> {
        let (started, answer) = oneshot::channel();
        self.orders
            .send(Order { kind, started })
            .map_err(|_| io::Error::other("the spawning thread is gone"))?;
        answer
            .await
            .map_err(|_| io::Error::other("the spawning thread is gone"))?
    }
}

fn start_process(binary: &PathBuf, kind: Kind) -> io::Result<Process> {
    let mut child = Command::new(binary)
        .arg0("taxhub")
        .args(["worker", "--kind", kind.name()])
        .env_clear()
        // glibc reserves 64 MiB of address space per arena and thread; ours is limited.
        .env("MALLOC_ARENA_MAX", "2")
        // Ctrl-C at a terminal asks the hub to stop; the hub decides what becomes of its workers.
        .process_group(0)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    match pipes(&mut child) {
        Ok((requests, replies)) => Ok(Process {
            child,
            requests,
            replies,
        }),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}

/// What a worker may have written that the hub has not read yet.
const REPLIES_PIPE_BYTES: usize = 1 << 20;

fn pipes(child: &mut Child) -> io::Result<(pipe::Sender, pipe::Receiver)> {
    let missing = || io::Error::other("a pipe to the worker is missing");
    let stdin: ChildStdin = child.stdin.take().ok_or_else(missing)?;
    let stdout: ChildStdout = child.stdout.take().ok_or_else(missing)?;
    let stderr: ChildStderr = child.stderr.take().ok_or_else(missing)?;
    // Fewer switches between the two processes; where the system does not allow it, a smaller pipe does as well.
    if let Err(error) = rustix::pipe::fcntl_setpipe_size(&stdout, REPLIES_PIPE_BYTES) {
        tracing::debug!(%error, "the pipe for a worker's replies stays small");
    }
    // A worker that inherited our standard error could not be forbidden to write files: it may be a file.
    thread::Builder::new()
        .name("taxhub-worker-log".to_owned())
        .stack_size(128 << 10)
        .spawn(|| pass_on(stderr))?;
    Ok((
        pipe::Sender::from_owned_fd(stdin.into())?,
        pipe::Receiver::from_owned_fd(stdout.into())?,
    ))
}

/// Copies a worker's log lines to ours, whole lines at a time.
fn pass_on(stderr: ChildStderr) {
    let mut lines = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        match lines
            .by_ref()
            .take(LOG_LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
        {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                if line.last() != Some(&b'\n') {
                    line.push(b'\n');
                }
                let _ = io::stderr().lock().write_all(&line);
            }
        }
    }
}

impl Process {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it did.
    pub fn ending(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Kills the process and says how it ended. A process that ended by itself keeps its own ending.
    pub fn end(&mut self) -> io::Result<ExitStatus> {
        // SIGKILL cannot be put off, so the wait is as short as the kernel's own cleaning up.
        if self.child.try_wait()?.is_none() {
            let _ = self.child.kill();
        }
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.end();
    }
}
