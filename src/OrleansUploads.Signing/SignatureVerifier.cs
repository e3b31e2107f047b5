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
        if (FindForeignScope(authorization.Scope) is { } foreign)
        {
            return foreign;
        }

        // x-amz-date takes precedence over Date even if it is malformed, because the client intended to use it.
        var dateHeader = request.Header(AmzDateHeader) is null ? DateHeader : AmzDateHeader;
        if (request.Header(dateHeader) is null)
        {
            return new(SignatureOutcome.TimestampMissing);
        }

        if (!TryReadTime(request, out var requestAt))
        {
            return new(SignatureOutcome.TimestampMalformed) { Header = dateHeader };
        }

        var timestamp = AmzTimestamp.Format(requestAt);
        if (!IsOfDay(timestamp, authorization.Scope))
        {
            return new(SignatureOutcome.ScopeDateDiffers) { Header = dateHeader };
        }

        return (now - requestAt).Duration() > _tolerance
            ? new(SignatureOutcome.ClockSkew) { RequestAt = requestAt, ServerAt = now, Tolerance = _tolerance }
            : VerifySignature(request, authorization, secret, timestamp);
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
        if (FindForeignScope(authorization.Scope) is { } foreign)
        {
            return foreign;
        }

        if (!IsOfDay(url.Timestamp, authorization.Scope))
        {
            return new(SignatureOutcome.ScopeDateDiffers) { Header = AmzDateHeader };
        }

        if (url.SignedAt - now > _tolerance)
        {
            return new(SignatureOutcome.ClockSkew) { RequestAt = url.SignedAt, ServerAt = now, Tolerance = _tolerance };
        }

        return now - url.SignedAt > url.Lifetime
            ? SignatureVerdict.Expired(url.SignedAt + url.Lifetime, now, url.Lifetime)
            : VerifySignature(request with { IsPresigned = true }, authorization, secret, url.Timestamp);
    }

    /// <summary>Starts the chain of chunk signatures of a request whose own signature has been verified.</summary>
    /// <param name="request">The request.</param>
    /// <param name="authorization">Its parsed <c>Authorization</c> header.</param>
    /// <param name="secret">The secret of the access key.</param>
    public ChunkSignatures StartChunks(in SigningRequest request, AuthorizationHeader authorization, string secret)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return TryReadTime(request, out var requestAt)
            ? StartChunks(authorization, secret, AmzTimestamp.Format(requestAt))
            : throw new ArgumentException("The request has no timestamp.", nameof(request));
    }

    /// <summary>Starts the chain of chunk signatures of a presigned URL whose own signature has been verified.</summary>
    /// <param name="url">The parsed parameters of its query.</param>
    /// <param name="secret">The secret of the access key.</param>
    public ChunkSignatures StartChunks(PresignedUrl url, string secret)
    {
        ArgumentNullException.ThrowIfNull(url);
        return StartChunks(url.Authorization, secret, url.Timestamp);
    }

    private ChunkSignatures StartChunks(AuthorizationHeader authorization, string secret, string timestamp) =>
        new(_keys.GetOrDerive(secret, authorization.Scope), timestamp, authorization.Signature);

    private static bool TryReadTime(in SigningRequest request, out DateTimeOffset at) =>
        request.Header(AmzDateHeader) is { } timestamp
            ? AmzTimestamp.TryParse(timestamp, out at)
            : AmzTimestamp.TryParseDate(request.Header(DateHeader), out at);

    private SignatureVerdict? FindForeignScope(CredentialScope scope) =>
        scope.Service != _rules.Service ? SignatureVerdict.WrongService
        : scope.Region != _region ? new(SignatureOutcome.WrongRegion)
        : null;

    private static bool IsOfDay(string timestamp, CredentialScope scope) =>
        timestamp.AsSpan(0, AmzTimestamp.DateChars).SequenceEqual(scope.Date);

    /// <summary>Verifies the signed headers, then the signature. <paramref name="timestamp"/> has the basic format.</summary>
    private SignatureVerdict VerifySignature(
        in SigningRequest request, AuthorizationHeader authorization, string secret, string timestamp)
    {
        if (FindUnsigned(request, authorization) is { } unsigned)
        {
            return new(SignatureOutcome.RequiredHeaderNotSigned) { Header = unsigned };
        }

        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var key = _keys.GetOrDerive(secret, authorization.Scope);
        key.Sign(request, _rules, authorization.SignedHeaders, timestamp, expected);
        if (CryptographicOperations.FixedTimeEquals(expected, authorization.Signature))
        {
            return new(SignatureOutcome.Verified);
        }

        // A header that was signed as an empty one need not be sent, because PHP's curl never sends those.
        return FindMissing(request.Header, authorization.SignedHeaders) is { } missing
            ? new(SignatureOutcome.SignedHeaderMissing) { Header = missing }
            : new(SignatureOutcome.SignatureDiffers)
            {
                Difference = new SignatureDifference(
                    authorization.AccessKeyId,
                    Convert.ToHexStringLower(authorization.Signature),
                    key.FormatTextToSign(request, _rules, authorization.SignedHeaders, timestamp),
                    CanonicalRequest.Format(request, _rules, authorization.SignedHeaders)),
            };
    }

    /// <summary>Finds a header that must be signed. <c>Date</c> need not be, because the text that is signed has the time.</summary>
    private string? FindUnsigned(in SigningRequest request, AuthorizationHeader authorization)
    {
        if (!authorization.Signs(HostHeader))
        {
            return HostHeader;
        }

        var coversBody = CoversBody(request);
        foreach (var name in request.HeaderNames)
        {
            if (MustBeSigned(name)
                && !authorization.Signs(name)
                && !(coversBody && Contains(_rules.UnsignedBesideBodyHash, name))
                && !RepeatsPayloadHash(request, name))
            {
                return name.ToLowerInvariant();
            }
        }

        return null;
    }

    /// <summary>Whether a header only repeats the hash or mode of the body, which the signature covers in any case. Some clients do not sign
    /// it.</summary>
    private static bool RepeatsPayloadHash(in SigningRequest request, string name) =>
        name.Equals(PayloadModes.Header, StringComparison.OrdinalIgnoreCase)
        && request.Header(PayloadModes.Header) == request.PayloadHash;

    /// <summary>Whether the signature covers the SHA-256 of a body, and not only the name of a mode.</summary>
    private static bool CoversBody(in SigningRequest request) =>
        PayloadModes.TryParse(request.PayloadHash, out var mode) && mode == PayloadMode.Hashed
            && request.PayloadHash != SigningRequest.EmptyPayloadHash;

    private bool MustBeSigned(string name)
    {
        for (var i = 0; i < _rules.SignedPrefixes.Count; i++)
        {
            if (name.StartsWith(_rules.SignedPrefixes[i], StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return Contains(_rules.SignedWhenPresent, name);
    }

    private static bool Contains(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
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
