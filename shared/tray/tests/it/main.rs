//! The tray and its notices on real and on faked desktops.
//!
//! Each outer test starts a session bus, with or without a desktop around it, and runs this program again inside, with
//! the name of the module whose tests belong there. Those are marked as ignored, so that they run nowhere else.

#![cfg(target_os = "linux")]

mod desktop;
mod fake;
mod faked;
mod no_bus;
mod no_host;
mod play;
mod slow;
mod waking;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A session bus that starts nothing by itself: what is not on it is not there.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// The first of these programs that is not installed.
fn missing(programs: &[&str]) -> Option<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = |program: &str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    programs
        .iter()
        .find(|program| !there(program))
        .map(|program| (*program).to_owned())
}

fn run_inside(mut outer: Command, module: &str) {
    let inner = std::env::current_exe().expect("this program");
    let status = outer
        .arg(inner)
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .arg(format!("{module}::"))
        .status()
        .expect("the outer program starts");
    assert!(status.success(), "the tests of `{module}` failed: {status}");
}

fn on_a_bare_bus(module: &str) {
    if let Some(program) = missing(&["dbus-run-session", "dbus-daemon"]) {
        println!("SKIPPED: {module}: {program} is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bus.conf");
    std::fs::write(&file, BARE_BUS).expect("the bus's configuration");
    let mut bus = Command::new("dbus-run-session");
    bus.arg("--config-file").arg(&file).arg("--");
    run_inside(bus, module);
}

/// The bus is the system's as well.
fn on_a_bare_system_bus(module: &str) {
    if let Some(program) = missing(&["dbus-run-session", "dbus-daemon"]) {
        println!("SKIPPED: {module}: {program} is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bus.conf");
    std::fs::write(&file, BARE_BUS).expect("the bus's configuration");
    let mut bus = Command::new("dbus-run-session");
    let both = r#"DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS exec "$0" "$@""#;
    bus.arg("--config-file").arg(&file).args(["--", "sh", "-c", both]);
    run_inside(bus, module);
}

fn on_a_desktop(module: &str, tray: &str) {
    let programs = [
        "Xvfb",
        "dbus-run-session",
        "dbus-monitor",
        "dunst",
        "dunstctl",
        "xfce4-panel",
        "gdbus",
    ];
    if let Some(program) = missing(&programs) {
        println!("SKIPPED: {module}: {program} is not installed");
        return;
    }
    let rig: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/desktop-rig");
    let mut rig = Command::new(rig);
    rig.env("RIG_KEYCHAIN", "no").env("RIG_TRAY", tray);
    run_inside(rig, module);
}

#[test]
fn a_real_desktop_shows_the_tray_and_the_notices() {
    on_a_desktop("desktop", "yes");
}

#[test]
fn a_tray_host_may_come_late() {
    on_a_desktop("no_host", "no");
}

#[test]
fn servers_come_go_and_differ() {
    on_a_bare_bus("faked");
}

#[test]
fn a_server_that_hangs_holds_nobody_up() {
    on_a_bare_bus("slow");
}

#[test]
fn the_system_says_when_it_woke_up() {
    on_a_bare_system_bus("waking");
}

#[test]
fn without_a_bus_it_says_so() {
    let mut nowhere = Command::new("env");
    nowhere.arg("DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus");
    run_inside(nowhere, "no_bus");
}
