using System.Collections.Immutable;
using System.Security.Cryptography;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>A request as its sender means it, not signed yet.</summary>
/// <param name="Method">In upper case.</param>
/// <param name="Target">Path and query as they go on the wire.</param>
public sealed record ApiRequest(string Method, string Target)
{
    /// <summary>The headers that are sent besides host, date and authorization.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase)
            .Add("x-amz-glacier-version", "2012-06-01");

    public byte[] Body { get; init; } = [];

    /// <summary>What the signature says of the body: the header x-amz-content-sha256, or else the body's hash.</summary>
    public string PayloadHash =>
        Headers.GetValueOrDefault("x-amz-content-sha256") ?? Convert.ToHexStringLower(SHA256.HashData(Body));

    /// <summary>The same with a header set, or taken away by null.</summary>
    public ApiRequest With(string header, string? value) =>
        this with { Headers = value is null ? Headers.Remove(header) : Headers.SetItem(header, value) };

    public ApiRequest WithBody(byte[] body) => this with { Body = body };

    public override string ToString() => $"{Method} {Target}";
}
