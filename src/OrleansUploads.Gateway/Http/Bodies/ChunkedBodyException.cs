using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>An aws-chunked body is malformed, cut short, or not authentic. Nothing of it may be stored.</summary>
/// <param name="error">What is wrong with it.</param>
internal sealed class ChunkedBodyException(ChunkedBodyError error) : IOException($"The aws-chunked body is invalid: {error}.")
{
    /// <summary>What is wrong with the body.</summary>
    public ChunkedBodyError Error { get; } = error;
}
