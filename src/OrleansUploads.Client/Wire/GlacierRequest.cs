using OrleansUploads.Client.Sources;
using OrleansUploads.Signing;

namespace OrleansUploads.Client.Wire;

/// <summary>One request as the protocol sees it, from which each attempt makes a fresh HTTP message.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="PathAndQuery">From the first <c>/</c> on, encoded.</param>
internal sealed record GlacierRequest(HttpMethod Method, string PathAndQuery)
{
    private readonly List<KeyValuePair<string, string>> _headers = [];

    /// <summary>Headers beside the ones of every request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>Bytes to send; null for none.</summary>
    public HashedBody? Body { get; init; }

    /// <summary>The media type of the body, where it matters.</summary>
    public string? ContentType { get; init; }

    /// <summary>The <c>Content-Range</c> of the body, where it has one.</summary>
    public string? ContentRange { get; init; }

    /// <summary>Whether what reads the answer also disposes of it, because its body outlives the call.</summary>
    public bool KeepsAnswerOpen { get; init; }

    /// <summary>SHA-256 of the body, as hex.</summary>
    public string PayloadHash => Body is null ? SigningRequest.EmptyPayloadHash : Body.LinearHash.ToString();

    /// <summary>Adds a header, unless the value is null.</summary>
    public GlacierRequest With(string name, string? value)
    {
        if (value is not null)
        {
            _headers.Add(new(name, value));
        }

        return this;
    }
}
