namespace OrleansUploads.Engine.Ports;

/// <summary>Receives the ends of multipart uploads: the sender over HTTP, or the code of the program that embeds the service.</summary>
public interface IUploadEvents
{
    /// <summary>Takes the end of an upload. The same end may be told again with the same <see cref="EndNotice.Id"/>, also by another process.
    /// Ends of several uploads come concurrently and in any order.</summary>
    /// <param name="notice">The upload, and how it ended.</param>
    /// <param name="cancellationToken">Canceled when the host stops, or when taking it lasts too long.</param>
    /// <returns>Completes when the receiver has the event. After any exception, it is told again later, for a day.</returns>
    ValueTask EndedAsync(EndNotice notice, CancellationToken cancellationToken);
}
