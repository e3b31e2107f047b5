namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>An error in the words of a front's protocol.</summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Code">The protocol's error code.</param>
/// <param name="Message">What is wrong, the offending value, and what to do.</param>
internal record FrontError(int Status, string Code, string Message)
{
    /// <summary>How long the client should wait before it tries again, or null if unknown.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
