using System.Security.Cryptography;

namespace OrleansUploads.Signing;

/// <summary>Verifies the signatures of requests to one service in one region. Safe for many threads.</summary>
/// <remarks>The caller parses the <see cref="AuthorizationHeader"/>, finds the secret of its access key, and asks here.</remarks>
public sealed class SignatureVerifier
{
    private const string HostHeader = "host";
    private const string AmzDateHeader = "x-amz-date";
    private const string DateHeader = "date";

    private readonly SigningKeyCache _keys = new();
    private readonly SigningRules _rules;
    private readonly string _region;
    private readonly TimeSpan _tolerance;

    /// <summary>Makes a verifier.</summary>
    /// <param name="rules">The service's rules.</param>
    /// <param name="region">The only region that is accepted.</param>
    /// <param name="tolerance">How far a request's timestamp may be from the server's clock, either way, inclusive.</param>
    public SignatureVerifier(SigningRules rules, string region, TimeSpan tolerance)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentOutOfRangeException.ThrowIfLessThan(tolerance, TimeSpan.Zero);
        _rules = rules;
        _region = region;
        _tolerance = tolerance;
    }

    /// <summary>Verifies one request: scope, clock, signed headers, then the signature. The first failure wins.</summary>
    /// <param name="request">The request as received.</param>
    /// <param name="authorization">Its parsed <c>Authorization</c>.</param>
    /// <param name="secret">The secret of <see cref="AuthorizationHeader.AccessKeyId"/>.</param>
    /// <param name="now">The server's time.</param>
    public SignatureVerdict Verify(
        in SigningRequest request, AuthorizationHeader authorization, string secret, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        var scope = authorization.Scope;
        if (scope.Service != _rules.Service)
        {
            return SignatureVerdict.WrongService;
        }

        if (scope.Region != _region)
        {
            return SignatureVerdict.WrongRegion;
        }

        // x-amz-date wins even where it is malformed: whoever sends it means it.
        var dateHeader = request.Header(AmzDateHeader) is null ? DateHeader : AmzDateHeader;
        if (request.Header(dateHeader) is not { } timestamp)
        {
            return SignatureVerdict.TimestampMissing;
        }

        if (!AmzTimestamp.TryParse(timestamp, out var requestAt))
        {
            return SignatureVerdict.TimestampMalformed(dateHeader);
        }

        if (!timestamp.AsSpan(0, AmzTimestamp.DateChars).SequenceEqual(scope.Date))
        {
            return SignatureVerdict.ScopeDateDiffers(dateHeader);
        }

        if ((now - requestAt).Duration() > _tolerance)
        {
            return SignatureVerdict.ClockSkew(requestAt, now);
        }

        if (FindUnsigned(request.Header, authorization.SignedHeaders, dateHeader) is { } unsigned)
        {
            return SignatureVerdict.RequiredHeaderNotSigned(unsigned);
        }

        if (FindMissing(request.Header, authorization.SignedHeaders) is { } missing)
        {
            return SignatureVerdict.SignedHeaderMissing(missing);
        }

        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        _keys.Get(secret, scope).Sign(request, _rules, authorization.SignedHeaders, timestamp, expected);
        return CryptographicOperations.FixedTimeEquals(expected, authorization.Signature)
            ? SignatureVerdict.Verified
            : SignatureVerdict.SignatureDiffers;
    }

    private string? FindUnsigned(HeaderLookup header, IReadOnlyList<string> signed, string dateHeader)
    {
        if (!IsSigned(signed, HostHeader))
        {
            return HostHeader;
        }

        if (!IsSigned(signed, dateHeader))
        {
            return dateHeader;
        }

        foreach (var name in _rules.SignedWhenPresent)
        {
            if (header(name) is not null && !IsSigned(signed, name))
            {
                return name;
            }
        }

        return null;
    }

    private static bool IsSigned(IReadOnlyList<string> signed, string name)
    {
        for (var i = 0; i < signed.Count; i++)
        {
            if (signed[i] == name)
            {
                return true;
            }
        }

        return false;
    }

    private static string? FindMissing(HeaderLookup header, IReadOnlyList<string> signed)
    {
        for (var i = 0; i < signed.Count; i++)
        {
            if (header(signed[i]) is null)
            {
                return signed[i];
            }
        }

        return null;
    }
}
