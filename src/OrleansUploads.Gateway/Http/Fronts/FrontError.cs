namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>An error in the words of a front's protocol.</summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Code">The protocol's error code.</param>
/// <param name="Message">What is wrong, the offending value, and what to do.</param>
internal record FrontError(int Status, string Code, string Message)
{
    /// <summary>How long the client should wait before it tries again, or null if unknown.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The exception that ends the work on a request with this error.</summary>
    public FrontErrorException AsException() => new(this);
}

/// <summary>Ends the work on a request with an error of its front. Only what reads a request or translates a refusal throws it, and only
/// the dispatch of the same front catches it.</summary>
/// <param name="error">The error that the client gets.</param>
internal sealed class FrontErrorException(FrontError error) : Exception(error.Message)
{
    /// <summary>The error that the client gets.</summary>
    public FrontError Error { get; } = error;
}
