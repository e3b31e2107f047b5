using System.Collections.Immutable;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A request that may be invalid in any way: headers in any order and number, and a declared length that may differ
/// from the body's.</summary>
internal sealed record FuzzRequest(string Method, string Target)
{
    /// <summary>All headers except host, date, authorization and the framing headers.</summary>
    public ImmutableList<(string Name, string Value)> Headers { get; init; } = [];

    public byte[] Body { get; init; } = [];

    public BodyFraming Framing { get; init; } = BodyFraming.Correct;

    public Signer? Signer { get; init; } = new();

    public ImmutableList<Func<FuzzRequest, FuzzRequest>> Tampering { get; init; } = [];

    /// <summary>Records IDs from the answer if the request succeeds.</summary>
    public Action<ApiAnswer>? Learn { get; init; }

    public static FuzzRequest From(ApiRequest request) => new(request.Method, request.Target)
    {
        Headers = [.. request.Headers.Select(header => (header.Key, header.Value))],
        Body = request.Body,
    };

    /// <summary>The value of a header. Several headers of the same name are joined, as the server sees them.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return values.Count == 0 ? null : string.Join(',', values.Select(header => header.Value));
    }

    /// <summary>Returns a copy with exactly one header of this name, or none if the value is null.</summary>
    public FuzzRequest With(string name, string? value)
    {
        var others = Headers.RemoveAll(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return this with { Headers = value is null ? others : others.Add((name, value)) };
    }

    public FuzzRequest Adding(string name, string value) => this with { Headers = Headers.Add((name, value)) };

    public FuzzRequest ThenTampered(Func<FuzzRequest, FuzzRequest> change) => this with { Tampering = Tampering.Add(change) };
}

internal abstract record BodyFraming
{
    /// <summary>A correct Content-Length; none if there is no body and none is expected.</summary>
    public static BodyFraming Correct { get; } = new AsItIs();

    /// <summary>Whether the sender closes its side in the middle of the body and may therefore get no answer.</summary>
    public bool EndsEarly => this is Cut or Unended;

    /// <summary>Whether the connection can be used for another request after the answer.</summary>
    public bool IsReusable => this is AsItIs or Chunked;

    public sealed record AsItIs : BodyFraming;

    public sealed record Chunked(int ChunkBytes) : BodyFraming;

    /// <summary>More bytes are announced than sent; then the sender closes its side.</summary>
    public sealed record Cut(long MissingBytes) : BodyFraming;

    /// <summary>A header announces a body, and none is sent.</summary>
    public sealed record Unended : BodyFraming;

    /// <summary>A very long body is announced; the sender waits for an answer and never sends any of it.</summary>
    public sealed record OnlyAnnounced(string Length) : BodyFraming;
}
