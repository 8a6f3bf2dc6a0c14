//! What Linux tells about a process: processor time and resident memory.

use std::fs;

use anyhow::Context;

/// Processor time that a process has used so far, in microseconds, in user and system mode.
pub(super) fn processor_us(pid: u32) -> anyhow::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).context("reading processor time")?;
    let ticks = processor_ticks(&text).context("/proc/PID/stat has another form than expected")?;
    Ok(ticks * 1_000_000 / rustix::param::clock_ticks_per_second().max(1))
}

/// Resident memory of a process now, in KiB.
pub(super) fn resident_kib(pid: u32) -> anyhow::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).context("reading resident memory")?;
    parse_resident_kib(&text).context("/proc/PID/status has another form than expected")
}

/// `utime + stime`, the 14th and 15th field. The name before them is in brackets and may hold anything.
fn processor_ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn parse_resident_kib(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    value.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        for name in ["reference", "a b", "odd) 7 (name"] {
            let stat = format!(
                "4242 ({name}) S 1 4242 4242 0 -1 4194304 900 0 1 0 321 123 5 6 20 0 8 0 777 1000000 500 1"
            );
            assert_eq!(processor_ticks(&stat), Some(444), "{name}");
        }
        assert_eq!(processor_ticks("4242 (short) S 1 2"), None);
        assert_eq!(processor_ticks(""), None);
    }

    #[test]
    fn resident_memory_is_found_among_the_other_lines() {
        let status =
            "Name:\tx\nVmPeak:\t  9000 kB\nVmHWM:\t  8000 kB\nVmRSS:\t   14320 kB\nRssAnon:\t 1 kB\n";
        assert_eq!(parse_resident_kib(status), Some(14_320));
        assert_eq!(parse_resident_kib("Name:\tkernel thread\n"), None);
    }

    #[test]
    fn this_process_has_used_memory_and_has_a_processor_time() {
        let own = std::process::id();
        assert!(resident_kib(own).unwrap() > 100);
        processor_us(own).unwrap();
    }
}
