//! What Linux tells of a process.

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

/// The most memory it ever had, since it was last forgotten.
pub(crate) fn peak_mebibytes(process: u32) -> Result<f64, Failed> {
    Ok(line(process, "status", "VmHWM:")? / 1_024.0)
}

/// The memory it has now.
pub(crate) fn resident_mebibytes(process: u32) -> Result<f64, Failed> {
    Ok(line(process, "status", "VmRSS:")? / 1_024.0)
}

/// Forgets the most memory it had so far. Where that is not allowed, the peak is that of its whole life.
pub(crate) fn forget_peak(process: u32) -> Result<(), Failed> {
    match std::fs::write(format!("/proc/{process}/clear_refs"), "5") {
        Err(error) if error.kind() != std::io::ErrorKind::PermissionDenied => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Bytes it had written to the disk.
pub(crate) fn written(process: u32) -> Result<f64, Failed> {
    line(process, "io", "write_bytes:")
}

fn line(process: u32, file: &str, name: &str) -> Result<f64, Failed> {
    let text = std::fs::read_to_string(format!("/proc/{process}/{file}"))?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
    value.ok_or_else(|| format!("no {name} in /proc/PID/{file}").into())
}
