use std::{collections::VecDeque, future::Future, pin::Pin, task::Poll};

/// A request to PostgreSQL.
type Request = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>>>>;

/// Requests in order, all of them sent before the first answer is awaited.
///
/// The client sends a request when it is polled first, so each is polled once in its turn.
#[derive(Default)]
pub struct Pipeline {
    under_way: VecDeque<Request>,
}

impl Pipeline {
    /// Sends the next request.
    ///
    /// # Errors
    /// If it fails at once, because the connection is gone.
    pub async fn send(
        &mut self,
        request: impl Future<Output = Result<(), tokio_postgres::Error>> + 'static,
    ) -> Result<(), tokio_postgres::Error> {
        let mut request: Request = Box::pin(request);
        let sent = std::future::poll_fn(|context| Poll::Ready(request.as_mut().poll(context))).await;
        match sent {
            Poll::Ready(done) => done?,
            Poll::Pending => self.under_way.push_back(request),
        }
        Ok(())
    }

    /// Awaits all answers. Whoever drops it in between can go on with another call.
    ///
    /// # Errors
    /// The first that is no success. What was sent after it may be done or not: the connection is of no more use.
    pub async fn finish(&mut self) -> Result<(), tokio_postgres::Error> {
        while let Some(request) = self.under_way.front_mut() {
            request.await?;
            self.under_way.pop_front();
        }
        Ok(())
    }
}
