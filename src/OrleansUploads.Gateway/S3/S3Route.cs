namespace OrleansUploads.Gateway.S3;

/// <summary>What a request asks for: one of our operations, something of S3 that this server does not have, or nothing of
/// S3.</summary>
internal abstract record S3Route
{
    private S3Route()
    {
    }

    /// <summary>An operation.</summary>
    internal sealed record To(S3Operation Operation) : S3Route;

    /// <summary>S3 has this, and this server does not.</summary>
    /// <param name="Feature">The query parameter or header that asks for it.</param>
    internal sealed record Missing(string Feature) : S3Route;

    /// <summary>The query is incomplete or contradicts itself.</summary>
    /// <param name="Argument">The parameter.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="Reason">What is wrong, as a sentence.</param>
    internal sealed record Invalid(string Argument, string Value, string Reason) : S3Route;

    /// <summary>The method means nothing here.</summary>
    internal sealed record WrongMethod : S3Route;
}
