use crate::Error;
use std::{future::Future, pin::Pin, task::Poll};

/// A request to PostgreSQL.
pub type Request<'a> = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + 'a>>;

/// Requests in order, all of them sent before the first answer is awaited.
///
/// The client sends a request when it is polled first, so each is polled once in its turn.
#[derive(Default)]
pub struct Pipeline<'a> {
    under_way: Vec<Request<'a>>,
}

impl<'a> Pipeline<'a> {
    /// Sends the next request.
    ///
    /// # Errors
    /// If it fails at once, because the connection is gone.
    pub async fn send(
        &mut self,
        request: impl Future<Output = Result<(), tokio_postgres::Error>> + 'a,
    ) -> Result<(), Error> {
        let mut request: Request<'a> = Box::pin(request);
        let sent = std::future::poll_fn(|context| Poll::Ready(request.as_mut().poll(context))).await;
        match sent {
            Poll::Ready(done) => done?,
            Poll::Pending => self.under_way.push(request),
        }
        Ok(())
    }

    /// Awaits all answers.
    ///
    /// # Errors
    /// The first that is no success. What was sent after it may be done or not: the connection is of no more use.
    pub async fn finish(self) -> Result<(), Error> {
        for request in self.under_way {
            request.await?;
        }
        Ok(())
    }
}
