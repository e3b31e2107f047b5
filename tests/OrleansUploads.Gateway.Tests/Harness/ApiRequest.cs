using System.Collections.Immutable;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>A request before signing.</summary>
/// <param name="Method">The HTTP method, in upper case.</param>
/// <param name="Target">Path and query, as sent on the wire.</param>
public sealed record ApiRequest(string Method, string Target)
{
    /// <summary>All headers except host, date and authorization.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase)
            .Add("x-amz-glacier-version", "2012-06-01");

    public byte[] Body { get; init; } = [];

    /// <summary>The payload hash to sign: the x-amz-content-sha256 header, or by default the hash of the body.</summary>
    public string PayloadHash =>
        Headers.GetValueOrDefault("x-amz-content-sha256") ?? Convert.ToHexStringLower(SHA256.HashData(Body));

    /// <summary>Returns a copy with a header set, or removed if the value is null.</summary>
    public ApiRequest With(string header, string? value) =>
        this with { Headers = value is null ? Headers.Remove(header) : Headers.SetItem(header, value) };

    public ApiRequest WithBody(byte[] body) => this with { Body = body };

    public override string ToString() => $"{Method} {Target}";
}
