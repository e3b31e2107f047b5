using System.Collections.Concurrent;
using OrleansUploads.Core.Service;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Authentication;

/// <summary>Finds out which account sent a request to one service, by its signature.</summary>
internal sealed class Authenticator(
    SigningRules rules, GatewayOptions options, ICredentialStore credentials, TimeProvider time)
{
    private const int MaxOtherRegions = 32;

    private readonly SignatureVerifier _verifier = new(rules, options.Region, ClockFault.RequestBound);
    private readonly ConcurrentDictionary<string, SignatureVerifier> _otherRegions = new(StringComparer.Ordinal);

    /// <summary>Checks the credentials, then the access key, the service, the payload hash and the signature. The first
    /// failure wins.</summary>
    /// <param name="exchange">Its target is changed if the signature covers a path with blanks for plus signs.</param>
    /// <param name="payload">The body; read only if the request does not state its hash.</param>
    /// <param name="version2Prefix">What the path of a URL that is presigned with Signature Version 2 is below; null if the
    /// operation does not accept such URLs.</param>
    public async ValueTask<AuthenticationResult> AuthenticateAsync(
        HttpExchange exchange, RequestCredentials given, RequestPayload payload, string? version2Prefix)
    {
        if (options.AnonymousAccount is { } everyone)
        {
            return new AuthenticationResult(everyone, null);
        }

        if (given.IsPresigned && !rules.AllowsPayloadModes)
        {
            return Reject(new HttpError.SignatureRejected(
                SignatureVerdict.ForPresignedUrl(AuthorizationError.PresignedUrlUnsupported), options.Region));
        }

        if (given.Version2 is { } old)
        {
            return await AuthenticateAsync(exchange, old, payload, version2Prefix);
        }

        if (given.Authorization is not { } authorization)
        {
            return Reject(new HttpError.SignatureRejected(given.Malformed, options.Region));
        }

        if (await credentials.FindAsync(authorization.AccessKeyId, exchange.Aborted) is not { } credential)
        {
            return Reject(new HttpError.UnknownAccessKey(authorization.AccessKeyId));
        }

        // Clients of other services do not state the hash of the body.
        if (authorization.Scope.Service != rules.Service)
        {
            return Reject(new HttpError.SignatureRejected(SignatureVerdict.WrongService, options.Region));
        }

        if (await payload.ResolveHashAsync() is { } error)
        {
            return Reject(error);
        }

        var verifier = VerifierFor(authorization.Scope.Region);
        var signed = new SigningRequest(
            exchange.Context.Request.Method, exchange.Target.Raw, exchange.Header, exchange.Context.Request.Headers.Keys, payload.Hash);
        var verdict = Verify(exchange, signed, request => given.PresignedUrl is { } url
            ? verifier.Verify(request, url, credential.Secret, time.GetUtcNow())
            : verifier.Verify(request, authorization, credential.Secret, time.GetUtcNow()));
        if (!verdict.IsVerified)
        {
            return Reject(new HttpError.SignatureRejected(verdict, options.Region));
        }

        Keep(verifier, authorization.Scope.Region);
        if (payload.Mode.HasSignedChunks())
        {
            payload.Chunks = given.PresignedUrl is { } presigned
                ? verifier.StartChunks(presigned, credential.Secret)
                : verifier.StartChunks(signed, authorization, credential.Secret);
        }

        return new AuthenticationResult(credential.Account, null) { Credential = credential };
    }

    private async ValueTask<AuthenticationResult> AuthenticateAsync(
        HttpExchange exchange, PresignedUrlVersion2 url, RequestPayload payload, string? prefix)
    {
        if (!rules.AllowsPayloadModes || options.SignatureVersion2 == SignatureVersion2.Off || prefix is null)
        {
            return Reject(new HttpError.SignatureRejected(
                SignatureVerdict.ForPresignedUrl(
                    !rules.AllowsPayloadModes ? AuthorizationError.PresignedUrlUnsupported
                    : prefix is null ? AuthorizationError.Version2NotForOperation
                    : AuthorizationError.Version2Refused),
                options.Region));
        }

        if (await credentials.FindAsync(url.AccessKeyId, exchange.Aborted) is not { } credential)
        {
            return Reject(new HttpError.UnknownAccessKey(url.AccessKeyId));
        }

        if (await payload.ResolveHashAsync() is { } error)
        {
            return Reject(error);
        }

        // The signatures of chunks begin with one of Version 4.
        if (payload.Mode.HasSignedChunks())
        {
            return Reject(new HttpError.PayloadHashMalformed(payload.Hash));
        }

        // A header counts in the query too, and this version covers it only as a header.
        var names = exchange.Context.Request.Headers.Keys.Concat(exchange.QueryHeaders.All.Select(static header => header.Name));
        var signed = new SigningRequest(
            exchange.Context.Request.Method, exchange.Target.Raw, exchange.Header, names, payload.Hash);
        var verdict = Verify(exchange, signed, request => url.Verify(request, prefix, credential.Secret, time.GetUtcNow()));
        return verdict.IsVerified
            ? new AuthenticationResult(credential.Account, null) { Credential = credential }
            : Reject(new HttpError.SignatureRejected(verdict, options.Region));
    }

    /// <summary>Verifies a request and, if its signature differs, the other readings of it: some clients of S3 send a blank in a path as a
    /// plus sign, and sign it as a blank, and some sign the host without its port.</summary>
    /// <remarks>Another reading is verified as a whole, and if it fits, the request becomes one for it. So what is acted on is what was
    /// signed, and a signature fits at most one of the readings.</remarks>
    private SignatureVerdict Verify(HttpExchange exchange, SigningRequest signed, Func<SigningRequest, SignatureVerdict> verify)
    {
        var verdict = verify(signed);
        if (verdict.Outcome != SignatureOutcome.SignatureDiffers || rules.Path != PathRule.EncodeDecoded)
        {
            return verdict;
        }

        if (exchange.Target.WithBlanks() is { } withBlanks
            && verify(signed with { RawTarget = withBlanks.Raw }) is { IsVerified: true } ofBlanks)
        {
            exchange.Target = withBlanks;
            return ofBlanks;
        }

        // Nothing that the server does depends on the port of the host.
        return exchange.Context.Request.Host is { Port: not null } host
            && verify(signed with { Header = name => name == "host" ? host.Host : signed.Header(name) }) is { IsVerified: true } ofHost
                ? ofHost
                : verdict;
    }

    private static AuthenticationResult Reject(HttpError error) => new(default, error);

    /// <summary>Each region has its own signing keys and so its own verifier.</summary>
    private SignatureVerifier VerifierFor(string region) =>
        region == options.Region || !options.AcceptsOtherRegions ? _verifier
        : _otherRegions.TryGetValue(region, out var kept) ? kept
        : new SignatureVerifier(rules, region, ClockFault.RequestBound);

    /// <summary>Keeps a verifier for another region. It must have verified a signature, so that only holders of a secret can fill the
    /// cache.</summary>
    private void Keep(SignatureVerifier verifier, string region)
    {
        if (!ReferenceEquals(verifier, _verifier) && _otherRegions.Count < MaxOtherRegions)
        {
            _otherRegions.TryAdd(region, verifier);
        }
    }
}

/// <summary>Which account sent a request, or why that is not known.</summary>
/// <param name="Account">Meaningless if there is an error.</param>
/// <param name="Error">Null if the account is known.</param>
internal readonly record struct AuthenticationResult(AccountId Account, HttpError? Error)
{
    /// <summary>The key, or null if signatures are not verified.</summary>
    public Credential? Credential { get; init; }
}

/// <summary>The credentials of a request, before anything about them has been checked.</summary>
/// <param name="Authorization">The authorization in the header or query, or null if it is missing or malformed.</param>
/// <param name="PresignedUrl">If the signature is in the query; else null.</param>
/// <param name="Version2">Of a URL that is presigned with Signature Version 2; else null.</param>
/// <param name="Malformed">Why there is no <paramref name="Authorization"/>.</param>
internal sealed record RequestCredentials(
    AuthorizationHeader? Authorization, PresignedUrl? PresignedUrl, PresignedUrlVersion2? Version2, SignatureVerdict Malformed)
{
    /// <summary>Whether the signature is in the query, even if it is malformed.</summary>
    public bool IsPresigned =>
        PresignedUrl is not null || Version2 is not null || Malformed.Outcome == SignatureOutcome.MalformedPresignedUrl;

    public string? AccessKeyId => Authorization?.AccessKeyId ?? Version2?.AccessKeyId;

    /// <summary>Reads the Authorization header. Without one, reads the query.</summary>
    public static RequestCredentials Read(HttpRequest request, RequestTarget target)
    {
        if (AuthorizationHeader.TryParse(request.Headers.Authorization, out var authorization, out var malformed))
        {
            return new RequestCredentials(authorization, null, null, default);
        }

        if (malformed != AuthorizationError.Absent)
        {
            return new RequestCredentials(null, null, null, SignatureVerdict.For(malformed));
        }

        if (PresignedUrl.TryParse(target.Raw, out var url, out var malformedUrl))
        {
            return new RequestCredentials(url.Authorization, url, null, default);
        }

        if (malformedUrl == AuthorizationError.Absent && PresignedUrlVersion2.TryParse(target.Raw, out var old, out malformedUrl))
        {
            return new RequestCredentials(null, null, old, default);
        }

        return new RequestCredentials(
            null,
            null,
            null,
            malformedUrl == AuthorizationError.Absent
                ? SignatureVerdict.For(malformedUrl)
                : SignatureVerdict.ForPresignedUrl(malformedUrl));
    }
}
