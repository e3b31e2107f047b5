using System.Collections.Concurrent;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Authentication;

/// <summary>Finds out which account sent a request to one service, by its signature.</summary>
/// <param name="rules">The service's signing rules.</param>
/// <param name="options">The regions and the clock tolerance.</param>
/// <param name="credentials">The known access keys.</param>
/// <param name="time">The clock.</param>
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

        if (await payload.ResolveHashAsync(given.IsPresigned, exchange.Aborted) is { } error)
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
