using System.Collections.Concurrent;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Authentication;

/// <summary>Finds out which account sent a request to one service, by its signature.</summary>
internal sealed class Authenticator(
    SigningRules rules, GatewayOptions options, ICredentialStore credentials, TimeProvider time)
{
    private const int MaxOtherRegions = 32;

    private readonly SignatureVerifier _verifier = new(rules, options.Region, options.ClockTolerance);
    private readonly ConcurrentDictionary<string, SignatureVerifier> _otherRegions = new(StringComparer.Ordinal);

    /// <summary>Checks the credentials, then the access key, the service, the payload hash and the signature. The first failure
    /// wins.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="given">Its credentials.</param>
    /// <param name="payload">The body; read only if the request does not state its hash.</param>
    public async ValueTask<AuthenticationResult> AuthenticateAsync(
        HttpExchange exchange, RequestCredentials given, RequestPayload payload)
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

        if (await payload.ResolveHashAsync(given.IsPresigned) is { } error)
        {
            return Reject(error);
        }

        var request = exchange.Context.Request;
        var signed = new SigningRequest(
            request.Method,
            exchange.Target.Raw,
            name => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
            request.Headers.Keys,
            payload.Hash);
        var verifier = VerifierFor(authorization.Scope.Region);
        var verdict = given.PresignedUrl is { } url
            ? verifier.Verify(signed, url, credential.Secret, time.GetUtcNow())
            : verifier.Verify(signed, authorization, credential.Secret, time.GetUtcNow());
        if (!verdict.IsVerified)
        {
            return Reject(new HttpError.SignatureRejected(verdict, options.Region));
        }

        Keep(verifier, authorization.Scope.Region);
        if (payload.Mode.HasSignedChunks() && given.PresignedUrl is null)
        {
            payload.Chunks = verifier.StartChunks(signed, authorization, credential.Secret);
        }

        return new AuthenticationResult(credential.Account, null) { Credential = credential };
    }

    private static AuthenticationResult Reject(HttpError error) => new(default, error);

    /// <summary>Each region has its own signing keys and so its own verifier.</summary>
    private SignatureVerifier VerifierFor(string region) =>
        region == options.Region || !options.AcceptsOtherRegions ? _verifier
        : _otherRegions.TryGetValue(region, out var kept) ? kept
        : new SignatureVerifier(rules, region, options.ClockTolerance);

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
/// <param name="Account">The account that the signer acts for; meaningless if there is an error.</param>
/// <param name="Error">Why the account is not known, or null if it is.</param>
internal readonly record struct AuthenticationResult(AccountId Account, HttpError? Error)
{
    /// <summary>The key that signed the request, or null if signatures are not verified.</summary>
    public Credential? Credential { get; init; }
}

/// <summary>The credentials of a request, before anything about them has been checked.</summary>
/// <param name="Authorization">Access key, scope and signature, from the Authorization header or from the query, or null if there are
/// none or they are malformed.</param>
/// <param name="PresignedUrl">The parameters of the query if the signature is there; else null.</param>
/// <param name="Malformed">Why there is no <paramref name="Authorization"/>.</param>
internal sealed record RequestCredentials(
    AuthorizationHeader? Authorization, PresignedUrl? PresignedUrl, SignatureVerdict Malformed)
{
    /// <summary>Whether the signature is in the query, even if it is malformed.</summary>
    public bool IsPresigned => PresignedUrl is not null || Malformed.Outcome == SignatureOutcome.MalformedPresignedUrl;

    /// <summary>Reads the Authorization header. Without one, reads the query.</summary>
    public static RequestCredentials Read(HttpRequest request, RequestTarget target)
    {
        if (AuthorizationHeader.TryParse(request.Headers.Authorization, out var authorization, out var malformed))
        {
            return new RequestCredentials(authorization, null, default);
        }

        if (malformed != AuthorizationError.Absent)
        {
            return new RequestCredentials(null, null, SignatureVerdict.For(malformed));
        }

        return PresignedUrl.TryParse(target.Raw, out var url, out var malformedUrl)
            ? new RequestCredentials(url.Authorization, url, default)
            : new RequestCredentials(
                null,
                null,
                malformedUrl == AuthorizationError.Absent
                    ? SignatureVerdict.For(malformedUrl)
                    : SignatureVerdict.ForPresignedUrl(malformedUrl));
    }
}
