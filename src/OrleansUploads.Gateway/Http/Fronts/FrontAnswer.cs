namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>A response that has not been written yet.</summary>
internal abstract class FrontAnswer
{
    /// <summary>The HTTP status.</summary>
    public abstract int Status { get; }

    /// <summary>The error, or null for a success.</summary>
    public virtual FrontError? Error => null;

    /// <summary>Writes status, headers and body.</summary>
    /// <param name="response">Receives status and headers.</param>
    /// <param name="body">Receives the body; it is the response's body, counted.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    public abstract Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken);
}
