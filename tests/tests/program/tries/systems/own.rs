//! Our own master: every kind of change of every system arrives, from this desk and from another one.

use super::{Kinds, Team, prepared};
use serde_json::json;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};
use tests::Outpost;

/// A master that builds what the team has; these are its other schedulers.
async fn master(team: &Team, schedulers: &str) -> Outpost {
    let mut outpost = prepared();
    let folder = outpost.home().join("config");
    std::fs::create_dir_all(&folder).expect("a folder");
    let configuration = format!(
        "c = BuildmasterConfig = {{}}\nc[\"workers\"] = [worker.LocalWorker(\"local\")]\n{}\
         c[\"schedulers\"] = [schedulers.ForceScheduler(name=\"force\", builderNames=names), {schedulers}]\n",
        team.builders("mode='full', method='clobber'")
    );
    std::fs::write(folder.join("master.star"), configuration).expect("a file");
    outpost.run(&["--no-tray"]).await;
    outpost
}

#[tokio::test]
async fn every_kind_of_change_arrives_from_every_system() {
    let team = Team::new();
    let outpost = master(&team, "").await;
    for system in &team.systems {
        team.change(system, Kinds::Every);
        let row = team.arrives(&outpost, system, &["--master=bundled"]);
        assert_eq!(row["applied"], json!("applied"), "{system}: {row:#}");
    }
}

#[tokio::test]
async fn every_kind_of_change_arrives_over_perspective_broker_too() {
    let team = Team::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let scheduler = format!(
        "schedulers.Try_Userpass(\"try\", names, \"tcp:{}:interface=127.0.0.1\", [(\"alice\", \"s3cret\")])",
        address.port()
    );
    let _there = master(&team, &scheduler).await;
    let deadline = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < deadline, "its port for changes is not open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut here = prepared();
    here.run(&["--no-tray"]).await;
    let master = format!("--master={address}");
    let options = ["--connect=pb", &master, "--username=alice", "--passwd=s3cret"];
    for system in &team.systems {
        team.change(system, Kinds::Every);
        team.arrives(&here, system, &options);
    }
}
