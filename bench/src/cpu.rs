//! How much processor time a process has used.

use endmark::cli::Failed;

/// Linux counts in hundredths of a second, whatever the kernel's own tick (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system time of a process, in seconds.
pub(crate) fn seconds(process: u32) -> Result<f64, Failed> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the name in brackets, and may hold spaces; utime and stime are the 14th and 15th.
    let (_, after_name) = stat.rsplit_once(')').ok_or("an unreadable /proc/PID/stat")?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next().and_then(|field| field.parse::<u32>().ok()).ok_or("a short /proc/PID/stat");
    Ok((f64::from(ticks()?) + f64::from(ticks()?)) / TICKS_PER_SECOND)
}
