pub fn answer() -> i32 {
    6 * 7
}

#[test]
fn is_42() {
    assert_eq!(answer(), 42);
}
