using OrleansUploads.Gateway.Glacier.Errors;

namespace OrleansUploads.Gateway.Glacier.Answers;

/// <summary>What an operation answers, not yet written.</summary>
internal abstract class GlacierAnswer
{
    /// <summary>The HTTP status.</summary>
    public abstract int Status { get; }

    /// <summary>The error; null for a success.</summary>
    public virtual GlacierError? Error => null;

    /// <summary>Writes status, headers and body.</summary>
    /// <param name="response">Gets status and headers.</param>
    /// <param name="body">Gets the body; it is the response's.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    public abstract Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken);

    /// <summary>Lets an operation return an error where it found one.</summary>
    public static implicit operator GlacierAnswer(GlacierError error) => new ErrorAnswer(error);
}
