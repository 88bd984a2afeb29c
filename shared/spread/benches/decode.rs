//! How fast banana and jelly are read and written: bulk as file transfers and logs have it, and small messages as builds
//! do. Run with `cargo bench -p spread`.

use bytes::{Bytes, BytesMut};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use spread::banana::{Decoder, Dialect, Element, Encoder, encode};
use spread::jelly::{self, Error, Luid, Passing, Value};
use std::hint::black_box;
use std::sync::Arc;

/// Bytes in a stream to read.
const STREAM: usize = 16 << 20;

/// Tables of a connection over which no object goes.
struct NoObjects;

impl Passing for NoObjects {
    fn export(&mut self, _: &Arc<dyn spread::Object>) -> Result<i64, Error> {
        Err(Error::TooManyObjects(0))
    }

    fn local(&mut self, _: &spread::Reference) -> Result<Luid, Error> {
        Err(Error::OtherConnection)
    }

    fn remote(&mut self, luid: i64) -> Result<Value, Error> {
        Err(Error::UnknownObject(Luid::Number(luid)))
    }

    fn own(&mut self, luid: Luid) -> Result<Value, Error> {
        Err(Error::UnknownObject(luid))
    }
}

/// A line of a log as it comes to a master, several in one update.
fn update(text: &str) -> Value {
    let log = Value::List(vec![Value::from("stdout"), Value::from(text)]);
    let elapsed = Value::from_iter([("elapsed", Value::from(1.5)), ("rc", Value::from(0_i64))]);
    Value::Tuple(vec![Value::List(vec![
        Value::List(vec![log, Value::from(0_i64)]),
        Value::List(vec![elapsed]),
    ])])
}

fn block(size: usize) -> Value {
    Value::Tuple(vec![Value::Bytes(Bytes::from(vec![b'x'; size]))])
}

fn values() -> [(&'static str, Value); 4] {
    [
        ("block of 256 KiB", block(256 << 10)),
        ("block of 16 KiB", block(16 << 10)),
        (
            "log of 64 KiB",
            update(&"[ 42%] Building CXX object src/café.cc.o\n".repeat(1500)),
        ),
        ("small update", update("compiled\n")),
    ]
}

/// The same value over and over.
fn stream(value: &Value) -> Bytes {
    let mut out = BytesMut::new();
    while out.len() < STREAM {
        write(value, &mut out);
    }
    out.freeze()
}

fn write(value: &Value, out: &mut BytesMut) {
    jelly::encode(value, &mut NoObjects, &mut Encoder::new(Dialect::Pb, out)).expect("a value that can be sent");
}

/// Reads a stream as a connection does: what fits into the buffer, then all the elements in it.
fn read(stream: &[u8], mut take: impl FnMut(Element)) {
    const CHUNK: usize = 64 << 10;
    let mut decoder = Decoder::new(Dialect::Pb);
    let mut buffer = BytesMut::new();
    for chunk in stream.chunks(CHUNK) {
        buffer.reserve(CHUNK.max(decoder.wanted().saturating_sub(buffer.len())));
        buffer.extend_from_slice(chunk);
        while let Some(element) = decoder.feed(&mut buffer).expect("banana") {
            take(element);
        }
    }
}

fn reading(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    group.sample_size(10);
    for (name, value) in values() {
        let stream = stream(&value);
        group.throughput(Throughput::Bytes(stream.len() as u64));
        group.bench_function(BenchmarkId::new("banana in memory", name), |bencher| {
            let drain = |mut buffer: BytesMut| {
                let mut decoder = Decoder::new(Dialect::Pb);
                while let Some(element) = decoder.feed(&mut buffer).expect("banana") {
                    black_box(element);
                }
            };
            bencher.iter_batched(|| BytesMut::from(&stream[..]), drain, BatchSize::LargeInput);
        });
        group.bench_function(BenchmarkId::new("banana in chunks", name), |bencher| {
            bencher.iter(|| read(&stream, |element| drop(black_box(element))));
        });
        group.bench_function(BenchmarkId::new("jelly in chunks", name), |bencher| {
            let take = |element| drop(black_box(jelly::decode(element, &mut NoObjects).expect("jelly")));
            bencher.iter(|| read(&stream, take));
        });
    }
}

fn writing(c: &mut Criterion) {
    let mut group = c.benchmark_group("write");
    group.sample_size(10);
    for (name, value) in values() {
        let mut out = BytesMut::new();
        write(&value, &mut out);
        let element = Decoder::new(Dialect::Pb)
            .feed(&mut out.clone())
            .expect("banana")
            .expect("all of it");
        group.throughput(Throughput::Bytes(out.len() as u64));
        group.bench_function(BenchmarkId::new("banana", name), |bencher| {
            bencher.iter(|| {
                out.clear();
                encode(black_box(&element), Dialect::Pb, &mut out).expect("an element that can be sent");
            });
        });
        group.bench_function(BenchmarkId::new("jelly", name), |bencher| {
            bencher.iter(|| {
                out.clear();
                write(black_box(&value), &mut out);
            });
        });
    }
}

criterion_group!(benches, reading, writing);
criterion_main!(benches);
