using System.Collections.Immutable;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A request that may be wrong in any way: headers come in any order and number, and the length that is declared need
/// not be the body's.</summary>
internal sealed record FuzzRequest(string Method, string Target)
{
    /// <summary>All headers but host, date, authorization and those of the framing.</summary>
    public ImmutableList<(string Name, string Value)> Headers { get; init; } = [];

    public byte[] Body { get; init; } = [];

    /// <summary>How the body is announced.</summary>
    public BodyFraming Framing { get; init; } = BodyFraming.Right;

    /// <summary>Who signs it; null for nobody.</summary>
    public Signer? Signer { get; init; } = new();

    /// <summary>What is done to it after it was signed.</summary>
    public ImmutableList<Func<FuzzRequest, FuzzRequest>> Tampering { get; init; } = [];

    /// <summary>What the sender learns if it succeeds.</summary>
    public Action<ApiAnswer>? Learn { get; init; }

    public static FuzzRequest From(ApiRequest request) => new(request.Method, request.Target)
    {
        Headers = [.. request.Headers.Select(header => (header.Key, header.Value))],
        Body = request.Body,
    };

    /// <summary>A header; several of the same name are joined, as the server sees them.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return values.Count == 0 ? null : string.Join(',', values.Select(header => header.Value));
    }

    /// <summary>The same with one header of this name, or none.</summary>
    public FuzzRequest With(string name, string? value)
    {
        var others = Headers.RemoveAll(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return this with { Headers = value is null ? others : others.Add((name, value)) };
    }

    /// <summary>The same with one header more.</summary>
    public FuzzRequest Adding(string name, string value) => this with { Headers = Headers.Add((name, value)) };

    public FuzzRequest ThenTampered(Func<FuzzRequest, FuzzRequest> change) => this with { Tampering = Tampering.Add(change) };
}

/// <summary>How a body is announced and sent.</summary>
internal abstract record BodyFraming
{
    private BodyFraming()
    {
    }

    /// <summary>Content-Length says how long it is; nothing is said where there is none and none is expected.</summary>
    public static BodyFraming Right { get; } = new AsItIs();

    /// <summary>Whether the sender says in the middle of the body that nothing more will come, and so may get no
    /// answer.</summary>
    public bool EndsEarly => this is Cut or Unended;

    /// <summary>Whether the connection is good for another request after the answer.</summary>
    public bool IsReusable => this is AsItIs or Chunked;

    public sealed record AsItIs : BodyFraming;

    /// <summary>In chunks of a size.</summary>
    public sealed record Chunked(int ChunkBytes) : BodyFraming;

    /// <summary>More is announced than comes; then the sender says that nothing more will come.</summary>
    public sealed record Cut(long MissingBytes) : BodyFraming;

    /// <summary>A header of the request says that there is a body, and none comes.</summary>
    public sealed record Unended : BodyFraming;

    /// <summary>So much is announced that the sender waits for an answer first. Nothing of it is ever sent.</summary>
    public sealed record OnlyAnnounced(string Length) : BodyFraming;
}
