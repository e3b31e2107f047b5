using System.Security.Cryptography;

namespace OrleansUploads.Signing;

/// <summary>Verifies the signatures of requests to one service in one region. Thread-safe.</summary>
/// <remarks>The caller parses the <see cref="AuthorizationHeader"/> and finds the secret of its access key first.</remarks>
public sealed class SignatureVerifier
{
    private const string HostHeader = "host";
    private const string AmzDateHeader = "x-amz-date";
    private const string DateHeader = "date";

    private readonly SigningKeyCache _keys = new();
    private readonly SigningRules _rules;
    private readonly string _region;
    private readonly TimeSpan _tolerance;

    /// <summary>Creates a verifier.</summary>
    /// <param name="rules">The service's rules.</param>
    /// <param name="region">The only region that is accepted.</param>
    /// <param name="tolerance">Maximum difference between a request's timestamp and the server's clock, in both directions,
    /// inclusive.</param>
    public SignatureVerifier(SigningRules rules, string region, TimeSpan tolerance)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentOutOfRangeException.ThrowIfLessThan(tolerance, TimeSpan.Zero);
        _rules = rules;
        _region = region;
        _tolerance = tolerance;
    }

    /// <summary>Verifies a request: the scope, the clock, the signed headers, then the signature. Returns the first
    /// failure.</summary>
    /// <param name="request">The request as received.</param>
    /// <param name="authorization">The request's parsed <c>Authorization</c> header.</param>
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

        // x-amz-date takes precedence over Date even if it is malformed, because the client intended to use it.
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

        if (FindUnsigned(request, authorization.SignedHeaders, dateHeader) is { } unsigned)
        {
            return SignatureVerdict.RequiredHeaderNotSigned(unsigned);
        }

        if (FindMissing(request.Header, authorization.SignedHeaders) is { } missing)
        {
            return SignatureVerdict.SignedHeaderMissing(missing);
        }

        return VerifySignature(request, authorization, secret, timestamp);
    }

    /// <summary>Verifies a presigned URL: the scope, the clock, the signed headers, then the signature. Returns the first
    /// failure.</summary>
    /// <param name="request">The request as received.</param>
    /// <param name="url">The parsed parameters of its query.</param>
    /// <param name="secret">The secret of the access key.</param>
    /// <param name="now">The server's time.</param>
    public SignatureVerdict Verify(in SigningRequest request, PresignedUrl url, string secret, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(url);
        var authorization = url.Authorization;
        if (authorization.Scope.Service != _rules.Service)
        {
            return SignatureVerdict.WrongService;
        }

        if (authorization.Scope.Region != _region)
        {
            return SignatureVerdict.WrongRegion;
        }

        if (!url.Timestamp.AsSpan(0, AmzTimestamp.DateChars).SequenceEqual(authorization.Scope.Date))
        {
            return SignatureVerdict.ScopeDateDiffers(AmzDateHeader);
        }

        if (url.SignedAt - now > _tolerance)
        {
            return SignatureVerdict.ClockSkew(url.SignedAt, now);
        }

        if (now - url.SignedAt > url.Lifetime)
        {
            return SignatureVerdict.PresignedUrlExpired;
        }

        if (FindUnsigned(request, authorization.SignedHeaders, dateHeader: null) is { } unsigned)
        {
            return SignatureVerdict.RequiredHeaderNotSigned(unsigned);
        }

        if (FindMissing(request.Header, authorization.SignedHeaders) is { } missing)
        {
            return SignatureVerdict.SignedHeaderMissing(missing);
        }

        return VerifySignature(request with { IsPresigned = true }, authorization, secret, url.Timestamp);
    }

    /// <summary>Starts the chain of chunk signatures of a request whose own signature has been verified.</summary>
    /// <param name="request">The request.</param>
    /// <param name="authorization">Its parsed <c>Authorization</c> header.</param>
    /// <param name="secret">The secret of the access key.</param>
    public ChunkSignatures StartChunks(in SigningRequest request, AuthorizationHeader authorization, string secret)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        var timestamp = request.Header(AmzDateHeader) ?? request.Header(DateHeader)
            ?? throw new ArgumentException("The request has no timestamp.", nameof(request));
        return new ChunkSignatures(_keys.GetOrDerive(secret, authorization.Scope), timestamp, authorization.Signature);
    }

    private SignatureVerdict VerifySignature(
        in SigningRequest request, AuthorizationHeader authorization, string secret, string timestamp)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        _keys.GetOrDerive(secret, authorization.Scope).Sign(request, _rules, authorization.SignedHeaders, timestamp, expected);
        return CryptographicOperations.FixedTimeEquals(expected, authorization.Signature)
            ? SignatureVerdict.Verified
            : SignatureVerdict.SignatureDiffers;
    }

    private string? FindUnsigned(in SigningRequest request, IReadOnlyList<string> signed, string? dateHeader)
    {
        if (!IsSigned(signed, HostHeader))
        {
            return HostHeader;
        }

        if (dateHeader is not null && !IsSigned(signed, dateHeader))
        {
            return dateHeader;
        }

        var coversBody = CoversBody(request);
        foreach (var name in request.HeaderNames)
        {
            if (MustBeSigned(name) && !IsSigned(signed, name) && !(coversBody && IsSigned(_rules.UnsignedBesideBodyHash, name)))
            {
                return name.ToLowerInvariant();
            }
        }

        return null;
    }

    /// <summary>Whether the signature covers the SHA-256 of a body, and not only the name of a mode.</summary>
    private static bool CoversBody(in SigningRequest request) =>
        PayloadModes.TryParse(request.PayloadHash, out var mode) && mode == PayloadMode.Hashed
            && request.PayloadHash != SigningRequest.EmptyPayloadHash;

    private bool MustBeSigned(string name)
    {
        if (name.StartsWith(_rules.SignedPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach (var listed in _rules.SignedWhenPresent)
        {
            if (name.Equals(listed, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSigned(IReadOnlyList<string> signed, string name)
    {
        for (var i = 0; i < signed.Count; i++)
        {
            if (signed[i].Equals(name, StringComparison.OrdinalIgnoreCase))
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
