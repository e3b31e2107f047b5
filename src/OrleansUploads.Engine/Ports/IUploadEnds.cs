namespace OrleansUploads.Engine.Ports;

/// <summary>Tells when uploads end.</summary>
public interface IUploadEnds
{
    /// <summary>Waits until an upload has ended. May return earlier or later, so ask the upload afterwards.</summary>
    /// <param name="upload">The upload, which was asked a short while ago.</param>
    /// <param name="atMost">How long to wait.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="OperationCanceledException">The caller stopped waiting.</exception>
    ValueTask AwaitEndAsync(UploadId upload, TimeSpan atMost, CancellationToken cancellationToken);
}
