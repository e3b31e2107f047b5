using System.Collections.Immutable;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>Signs requests, correctly or with a chosen mistake.</summary>
public sealed record Signer
{
    public const string KeyId = "AKIAIOSFODNN7EXAMPLE";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    /// <summary>Signs for an account that does not own the vaults.</summary>
    public static Signer Stranger { get; } = new() { AccessKeyId = "AKIASTRANGER7EXAMPLE", SecretKey = "stranger/secret" };

    /// <summary>Signs by the same rules for the other account.</summary>
    public Signer ForOther() => (AccessKeyId == Stranger.AccessKeyId ? new Signer() : Stranger) with { Rules = Rules };

    public string AccessKeyId { get; init; } = KeyId;

    public string SecretKey { get; init; } = Secret;

    public string Region { get; init; } = "us-east-1";

    public SigningRules Rules { get; init; } = SigningRules.Glacier;

    /// <summary>How far the signer's clock is ahead of the server's.</summary>
    public TimeSpan Ahead { get; init; }

    /// <summary>The name, in lower case, of a header that is sent but not signed, or null for none.</summary>
    public string? UnsignedHeader { get; init; }

    /// <summary>Returns the headers to send: host, date, the request's own headers, and the signature over all of them.</summary>
    public ImmutableArray<(string Name, string Value)> Sign(ApiRequest request, string host, DateTimeOffset now)
    {
        var headers = request.Headers
            .SetItem("host", host)
            .SetItem("x-amz-date", AmzTimestamp.Format(now + Ahead));
        var names = headers.Keys.Select(name => name.ToLowerInvariant()).Where(name => name != UnsignedHeader)
            .Order(StringComparer.Ordinal).ToArray();
        var signed = new SigningRequest(
            request.Method, request.Target, name => headers.GetValueOrDefault(name), headers.Keys, request.PayloadHash);
        var authorization = new RequestSigner(Rules, Region, AccessKeyId, SecretKey).Sign(signed, names);
        return [.. headers.Select(header => (header.Key, header.Value)), ("Authorization", authorization.ToString())];
    }
}
