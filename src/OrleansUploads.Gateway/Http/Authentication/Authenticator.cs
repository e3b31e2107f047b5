using System.Collections.Concurrent;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.Http.Exchanges;
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

    /// <summary>Checks the Authorization header, then the access key, the payload hash and the signature. The first failure
    /// wins.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="authorization">Its parsed Authorization header; null if there is none or it is malformed.</param>
    /// <param name="malformed">What is wrong with the header; ignored if <paramref name="authorization"/> is given.</param>
    /// <param name="payload">The body; read only if the request does not state its hash.</param>
    public async ValueTask<AuthenticationResult> AuthenticateAsync(
        HttpExchange exchange, AuthorizationHeader? authorization, AuthorizationError malformed, RequestPayload payload)
    {
        if (options.AnonymousAccount is { } everyone)
        {
            return new AuthenticationResult(everyone, null);
        }

        if (authorization is null)
        {
            return Reject(new HttpError.SignatureRejected(SignatureVerdict.For(malformed), options.Region));
        }

        if (await credentials.FindAsync(authorization.AccessKeyId, exchange.Aborted) is not { } credential)
        {
            return Reject(new HttpError.UnknownAccessKey(authorization.AccessKeyId));
        }

        if (await payload.ResolveHashAsync(exchange.Aborted) is { } error)
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
        var verdict = Verify(signed, authorization, credential.Secret);
        return verdict.IsVerified
            ? new AuthenticationResult(credential.Account, null)
            : Reject(new HttpError.SignatureRejected(verdict, options.Region));
    }

    private static AuthenticationResult Reject(HttpError error) => new(default, error);

    /// <summary>Each region has its own signing keys and so its own verifier. A verifier for another region is kept only after it
    /// has verified a signature, so that only holders of a secret can fill the cache.</summary>
    private SignatureVerdict Verify(in SigningRequest request, AuthorizationHeader authorization, string secret)
    {
        var now = time.GetUtcNow();
        var region = authorization.Scope.Region;
        if (region == options.Region || !options.AcceptsOtherRegions)
        {
            return _verifier.Verify(request, authorization, secret, now);
        }

        var isKept = _otherRegions.TryGetValue(region, out var verifier);
        verifier ??= new SignatureVerifier(rules, region, options.ClockTolerance);
        var verdict = verifier.Verify(request, authorization, secret, now);
        if (!isKept && verdict.IsVerified && _otherRegions.Count < MaxOtherRegions)
        {
            _otherRegions.TryAdd(region, verifier);
        }

        return verdict;
    }
}

/// <summary>Which account sent a request, or why that is not known.</summary>
/// <param name="Account">The account that the signer acts for; meaningless if there is an error.</param>
/// <param name="Error">Why the account is not known; null if it is.</param>
internal readonly record struct AuthenticationResult(AccountId Account, HttpError? Error);
