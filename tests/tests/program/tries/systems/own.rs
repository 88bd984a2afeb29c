//! Our own master: every kind of change of every system arrives.

use super::{Kinds, Team, prepared};
use serde_json::json;

#[tokio::test]
async fn every_kind_of_change_arrives_from_every_system() {
    let team = Team::new();
    let mut outpost = prepared();
    let folder = outpost.home().join("config");
    std::fs::create_dir_all(&folder).expect("a folder");
    let configuration = format!(
        "c = BuildmasterConfig = {{}}\nc[\"workers\"] = [worker.LocalWorker(\"local\")]\n{}\
         c[\"schedulers\"] = [schedulers.ForceScheduler(name=\"force\", builderNames=names)]\n",
        team.builders("mode='full', method='clobber'")
    );
    std::fs::write(folder.join("master.star"), configuration).expect("a file");
    outpost.run(&["--no-tray"]).await;
    for system in &team.systems {
        team.change(system, Kinds::Every);
        let row = team.arrives(&outpost, system, &["--master=bundled"]);
        assert_eq!(row["applied"], json!("applied"), "{system}: {row:#}");
    }
}
