//! What a worker takes from itself before it sees the first byte of a photo. The limits can only be lowered from here
//! on, whoever comes to run in the process.

use std::{fs, io};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// Input, output and the line for a last word: with these open and no more allowed, no file and no socket can be opened.
const STANDARD_STREAMS: u64 = 3;

/// Has this process killed when the thread that started it ends, however it ends. The end of the input says so too, but
/// only to a worker that is not busy.
pub(super) fn die_with_parent() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        // What `top` shows; the kernel took the name from the path of the program.
        rustix::thread::set_name(c"aisha-picture")?;
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    }
    Ok(())
}

/// Closes what the service was started with beside the standard streams and did not know of. What it opens itself is
/// never passed on. To be called before anything here opens a file of its own.
pub(super) fn close_what_was_left_open() -> io::Result<()> {
    let number = |entry: fs::DirEntry| entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
    // Every entry holds the listing open, so the numbers are taken out of all of them first.
    let open: Vec<i32> = fs::read_dir("/dev/fd")?.flatten().filter_map(number).collect();
    for number in open.into_iter().filter(|number| *number > 2) {
        // One of them was the listing itself, which is closed already.
        let _ = nix::unistd::close(number);
    }
    Ok(())
}

/// Gives up files, sockets, children, core dumps, new rights, and memory above `memory_bytes`.
pub(super) fn shut_in(memory_bytes: u64) -> io::Result<()> {
    lower(Resource::Core, 0)?;
    lower(Resource::Fsize, 0)?;
    lower(Resource::Nofile, STANDARD_STREAMS)?;
    lower(Resource::Nproc, 0)?;
    // Other kernels know this limit by name only.
    #[cfg(target_os = "linux")]
    {
        lower(Resource::As, memory_bytes)?;
        rustix::thread::set_no_new_privs(true)?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = memory_bytes;
    Ok(())
}

/// Lets this process use so many more seconds of CPU time; it is killed if it uses more.
pub(super) fn allow_cpu(seconds: u64) -> io::Result<()> {
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let maximum = getrlimit(Resource::Cpu).maximum;
    // The kernel counts whole seconds, and the one that has begun is not a full one.
    let allowed = used + seconds + 1;
    let current = Some(maximum.map_or(allowed, |maximum| maximum.min(allowed)));
    Ok(setrlimit(Resource::Cpu, Rlimit { current, maximum })?)
}

fn lower(resource: Resource, limit: u64) -> io::Result<()> {
    let limit = getrlimit(resource).maximum.map_or(limit, |already| already.min(limit));
    Ok(setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?)
}
