//! Shows what `evaluate` makes of a file: `check FOLDER FILE`.

use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, file] = arguments.as_slice() else {
        eprintln!("usage: check FOLDER FILE");
        std::process::exit(2);
    };
    let evaluation = config::evaluate(Path::new(folder), file, &config::Options::default());
    for problem in &evaluation.problems {
        println!("{problem}");
    }
    println!("{:#?}", evaluation.config);
}
