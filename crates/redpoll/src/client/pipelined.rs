use redpoll_protocol::{FromReply, RawCommand, Reply};

use super::command::Command;
use super::executor::Queued;
use crate::error::Error;

/// What the closure of a pipeline or a transaction returns: a command, or a tuple, array or `Vec` of such, nested at will.
/// The replies have the same shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent in a pipeline",
    note = "return commands built on the closure's own argument (`|p| p.get(\"k\")`), or a tuple, array or `Vec` of them"
)]
pub trait Pipelined {
    /// The replies, in the shape of the commands.
    type Output;
    /// A `Result` for each command, in the shape of the commands.
    type Each;

    /// Moves the encoded commands to the end of `commands`.
    #[doc(hidden)]
    fn queue(&mut self, commands: &mut Vec<RawCommand>);

    /// Takes this shape's replies off the front.
    #[doc(hidden)]
    fn output(&self, replies: &mut BatchReplies) -> Result<Self::Output, Error>;

    /// As `output`, keeping errors apart.
    #[doc(hidden)]
    fn each(&self, replies: &mut BatchReplies) -> Self::Each;
}

/// What became of each command of a batch, in order.
#[doc(hidden)]
#[derive(Debug)]
pub struct BatchReplies(std::vec::IntoIter<Result<Reply, Error>>);

impl BatchReplies {
    pub(super) fn new(results: Vec<Result<Reply, Error>>) -> Self {
        Self(results.into_iter())
    }

    pub(super) fn take<T: FromReply>(&mut self, name: &'static str) -> Result<T, Error> {
        let missing =
            || Err(Error::usage("there is no reply for this command: the pipeline gave it to another"));
        T::from_reply(self.0.next().unwrap_or_else(missing)?).map_err(|error| Error::reply(error).of(name))
    }
}

impl<M, T: FromReply> Pipelined for Command<Queued, M, T> {
    type Output = T;
    type Each = Result<T, Error>;

    fn queue(&mut self, commands: &mut Vec<RawCommand>) {
        commands.push(self.take_raw());
    }

    fn output(&self, replies: &mut BatchReplies) -> Result<T, Error> {
        replies.take(self.raw().meta().name())
    }

    fn each(&self, replies: &mut BatchReplies) -> Result<T, Error> {
        self.output(replies)
    }
}

impl<P: Pipelined> Pipelined for Vec<P> {
    type Output = Vec<P::Output>;
    type Each = Vec<P::Each>;

    fn queue(&mut self, commands: &mut Vec<RawCommand>) {
        self.iter_mut().for_each(|part| part.queue(commands));
    }

    fn output(&self, replies: &mut BatchReplies) -> Result<Self::Output, Error> {
        self.iter().map(|part| part.output(replies)).collect()
    }

    fn each(&self, replies: &mut BatchReplies) -> Self::Each {
        self.iter().map(|part| part.each(replies)).collect()
    }
}

impl<P: Pipelined, const N: usize> Pipelined for [P; N] {
    type Output = [P::Output; N];
    type Each = [P::Each; N];

    fn queue(&mut self, commands: &mut Vec<RawCommand>) {
        self.iter_mut().for_each(|part| part.queue(commands));
    }

    fn output(&self, replies: &mut BatchReplies) -> Result<Self::Output, Error> {
        let outputs: Vec<P::Output> =
            self.iter().map(|part| part.output(replies)).collect::<Result<_, _>>()?;
        outputs.try_into().map_err(|_| Error::usage("the pipeline has fewer replies than commands"))
    }

    fn each(&self, replies: &mut BatchReplies) -> Self::Each {
        self.each_ref().map(|part| part.each(replies))
    }
}

impl Pipelined for () {
    type Output = ();
    type Each = ();

    fn queue(&mut self, _: &mut Vec<RawCommand>) {}

    fn output(&self, _: &mut BatchReplies) -> Result<(), Error> {
        Ok(())
    }

    fn each(&self, _: &mut BatchReplies) {}
}

macro_rules! pipelined_tuples {
    ($(($($t:ident $i:tt)+))*) => { $(
        impl<$($t: Pipelined),+> Pipelined for ($($t,)+) {
            type Output = ($($t::Output,)+);
            type Each = ($($t::Each,)+);

            fn queue(&mut self, commands: &mut Vec<RawCommand>) {
                $(self.$i.queue(commands);)+
            }

            fn output(&self, replies: &mut BatchReplies) -> Result<Self::Output, Error> {
                Ok(($(self.$i.output(replies)?,)+))
            }

            fn each(&self, replies: &mut BatchReplies) -> Self::Each {
                ($(self.$i.each(replies),)+)
            }
        }
    )* };
}
pipelined_tuples!((A 0)(A 0 B 1)(A 0 B 1 C 2)(A 0 B 1 C 2 D 3)(A 0 B 1 C 2 D 3 E 4)(A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9)(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11));
