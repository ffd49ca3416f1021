//! The worker's side of the fence. It shuts itself in and then does one thing: read a request, answer it. It must start
//! in a few milliseconds, so there is no runtime, no setting and no log here.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::wire::{self, Answer, ModelHead, Request, Start, TileHead};
use super::{FaceModel, bars};
use crate::sheet::{self, Sheet, Tile};
use crate::{ImageError, Origin, Picture, Renderings};

/// Files up to this size are read into a buffer that stays.
const KEPT: usize = 16 * 1024 * 1024;
/// So many letters of a panic are told.
const TOLD: usize = 300;

/// Reads pictures for a [`super::Pool`] until its standard input ends. To be called by a process of its own, first thing.
#[must_use]
pub fn work() -> ExitCode {
    match serve(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever started this process reads the last line.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    bars::die_with_parent()?;
    bars::close_what_was_left_open()?;
    std::panic::set_hook(Box::new(|panic| {
        *lock(&LAST_PANIC) = panic.to_string().chars().take(TOLD).collect();
    }));
    let Some(start) = wire::receive::<Start>(input)? else { return Ok(()) };
    let face_model = take_model(input, &start.face_model)?;
    bars::shut_in(start.memory_bytes)?;
    let new_reader = || {
        let mut reader = face_model.reader(start.limits).map_err(wire::invalid)?;
        Ok(move |origin, bytes: &[u8]| reader.read_from(origin, bytes))
    };
    answer_all(input, output, new_reader, || bars::allow_cpu(start.picture_seconds))
}

/// Answers until the input ends, with a reader that is made anew after each panic.
fn answer_all<R>(
    input: &mut impl Read,
    output: &mut impl Write,
    new_reader: impl Fn() -> io::Result<R>,
    before_each: impl Fn() -> io::Result<()>,
) -> io::Result<()>
where
    R: FnMut(Origin, &[u8]) -> Result<Picture, ImageError>,
{
    let mut read = new_reader()?;
    send(output, &Answer::Ready, &[])?;
    let mut bytes = Vec::new();
    while let Some(request) = wire::receive::<Request>(input)? {
        before_each()?;
        let answered = catch_unwind(AssertUnwindSafe(|| answer(request, input, output, &mut read, &mut bytes)));
        if let Ok(sent) = answered {
            sent?;
        } else {
            // The panic may have left the buffers half changed.
            read = new_reader()?;
            send(output, &Answer::Panicked(std::mem::take(&mut lock(&LAST_PANIC))), &[])?;
        }
        if bytes.capacity() > KEPT {
            bytes = Vec::new();
        }
    }
    Ok(())
}

/// Takes what belongs to the request, and answers it. Everything is taken before anything can panic, and nothing is
/// sent before everything is made, so the two sides stay in step.
fn answer(
    request: Request,
    input: &mut impl Read,
    output: &mut impl Write,
    read: &mut impl FnMut(Origin, &[u8]) -> Result<Picture, ImageError>,
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    match request {
        Request::Picture { origin, bytes: length } => {
            take(input, length, bytes)?;
            match read(origin, bytes) {
                Ok(picture) => {
                    let (answer, Renderings { training, thumbnail, face }) = Answer::of_picture(Box::new(picture));
                    send(output, &answer, &[&training, &thumbnail, face.as_deref().unwrap_or_default()])
                }
                Err(error) => send(output, &Answer::Refused(error), &[]),
            }
        }
        Request::Sheet { tiles, layout } => {
            let tiles = tiles.into_iter().map(|tile| take_tile(input, &tile)).collect::<io::Result<Vec<_>>>()?;
            match sheet::render_as(&Sheet { tiles }, layout) {
                Ok(jpeg) => send(output, &Answer::Sheet { bytes: jpeg.len() }, &[&jpeg]),
                Err(error) => send(output, &Answer::Refused(error), &[]),
            }
        }
    }
}

fn take_model(input: &mut impl Read, head: &ModelHead) -> io::Result<FaceModel> {
    Ok(match head {
        ModelHead::BuiltIn => FaceModel::BuiltIn,
        ModelHead::Replaced { bytes } => {
            let mut model = Vec::new();
            take(input, *bytes, &mut model)?;
            FaceModel::Replaced(model)
        }
        ModelHead::Off => FaceModel::Off,
    })
}

fn take_tile(input: &mut impl Read, head: &TileHead) -> io::Result<Tile> {
    let mut thumbnail = Vec::new();
    take(input, head.bytes, &mut thumbnail)?;
    Ok(Tile { number: head.number, thumbnail, mark: head.mark })
}

fn take(input: &mut impl Read, length: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    bytes.reserve_exact(usize::try_from(length).map_err(wire::invalid)?);
    let taken = input.take(length).read_to_end(bytes)?;
    if taken as u64 == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn send(output: &mut impl Write, answer: &Answer, parts: &[&[u8]]) -> io::Result<()> {
    output.write_all(&wire::head(answer)?)?;
    for part in parts {
        output.write_all(part)?;
    }
    output.flush()
}

static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::rendering::jpeg;
    use crate::{Limits, Reader};

    fn request(bytes: &[u8]) -> Vec<u8> {
        let head = wire::head(&Request::Picture { origin: Origin::Photo, bytes: bytes.len() as u64 }).unwrap();
        [head, bytes.to_vec()].concat()
    }

    fn next(output: &mut &[u8]) -> Answer {
        let answer = wire::receive::<Answer>(output).unwrap().unwrap();
        *output = &output[answer.payload().unwrap()..];
        answer
    }

    #[test]
    fn a_decoder_that_panics_refuses_its_picture_and_harms_no_other() {
        let new_reader = || {
            let mut reader = Reader::new(Limits::default());
            Ok(move |origin, bytes: &[u8]| {
                assert_ne!(bytes, b"poison", "a decoder stumbles");
                reader.read_from(origin, bytes)
            })
        };
        let good = jpeg(600, 520);
        let input = [request(b"poison"), request(&good), request(b"poison"), request(&good[..300]), request(&good)];
        let mut output = Vec::new();
        answer_all(&mut input.concat().as_slice(), &mut output, new_reader, || Ok(())).unwrap();
        let mut output = output.as_slice();
        assert!(matches!(next(&mut output), Answer::Ready));
        assert!(matches!(next(&mut output), Answer::Panicked(_)));
        assert!(matches!(next(&mut output), Answer::Picture { .. }));
        assert!(matches!(next(&mut output), Answer::Panicked(_)));
        assert!(matches!(next(&mut output), Answer::Refused(_)));
        assert!(matches!(next(&mut output), Answer::Picture { .. }));
        assert!(output.is_empty());
    }

    #[test]
    fn a_request_that_is_cut_is_not_answered() {
        let input = request(&jpeg(600, 520));
        let mut output = Vec::new();
        let cut = &input[..input.len() - 1];
        let nobody = || Ok(|_, _: &[u8]| unreachable!("nothing is read"));
        let ended = answer_all(&mut &*cut, &mut output, nobody, || Ok(()));
        assert!(ended.is_err());
        assert!(matches!(next(&mut output.as_slice()), Answer::Ready));
        assert_eq!(output.len(), wire::head(&Answer::Ready).unwrap().len());
    }
}
